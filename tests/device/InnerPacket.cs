namespace Spore.Tests.Device;

/// <summary>IPv4 packets for the inside of the tunnel, made in a buffer that is there already.</summary>
internal static class InnerPacket
{
    public const int HeaderSize = 20;
    public const int EchoSize = 28;

    private const byte Icmp = 1;
    private const byte Experimental = 253;
    private const byte EchoRequest = 8;

    /// <summary>An ICMP echo request from 10.0.0.FROM to 10.0.0.TO.</summary>
    public static void WriteEcho(byte[] buffer, byte from, byte to)
    {
        WriteHeader(buffer, EchoSize, Icmp, from, to);
        buffer[HeaderSize] = EchoRequest;
        WriteChecksum(buffer, HeaderSize, EchoSize - HeaderSize, HeaderSize + 2);
    }

    /// <summary>
    /// A packet of a protocol that only the application knows (RFC 3692), from 10.0.0.FROM to 10.0.0.TO.
    /// </summary>
    public static void WriteData(byte[] buffer, int length, byte from, byte to)
    {
        WriteHeader(buffer, length, Experimental, from, to);
    }

    private static void WriteHeader(byte[] buffer, int length, byte protocol, byte from, byte to)
    {
        buffer[0] = 0x45;
        buffer[2] = (byte)(length >> 8);
        buffer[3] = (byte)length;
        buffer[8] = 64;
        buffer[9] = protocol;
        buffer[12] = 10;
        buffer[15] = from;
        buffer[16] = 10;
        buffer[19] = to;
        WriteChecksum(buffer, 0, HeaderSize, 10);
    }

    private static void WriteChecksum(byte[] buffer, int offset, int length, int at)
    {
        buffer[at] = 0;
        buffer[at + 1] = 0;
        int sum = 0;
        for (int i = 0; i < length; i += 2)
        {
            sum += (buffer[offset + i] << 8) | buffer[offset + i + 1];
        }

        sum = (sum >> 16) + (sum & 0xFFFF);
        sum = ~(sum + (sum >> 16));
        buffer[at] = (byte)(sum >> 8);
        buffer[at + 1] = (byte)sum;
    }
}
