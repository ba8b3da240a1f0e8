using System;

namespace Spore.WireGuard;

/// <summary>
/// The keys of sessions (paper section 5.4.5) with their counters and replay windows, in memory that all peers
/// share: most have one keypair, and only for a while two or three. A keypair is a number here,
/// <see cref="None"/> for one that there is not; what belongs to it is in arrays for all, since objects would
/// take a third more of a device's memory.
/// </summary>
internal sealed class Keypairs
{
    /// <summary>Stands for a keypair that a peer does not have. Never valid, never written.</summary>
    internal const int None = 0;

    /// <summary>Where in a keypair's bytes the 32-byte key for sending starts.</summary>
    internal const int SendKey = 0;

    /// <summary>Where the 32-byte key for receiving starts.</summary>
    internal const int ReceiveKey = SendKey + Message.KeySize;

    private const int Window = ReceiveKey + Message.KeySize;
    private const int Size = Window + ReplayWindow.Bytes;
    private const int Nobody = -1;

    /// <summary>The keys and replay windows; see <see cref="Start"/>.</summary>
    internal readonly byte[] Bytes;

    /// <summary>The index by which the peer names a session; 0 where there are no keys.</summary>
    internal readonly int[] LocalIndex;

    /// <summary>The index by which this node names it to the peer.</summary>
    internal readonly int[] RemoteIndex;

    /// <summary>The counter of the next message to send.</summary>
    internal readonly ulong[] SendCounter;

    /// <summary>When the keys were derived.</summary>
    internal readonly long[] CreatedAt;

    private readonly ulong[] _nextToReceive;
    private readonly bool[] _isInitiator;
    private readonly short[] _owners;
    private readonly Peer[] _peers;
    private readonly IndexTable _indices;

    // The one that was released last.
    private int _released;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">
    /// The number of keypairs; at least two more than there are peers, so that no session that is in use ever gives
    /// way, but a provisional peer's to two at once that others make.
    /// </param>
    /// <param name="peers">The slots of those that have them.</param>
    /// <param name="indices">Where their indices are.</param>
    internal Keypairs(int count, Peer[] peers, IndexTable indices)
    {
        int numbers = count + 1;
        Bytes = new byte[count * Size];
        LocalIndex = new int[numbers];
        RemoteIndex = new int[numbers];
        SendCounter = new ulong[numbers];
        CreatedAt = new long[numbers];
        _nextToReceive = new ulong[numbers];
        _isInitiator = new bool[numbers];
        _owners = new short[numbers];
        for (int i = 1; i < numbers; i++)
        {
            _owners[i] = Nobody;
        }

        _peers = peers;
        _indices = indices;
        Spare = 1;
    }

    /// <summary>
    /// A keypair that is nobody's, for a handshake to write to. It stays the spare one until it is adopted.
    /// </summary>
    internal int Spare { get; private set; }

    /// <summary>Where a keypair's bytes start in <see cref="Bytes"/>.</summary>
    internal static int Start(int keypair)
    {
        return (keypair - 1) * Size;
    }

    /// <summary>The peer that a keypair in use belongs to.</summary>
    internal Peer OwnerOf(int keypair)
    {
        return _peers[_owners[keypair]];
    }

    /// <summary>Whether it may still carry messages.</summary>
    internal bool IsLive(int keypair, long now)
    {
        return LocalIndex[keypair] != 0 && now - CreatedAt[keypair] < Constants.RejectAfterTime;
    }

    /// <summary>Whether this node names some session by an index in the messages that it sends.</summary>
    internal bool IsRemoteIndex(int index)
    {
        for (int i = 1; i < RemoteIndex.Length; i++)
        {
            if (RemoteIndex[i] == index && LocalIndex[i] != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a message can be sent under it.</summary>
    internal bool CanSend(int keypair, long now)
    {
        return IsLive(keypair, now) && SendCounter[keypair] < Constants.RejectAfterMessages;
    }

    /// <summary>
    /// Whether this node sent the initiation, and how long ago the keys were made is no less than an age.
    /// </summary>
    internal bool IsInitiatorsOfAge(int keypair, long age, long now)
    {
        return _isInitiator[keypair] && now - CreatedAt[keypair] >= age;
    }

    /// <summary>Called after a message has verified; records its counter.</summary>
    /// <returns>False when the counter was seen before or is too old; then nothing has changed.</returns>
    internal bool Accept(int keypair, ulong counter)
    {
        ulong next = _nextToReceive[keypair];
        if (!ReplayWindow.Accept(Bytes, Start(keypair) + Window, next, counter))
        {
            return false;
        }

        if (counter >= next)
        {
            _nextToReceive[keypair] = counter + 1;
        }

        return true;
    }

    /// <summary>
    /// Called when a handshake has written the keys of a keypair that was wiped: it is valid from now on.
    /// </summary>
    internal void Begin(int keypair, bool isInitiator, int localIndex, int remoteIndex, long now)
    {
        _isInitiator[keypair] = isInitiator;
        LocalIndex[keypair] = localIndex;
        RemoteIndex[keypair] = remoteIndex;
        CreatedAt[keypair] = now;
    }

    /// <summary>
    /// Called when a handshake has written the spare keypair: it is the peer's, and another one is spare.
    /// </summary>
    /// <param name="owner">The peer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The keypair, for the peer to keep.</returns>
    internal int Adopt(Peer owner, long now)
    {
        int adopted = Spare;
        _owners[adopted] = (short)owner.Slot;
        int next = LeastNeeded(adopted, now);
        if (_owners[next] != Nobody)
        {
            _peers[_owners[next]].Forget(next);
            Release(next);
        }

        Spare = next;
        return adopted;
    }

    /// <summary>Called when a keypair has ended: its keys are wiped and its index means nothing any more.</summary>
    internal void Release(int keypair)
    {
        _indices.Remove(LocalIndex[keypair]);
        Wipe(keypair);
        _owners[keypair] = Nobody;
        _released = keypair;
    }

    /// <summary>Called before keys are written; those that were there are gone.</summary>
    internal void Wipe(int keypair)
    {
        Array.Clear(Bytes, Start(keypair), Size);
        _isInitiator[keypair] = false;
        LocalIndex[keypair] = 0;
        RemoteIndex[keypair] = 0;
        SendCounter[keypair] = 0;
        CreatedAt[keypair] = 0;
        _nextToReceive[keypair] = 0;
    }

    // One that is free; else the oldest that some peer can't use any more, or no longer uses, or does not use yet. A
    // peer that has made keys which are gone before their first message is not heard any more until a timer notices:
    // sooner does a provisional peer go.
    private int LeastNeeded(int except, long now)
    {
        // Without a look at all of them: those behind it were mostly never in use, or one was just released.
        int next = except + 1 < _owners.Length ? except + 1 : _released;
        next = _owners[next] == Nobody ? next : _released;
        if (_owners[next] == Nobody && next != except)
        {
            return next;
        }

        int best = None;
        int bestRank = int.MaxValue;
        for (int i = 1; i < _owners.Length; i++)
        {
            if (i == except)
            {
                continue;
            }

            int rank = Rank(i, now);
            if (rank < bestRank || (rank == bestRank && CreatedAt[i] < CreatedAt[best]))
            {
                best = i;
                bestRank = rank;
            }
        }

        return best;
    }

    private int Rank(int keypair, long now)
    {
        int owner = _owners[keypair];
        if (owner == Nobody)
        {
            return 0;
        }

        if (!IsLive(keypair, now))
        {
            return 1;
        }

        if (keypair == _peers[owner].Previous)
        {
            return 2;
        }

        return (_peers[owner].IsProvisional ? 3 : 5) + (keypair == _peers[owner].Next ? 0 : 1);
    }
}
