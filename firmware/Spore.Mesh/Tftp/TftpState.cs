namespace Spore.Tftp;

/// <summary>What a transfer waits for. Read first: RFC 1350 sections 2 and 6.</summary>
internal enum TftpState
{
    /// <summary>Nothing: the slot is free.</summary>
    Free,

    /// <summary>The decision of the files on a peer's request.</summary>
    Opening,

    /// <summary>The first answer to the own request; the port of the server is not known yet.</summary>
    Requesting,

    /// <summary>The acknowledgment of the block sent last; with block number 0, that of the options.</summary>
    Sending,

    /// <summary>The next block after the one acknowledged last.</summary>
    Receiving,

    /// <summary>
    /// The decision of the files: on the block received last, or at the sender on the peer's request to read.
    /// </summary>
    Waiting,

    /// <summary>Nothing: the <see cref="ITftpFiles.Closed"/> callback is running.</summary>
    Closing,

    /// <summary>A retransmission of the last block, if its acknowledgment was lost (RFC 1350 section 6).</summary>
    Dallying,
}
