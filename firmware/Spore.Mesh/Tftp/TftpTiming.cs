namespace Spore.Tftp;

/// <summary>When packets are sent again. The RFCs leave this to the implementation, with back-off (RFC 1123 section 4.2.3.2).</summary>
internal static class TftpTiming
{
    /// <summary>The retransmission timeout before the round trip is known, in ms.</summary>
    internal const int Initial = 1000;

    /// <summary>The smallest one, in ms: above the time a device needs for a packet.</summary>
    internal const int Smallest = 250;

    /// <summary>The largest one, in ms, to which it is doubled.</summary>
    internal const int Largest = 8000;

    /// <summary>How often at least a packet is sent before giving up.</summary>
    internal const int Tries = 6;

    /// <summary>How long at least an answer is waited for before giving up, in ms: 1 + 2 + 4 + 8 + 8 + 8 s.</summary>
    internal const int GiveUp = 31000;

    /// <summary>How long the receiver of the last block stays to acknowledge it again, in ms, unless the slot is needed: as long as its sender may try.</summary>
    internal const int Dally = GiveUp;
}
