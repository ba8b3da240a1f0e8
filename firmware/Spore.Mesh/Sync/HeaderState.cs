namespace Spore.Sync;

/// <summary>How far the header in a transfer has been checked.</summary>
internal enum HeaderState
{
    /// <summary>Bytes of the header are still to come, or its checks have finished.</summary>
    Open,

    /// <summary>The header is whole. The transfer waits until its signature has been checked.</summary>
    Waiting,

    /// <summary>The signature is valid. The block that completed the header is to come again.</summary>
    Verified,
}
