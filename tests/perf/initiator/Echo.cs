using System;
using Spore.Net;

namespace Spore.Perf;

/// <summary>ICMP echo requests that carry when and in which phase they were sent (RFC 792).</summary>
internal static class Echo
{
    /// <summary>The length of a request in bytes.</summary>
    public const int Size = Ipv4Header + IcmpHeader + 16;

    private const int Ipv4Header = 20;
    private const int IcmpHeader = 8;
    private const int Request = 8;
    private const int Reply = 0;
    private const int Icmp = 1;
    private const int Time = Ipv4Header + IcmpHeader;
    private const int Phase = Time + 8;

    /// <summary>Writes a request.</summary>
    /// <param name="buffer">Takes the packet.</param>
    /// <param name="offset">Where to.</param>
    /// <param name="source">The member's inner address.</param>
    /// <param name="destination">The hub's.</param>
    /// <param name="sentAt">When it is sent.</param>
    /// <param name="phase">In which phase.</param>
    public static void Write(
        byte[] buffer, int offset, byte[] source, byte[] destination, long sentAt, byte phase)
    {
        Array.Clear(buffer, offset, Size);
        buffer[offset] = 0x45;
        buffer[offset + 3] = Size;
        buffer[offset + 8] = 64;
        buffer[offset + 9] = Icmp;
        source.CopyTo(buffer, offset + 12);
        destination.CopyTo(buffer, offset + 16);
        WriteChecksum(buffer, offset, Ipv4Header, offset + 10);
        buffer[offset + Ipv4Header] = Request;
        BitConverter.TryWriteBytes(buffer.AsSpan(offset + Time), sentAt);
        buffer[offset + Phase] = phase;
        WriteChecksum(buffer, offset + Ipv4Header, Size - Ipv4Header, offset + Ipv4Header + 2);
    }

    /// <summary>Reads a reply.</summary>
    /// <param name="buffer">The buffer that holds the inner packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="sentAt">When the request was sent.</param>
    /// <param name="phase">In which phase.</param>
    /// <returns>False when it is another packet.</returns>
    public static bool TryRead(byte[] buffer, int offset, int length, out long sentAt, out byte phase)
    {
        bool isReply = length >= Size
            && buffer[offset] == 0x45
            && buffer[offset + 9] == Icmp
            && buffer[offset + Ipv4Header] == Reply;
        sentAt = isReply ? BitConverter.ToInt64(buffer, offset + Time) : 0;
        phase = isReply ? buffer[offset + Phase] : (byte)0;
        return isReply;
    }

    private static void WriteChecksum(byte[] buffer, int offset, int length, int place)
    {
        int checksum = InternetChecksum.Finish(InternetChecksum.Add(0, buffer, offset, length));
        buffer[place] = (byte)(checksum >> 8);
        buffer[place + 1] = (byte)checksum;
    }
}
