namespace Spore.Hostsim.Live.Packets;

/// <summary>Where the fields of a TCP header are (RFC 9293 section 3.1).</summary>
internal static class TcpHeader
{
    /// <summary>The length without options.</summary>
    public const int MinSize = 20;

    /// <summary>Where the sequence number is, from the TCP header's start.</summary>
    public const int Sequence = 4;

    /// <summary>Where the acknowledgment number is.</summary>
    public const int Acknowledgment = 8;

    /// <summary>Where the header's length is, in the upper four bits and in words of 32.</summary>
    public const int DataOffset = 12;

    /// <summary>Where the flags are.</summary>
    public const int Flags = 13;

    /// <summary>Where the checksum is.</summary>
    public const int Checksum = 16;

    /// <summary>Flag: no more data.</summary>
    public const int Fin = 0x01;

    /// <summary>Flag: to be handed to the application now.</summary>
    public const int Push = 0x08;

    /// <summary>Flag: the acknowledgment number means something.</summary>
    public const int Ack = 0x10;
}
