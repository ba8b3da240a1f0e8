namespace Spore.Tftp;

/// <summary>
/// When packets are sent again, in milliseconds. The RFCs leave the times to the implementation, but require
/// exponential back-off. Read first: RFC 1123 section 4.2.3.2.
/// </summary>
internal static class TftpTiming
{
    /// <summary>The retransmission timeout before a round trip was measured, in ms.</summary>
    internal const int Initial = 1000;

    /// <summary>The smallest retransmission timeout, in ms: more than a device takes for a packet.</summary>
    internal const int Smallest = 250;

    /// <summary>The largest retransmission timeout, in ms, but for one that was negotiated.</summary>
    internal const int Largest = 8000;

    /// <summary>How many times a packet is sent at least, before its transfer ends.</summary>
    internal const int Tries = 6;

    /// <summary>
    /// How long a packet waits for an answer at least, before its transfer ends, in ms: 1 + 2 + 4 + 8 + 8 + 8 s.
    /// </summary>
    internal const int GiveUp = 31000;

    /// <summary>How long a request to read waits for the decision of the files, in ms (PROTOCOL section 8.4).</summary>
    internal const int Patience = 25000;

    /// <summary>
    /// How long the receiver of the last block acknowledges it again, in ms, unless another transfer needs the slot: as
    /// long as the sender retransmits.
    /// </summary>
    internal const int Dally = GiveUp;
}
