namespace Spore;

/// <summary>What is known of one peer's network, and what is still to be exchanged with it; one for each slot.</summary>
internal sealed class Agreement
{
    private const long LongAgo = -(1L << 40);

    /// <summary>Whether its head is to be read.</summary>
    internal bool WantsRead;

    /// <summary>Whether our head is to be written to it.</summary>
    internal bool WantsWrite;

    /// <summary>The version of the last verified head that it showed, 0 for none.</summary>
    internal ulong Offered;

    /// <summary>When it showed it.</summary>
    internal long OfferedAt;

    /// <summary>Whether its head equalled ours.</summary>
    internal bool Agrees;

    /// <summary>When it last did.</summary>
    internal long AgreedAt;

    /// <summary>Whether it has delivered a header that verified: not the one that it could read here.</summary>
    internal bool HasVouched;

    /// <summary>Headers from it that were refused.</summary>
    internal int Refused;

    /// <summary>When a signature from it was last checked; long ago at first.</summary>
    internal long CheckedAt;

    internal Agreement()
    {
        Clear();
    }

    /// <summary>Called when the slot is given to another peer.</summary>
    internal void Clear()
    {
        WantsRead = false;
        WantsWrite = false;
        Offered = 0;
        OfferedAt = 0;
        Agrees = false;
        AgreedAt = 0;
        HasVouched = false;
        Refused = 0;
        CheckedAt = LongAgo;
    }
}
