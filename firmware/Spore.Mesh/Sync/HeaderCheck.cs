namespace Spore.Sync;

/// <summary>
/// A header that arrives by a transfer and may have to wait until its signature is checked. There is
/// one for each transfer.
/// </summary>
internal sealed class HeaderCheck
{
    /// <summary>How far the header has been checked.</summary>
    internal HeaderState State;

    /// <summary>
    /// When the node began the transfer, in milliseconds on the monotonic clock; 0 for a transfer of a peer.
    /// </summary>
    internal long Since;

    /// <summary>How many bytes of the header have arrived.</summary>
    internal int Length;

    /// <summary>Since when the transfer waits, in milliseconds on the monotonic clock.</summary>
    internal long WaitsSince;

    /// <summary>How many bytes of the block that completed the header belong to it.</summary>
    internal int Rest;

    /// <summary>Called when the transfer has ended.</summary>
    internal void Clear()
    {
        State = HeaderState.Open;
        Since = 0;
        Length = 0;
        WaitsSince = 0;
        Rest = 0;
    }
}
