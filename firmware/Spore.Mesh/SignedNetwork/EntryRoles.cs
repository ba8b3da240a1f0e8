namespace Spore.SignedNetwork;

/// <summary>The bits of an entry's roles; unknown ones are skipped.</summary>
public static class EntryRoles
{
    /// <summary>It vouches for what is current, and its clock is believed.</summary>
    public const int Witness = 1;

    /// <summary>It leases addresses.</summary>
    public const int LeaseServer = 2;

    /// <summary>It holds the whole network, not a part.</summary>
    public const int HoldsWhole = 4;
}
