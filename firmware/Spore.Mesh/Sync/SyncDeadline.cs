namespace Spore.Sync;

/// <summary>
/// The deadlines of a <see cref="NetworkSync"/>, as indices from the first of them in the node's array of deadlines.
/// </summary>
internal static class SyncDeadline
{
    /// <summary>The applied network expires.</summary>
    internal const int Expiry = 0;

    /// <summary>A witness is asked whether the network is current.</summary>
    internal const int Freshness = 1;

    /// <summary>Heads are read and written.</summary>
    internal const int Exchange = 2;

    /// <summary>A network is read from a peer.</summary>
    internal const int Turn = 3;

    /// <summary>A signature may be checked.</summary>
    internal const int Check = 4;

    /// <summary>Proofs that could not be had are read again.</summary>
    internal const int Proofs = 5;

    /// <summary>The number of those above.</summary>
    internal const int Count = 6;
}
