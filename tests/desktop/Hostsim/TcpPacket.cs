namespace Spore.Tests.Hostsim;

/// <summary>A TCP segment in an IP packet, built byte by byte with nothing of what is tested.</summary>
internal sealed record TcpPacket : InnerIp
{
    public const int Ack = 0x10;
    public const int Push = 0x08;
    public const int Fin = 0x01;

    public override int Protocol { get; init; } = 6;

    public int SourcePort { get; init; } = 40000;

    public int DestinationPort { get; init; } = 5201;

    public uint Sequence { get; init; } = 0xFFFFF000;

    public uint Acknowledgment { get; init; } = 77;

    public int Flags { get; init; } = Ack;

    public int Window { get; init; } = 501;

    public int Urgent { get; init; }

    public byte[] Options { get; init; } = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];

    protected override int Segmentation => IsIpv6 ? 4 : 1;

    /// <summary>The packet that follows a number of bytes later.</summary>
    public TcpPacket After(int bytes, byte[] payload)
    {
        return this with
        {
            Sequence = Sequence + (uint)bytes,
            Identification = (Identification + 1) & 0xFFFF,
            Payload = payload,
        };
    }

    protected override (byte[] Content, int ChecksumOffset) BuildContent()
    {
        byte[] segment =
        [
            .. Big16(SourcePort), .. Big16(DestinationPort), .. Big32(Sequence), .. Big32(Acknowledgment),
            (byte)((20 + Options.Length) / 4 << 4), (byte)Flags, .. Big16(Window), 0, 0, .. Big16(Urgent), .. Options,
            .. Payload,
        ];
        return (segment, 16);
    }
}
