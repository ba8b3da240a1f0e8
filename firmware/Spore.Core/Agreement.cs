namespace Spore;

/// <summary>What is known of one peer's network, and what is still to be exchanged with it; one for each slot.</summary>
internal sealed class Agreement
{
    private const long LongAgo = -(1L << 40);

    private const int ReadFlag = 1;
    private const int WriteFlag = 2;
    private const int VouchedFlag = 4;
    private const int RefusedFlag = 8;

    /// <summary>The version of the last verified head that it showed, 0 for none.</summary>
    internal ulong Offered;

    /// <summary>When it showed it.</summary>
    internal long OfferedAt;

    /// <summary>When its head last equalled ours; long ago when it doesn't.</summary>
    internal long AgreedAt;

    /// <summary>When a signature from it was last checked; long ago at first.</summary>
    internal long CheckedAt;

    private int _flags;

    internal Agreement()
    {
        Clear();
    }

    /// <summary>Whether its head is to be read.</summary>
    internal bool WantsRead
    {
        get { return (_flags & ReadFlag) != 0; }
        set { Set(ReadFlag, value); }
    }

    /// <summary>Whether our head is to be written to it.</summary>
    internal bool WantsWrite
    {
        get { return (_flags & WriteFlag) != 0; }
        set { Set(WriteFlag, value); }
    }

    /// <summary>Whether it has delivered a header that verified: not the one that it could read here.</summary>
    internal bool HasVouched
    {
        get { return (_flags & VouchedFlag) != 0; }
        set { Set(VouchedFlag, value); }
    }

    /// <summary>Whether a header from it was refused.</summary>
    internal bool WasRefused
    {
        get { return (_flags & RefusedFlag) != 0; }
        set { Set(RefusedFlag, value); }
    }

    /// <summary>Whether its head equalled ours.</summary>
    internal bool Agrees
    {
        get { return AgreedAt != LongAgo; }
    }

    /// <summary>Called when another network is applied.</summary>
    internal void Disagree()
    {
        AgreedAt = LongAgo;
    }

    /// <summary>Called when the slot is given to another peer.</summary>
    internal void Clear()
    {
        Offered = 0;
        OfferedAt = 0;
        AgreedAt = LongAgo;
        CheckedAt = LongAgo;
        _flags = 0;
    }

    private void Set(int flag, bool value)
    {
        _flags = value ? _flags | flag : _flags & ~flag;
    }
}
