namespace Spore.Sync;

/// <summary>
/// What is known of each peer's network, and what is still to be exchanged with it; by slot, in arrays for all, since
/// objects would take twice a device's memory.
/// </summary>
internal sealed class Agreements
{
    /// <summary>Its head is to be read.</summary>
    internal const int WantsRead = 1;

    /// <summary>Our head is to be written to it.</summary>
    internal const int WantsWrite = 2;

    /// <summary>The last proof that was read from it did not come.</summary>
    internal const int LacksProof = 4;

    /// <summary>It gave no valid proof of its own entry.</summary>
    internal const int KeepsProof = 8;

    /// <summary>It has sent a TFTP packet.</summary>
    internal const int SpeaksTftp = 16;

    /// <summary>The node has read the head that it showed last.</summary>
    internal const int WasRead = 256;

    /// <summary>The proof of its entry is to be read.</summary>
    internal const int WantsProof = 512;

    /// <summary>The own proof was written to it in this session.</summary>
    internal const int GaveProof = 1024;

    /// <summary>The own proof is to be written to it.</summary>
    internal const int GivesProof = 16384;

    // Three bits.
    private const int RefusalUnit = 2048;
    private const int MostRefusals = 7;

    private const int HadSession = 32;
    private const int MayAskOnce = 64;
    private const int MayAskThrice = 128;

    private const long LongAgo = -(1L << 40);

    /// <summary>The version of the last verified head that it showed, 0 for none.</summary>
    internal readonly ulong[] Offered;

    /// <summary>When it showed it.</summary>
    internal readonly long[] OfferedAt;

    /// <summary>When its head last equalled ours; long ago when it doesn't.</summary>
    internal readonly long[] AgreedAt;

    /// <summary>When a signature from it was last checked; long ago at first.</summary>
    internal readonly long[] CheckedAt;

    private readonly short[] _flags;

    /// <summary>Takes the memory.</summary>
    internal Agreements(int slots)
    {
        Offered = new ulong[slots];
        OfferedAt = new long[slots];
        AgreedAt = new long[slots];
        CheckedAt = new long[slots];
        _flags = new short[slots];
    }

    /// <summary>Whether a slot has one of the flags above.</summary>
    internal bool Is(int slot, int flag)
    {
        return (_flags[slot] & flag) != 0;
    }

    /// <summary>Sets one of the flags.</summary>
    internal void Set(int slot, int flag, bool value)
    {
        int flags = _flags[slot];
        _flags[slot] = (short)(value ? flags | flag : flags & ~flag);
    }

    /// <summary>How many headers from it were refused for their signatures, at most 7.</summary>
    internal int Refusals(int slot)
    {
        return (_flags[slot] / RefusalUnit) & MostRefusals;
    }

    /// <summary>Called when the signature of a header from it was refused.</summary>
    internal void AddRefusal(int slot)
    {
        if (Refusals(slot) < MostRefusals)
        {
            _flags[slot] = (short)(_flags[slot] + RefusalUnit);
        }
    }

    /// <summary>Whether its head equalled ours.</summary>
    internal bool Agrees(int slot)
    {
        return AgreedAt[slot] != LongAgo;
    }

    /// <summary>Called when a session with its peer has come up.</summary>
    internal void SessionUp(int slot)
    {
        Set(slot, MayAskThrice, !Is(slot, HadSession));
        Set(slot, MayAskOnce, Is(slot, HadSession));
        Set(slot, HadSession, true);
        Set(slot, GaveProof, false);
        Set(slot, LacksProof, false);
        Set(slot, KeepsProof, false);
    }

    /// <summary>
    /// How many datagrams may ask a peer that has never sent a TFTP packet: three in its first session, one in each
    /// later one.
    /// </summary>
    internal int Requests(int slot)
    {
        return Is(slot, MayAskThrice) ? 3 : Is(slot, MayAskOnce) ? 1 : 0;
    }

    /// <summary>Called when these are used up.</summary>
    internal void Requested(int slot)
    {
        Set(slot, MayAskThrice, false);
        Set(slot, MayAskOnce, false);
    }

    /// <summary>Called when another network is applied.</summary>
    internal void Disagree(int slot)
    {
        AgreedAt[slot] = LongAgo;
    }

    /// <summary>Called when a slot is given to another peer.</summary>
    internal void Clear(int slot)
    {
        Offered[slot] = 0;
        OfferedAt[slot] = 0;
        AgreedAt[slot] = LongAgo;
        CheckedAt[slot] = LongAgo;
        _flags[slot] = 0;
    }
}
