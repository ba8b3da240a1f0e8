namespace Spore.Tftp;

/// <summary>What a transfer is waiting for.</summary>
internal enum TftpState
{
    /// <summary>The slot is free.</summary>
    Free,

    /// <summary>The files' decision whether to open.</summary>
    Opening,

    /// <summary>The first answer to our request; the server's port is not known yet.</summary>
    Requesting,

    /// <summary>The acknowledgment of the block sent last, or with block 0 of the options.</summary>
    Sending,

    /// <summary>The block after the one acknowledged last.</summary>
    Receiving,

    /// <summary>The files' word on the block that came last.</summary>
    Waiting,

    /// <summary>The files' hearing of the end.</summary>
    Closing,

    /// <summary>A repetition of the last block, whose acknowledgment was lost (RFC 1350 section 6).</summary>
    Dallying,
}
