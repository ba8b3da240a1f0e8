namespace Spore.Sync;

/// <summary>
/// The rounds in which a node reads a newer network: in one round each peer that offers one has one turn. It also
/// remembers by key which peers let a turn pass. Read first: PROTOCOL section 7.5.
/// </summary>
internal sealed class Turns
{
    // Two turns go to members, then one to any other peer.
    private const int MembersInARow = 2;
    private const int MostDoublings = 10;

    // The last eight bytes of the link-local addresses of peers that let a turn pass; 0 for none.
    private readonly ulong[] _passed;

    // By slot: the round in which its peer had its last turn; 0 for none.
    private readonly byte[] _hadIn;
    private int _round;
    private int _next;
    private int _membersInARow;

    /// <summary>Takes the memory.</summary>
    /// <param name="slots">The number of slots.</param>
    /// <param name="passed">The number of peers to remember that let a turn pass.</param>
    internal Turns(int slots, int passed)
    {
        _hadIn = new byte[slots];
        _passed = new ulong[passed];
        Restart();
    }

    /// <summary>How often the time of a turn has doubled since the first round.</summary>
    internal int Doublings
    {
        get { return _round - 1 < MostDoublings ? _round - 1 : MostDoublings; }
    }

    /// <summary>Called when a newer network was verified or applied: the first round begins.</summary>
    internal void Restart()
    {
        _round = 1;
        for (int i = 0; i < _hadIn.Length; i++)
        {
            _hadIn[i] = 0;
        }
    }

    /// <summary>Called when all peers that offer have had their turn: the next round begins.</summary>
    internal void EndRound()
    {
        // Beyond the last doubling all rounds are alike, so that their numbers can repeat.
        _round = _round <= MostDoublings + 1 ? _round + 1 : MostDoublings + 1;
    }

    /// <summary>Called when the peer in a slot begins its turn.</summary>
    internal void Begin(int slot, bool isMember)
    {
        _hadIn[slot] = (byte)_round;
        _membersInARow = isMember ? _membersInARow + 1 : 0;
    }

    /// <summary>Called when a slot is given to another peer.</summary>
    internal void Clear(int slot)
    {
        _hadIn[slot] = 0;
    }

    /// <summary>Whether the peer in a slot has had its turn in this round.</summary>
    internal bool HasHad(int slot)
    {
        return _hadIn[slot] == _round;
    }

    /// <summary>The rank of a peer for the next turn: the lowest is next.</summary>
    /// <param name="isMember">Whether it is a member or a configured peer.</param>
    /// <param name="peer">The last eight bytes of its link-local address.</param>
    internal int Rank(bool isMember, ulong peer)
    {
        bool isPreferred = isMember == _membersInARow < MembersInARow;
        return (isPreferred ? 0 : 2) + (HasPassed(peer) ? 1 : 0);
    }

    /// <summary>Whether a peer let a turn pass.</summary>
    /// <param name="peer">The last eight bytes of its link-local address.</param>
    internal bool HasPassed(ulong peer)
    {
        return IndexOf(peer) >= 0;
    }

    /// <summary>Called when a turn has ended without a network.</summary>
    /// <param name="peer">The last eight bytes of the link-local address of the peer whose turn it was.</param>
    internal void Passed(ulong peer)
    {
        if (IndexOf(peer) < 0)
        {
            _passed[_next] = peer;
            _next = (_next + 1) % _passed.Length;
        }
    }

    /// <summary>Called when a peer has brought a network in its turn.</summary>
    /// <param name="peer">The last eight bytes of its link-local address.</param>
    internal void Succeeded(ulong peer)
    {
        int index = IndexOf(peer);
        if (index >= 0)
        {
            _passed[index] = 0;
        }
    }

    private int IndexOf(ulong peer)
    {
        for (int i = 0; i < _passed.Length; i++)
        {
            if (_passed[i] == peer)
            {
                return i;
            }
        }

        return -1;
    }
}
