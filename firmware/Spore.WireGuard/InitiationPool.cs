namespace Spore.WireGuard;

/// <summary>The memory for initiations that wait for a response, shared by all peers.</summary>
internal sealed class InitiationPool
{
    /// <summary>Stands for an initiation that a peer has not sent. Never pending, never written.</summary>
    internal readonly Initiation None = new Initiation(null);

    private readonly Initiation[] _initiations;
    private readonly IndexTable _indices;
    private long _sequence;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">The number of initiations under way at one time.</param>
    /// <param name="indices">Where their indices are.</param>
    internal InitiationPool(int count, IndexTable indices)
    {
        _indices = indices;
        _initiations = new Initiation[count];
        for (int i = 0; i < count; i++)
        {
            _initiations[i] = new Initiation(new byte[Initiation.Size]);
        }
    }

    /// <summary>
    /// Called to initiate. Where none is free, the oldest provoked one gives way, else the oldest, whose retransmission
    /// makes a new one; but not to a provoked one.
    /// </summary>
    /// <param name="owner">The peer.</param>
    /// <param name="isProvoked">Whether a packet that could be forged or replayed is the reason.</param>
    /// <returns>An initiation, for the peer to keep; null when there is none to be had.</returns>
    internal Initiation Take(Peer owner, bool isProvoked)
    {
        Initiation best = null;
        int bestRank = int.MaxValue;
        for (int i = 0; i < _initiations.Length; i++)
        {
            Initiation initiation = _initiations[i];
            int rank = initiation.Owner == null ? 0 : initiation == initiation.Owner.Provoked ? 1 : 2;
            if (rank < bestRank || (rank == bestRank && initiation.Order < best.Order))
            {
                best = initiation;
                bestRank = rank;
            }
        }

        if (isProvoked && bestRank == 2)
        {
            return null;
        }

        if (best.Owner != null)
        {
            best.Owner.Forget(best, None);
            Release(best);
        }

        best.Owner = owner;
        best.Order = ++_sequence;
        return best;
    }

    /// <summary>
    /// Called when an initiation is not waited for any more: its secrets are wiped and its index means nothing.
    /// </summary>
    internal void Release(Initiation initiation)
    {
        _indices.Remove(initiation.LocalIndex);
        Free(initiation);
    }

    /// <summary>Called when the response was taken: the index goes on as that of the session.</summary>
    internal void Free(Initiation initiation)
    {
        initiation.Wipe();
        initiation.Owner = null;
    }
}
