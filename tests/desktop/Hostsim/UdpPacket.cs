namespace Spore.Tests.Hostsim;

/// <summary>A UDP datagram in an IP packet, built byte by byte with nothing of what is tested.</summary>
internal sealed record UdpPacket : InnerIp
{
    public override int Protocol { get; init; } = 17;

    public int SourcePort { get; init; } = 61000;

    public int DestinationPort { get; init; } = 62000;

    /// <summary>What the header's length has too much.</summary>
    public int Excess { get; init; }

    protected override int Segmentation => 5;

    protected override (byte[] Content, int ChecksumOffset) BuildContent()
    {
        byte[] datagram =
        [
            .. Big16(SourcePort), .. Big16(DestinationPort), .. Big16(8 + Payload.Length + Excess), 0, 0, .. Payload,
        ];
        return (datagram, 6);
    }
}
