namespace Spore.Sync;

/// <summary>A network header that arrives by a transfer and may have to wait for its signature to be checked; one for each transfer.</summary>
internal sealed class HeaderCheck
{
    /// <summary>When this node began the transfer, where it did.</summary>
    internal long Since;

    /// <summary>How many bytes of the header have arrived.</summary>
    internal int Length;

    /// <summary>Whether the transfer waits for the signature to be checked.</summary>
    internal bool IsWaiting;

    /// <summary>Since when it waits.</summary>
    internal long WaitsSince;

    /// <summary>Whether the header's signature was found good; its last block is then to come again.</summary>
    internal bool IsVerified;

    /// <summary>Where in the block that completed the header the bytes behind it start.</summary>
    internal int Rest;

    /// <summary>Called when the transfer has ended.</summary>
    internal void Clear()
    {
        Since = 0;
        Length = 0;
        IsWaiting = false;
        WaitsSince = 0;
        Rest = 0;
        IsVerified = false;
    }
}
