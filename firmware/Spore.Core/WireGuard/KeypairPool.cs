namespace Spore.WireGuard;

/// <summary>The memory for sessions' keys, shared by all peers: most have one keypair, and only for a while two or three.</summary>
internal sealed class KeypairPool
{
    /// <summary>Stands for a keypair that a peer does not have. Never valid, never written.</summary>
    internal readonly Keypair None = new Keypair(null);

    private readonly Keypair[] _keypairs;
    private readonly IndexTable _indices;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">The number of keypairs; at least two more than there are peers, so that no session that is in use ever gives way.</param>
    /// <param name="indices">Where their indices are.</param>
    internal KeypairPool(int count, IndexTable indices)
    {
        _indices = indices;
        _keypairs = new Keypair[count];
        for (int i = 0; i < count; i++)
        {
            _keypairs[i] = new Keypair(new byte[Keypair.Size]);
        }

        Spare = _keypairs[0];
    }

    /// <summary>A keypair that is nobody's, for a handshake to write to. It stays the spare one until it is adopted.</summary>
    internal Keypair Spare { get; private set; }

    /// <summary>Called when a handshake has written the spare keypair: it is the peer's, and another one is spare.</summary>
    /// <param name="owner">The peer.</param>
    /// <param name="now">The monotonic clock.</param>
    /// <returns>The keypair, for the peer to keep.</returns>
    internal Keypair Adopt(Peer owner, long now)
    {
        Keypair adopted = Spare;
        adopted.Owner = owner;
        Keypair next = LeastNeeded(adopted, now);
        if (next.Owner != null)
        {
            next.Owner.Forget(next, None);
            Release(next);
        }

        Spare = next;
        return adopted;
    }

    /// <summary>Called when a keypair has ended: its keys are wiped and its index means nothing any more.</summary>
    internal void Release(Keypair keypair)
    {
        _indices.Remove(keypair.LocalIndex);
        keypair.Wipe();
        keypair.Owner = null;
    }

    // One that is free; else the oldest that some peer no longer uses, or does not use yet, or can't use any more.
    private Keypair LeastNeeded(Keypair except, long now)
    {
        Keypair best = null;
        int bestRank = int.MaxValue;
        for (int i = 0; i < _keypairs.Length; i++)
        {
            Keypair keypair = _keypairs[i];
            if (keypair == except)
            {
                continue;
            }

            int rank = Rank(keypair, now);
            if (rank < bestRank || (rank == bestRank && keypair.CreatedAt < best.CreatedAt))
            {
                best = keypair;
                bestRank = rank;
            }
        }

        return best;
    }

    private static int Rank(Keypair keypair, long now)
    {
        if (keypair.Owner == null)
        {
            return 0;
        }

        if (!keypair.IsLive(now))
        {
            return 1;
        }

        return keypair == keypair.Owner.Previous ? 2 : keypair == keypair.Owner.Next ? 3 : 4;
    }
}
