using System;

namespace Spore.Tests.Net;

/// <summary>
/// Packets as Linux 6.18 made them on a TUN, between fd09::1 or 10.9.0.1 (Linux) and fd09::2 or 10.9.0.2.
/// </summary>
internal static class Packets
{
    public static byte[] EchoRequest6 => Convert.FromHexString(
        "6000eae700113a40fd090000000000000000000000000001fd09000000000000000000000000000280001f8b52010001"
        + "000102030405060708");

    public static byte[] EchoReply6 => Convert.FromHexString(
        "6001bd1100113a40fd090000000000000000000000000001fd09000000000000000000000000000281001e8b52010001"
        + "000102030405060708");

    public static byte[] EchoRequest4 => Convert.FromHexString(
        "450000255bf140004001cad20a0900010a090002080091ee52000001000102030405060708");

    public static byte[] Udp6 => Convert.FromHexString(
        "600007b7000d1140fd090000000000000000000000000001fd0900000000000000000000000000029c400045000d256668656c6c6f");

    public static byte[] Udp4 => Convert.FromHexString(
        "45000021351b40004011f19c0a0900010a0900029c400045000d0b6868656c6c6f");

    /// <summary>A datagram from port 69 to port 40001 of Linux, which was closed.</summary>
    public static byte[] Probe6 => Convert.FromHexString(
        "600007b7000d1140fd090000000000000000000000000002fd09000000000000000000000000000100459c41000d256568656c6c6f");

    public static byte[] Probe4 => Convert.FromHexString(
        "45000021351b40004011f19c0a0900020a09000100459c41000d0b6768656c6c6f");

    /// <summary>What <see cref="Probe6"/> was answered with.</summary>
    public static byte[] Unreachable6 => Convert.FromHexString(
        "6000d0ce003d3a40fd090000000000000000000000000001fd09000000000000000000000000000201048b8700000000"
        + "600007b7000d1140fd090000000000000000000000000002fd09000000000000000000000000000100459c41000d256568656c6c6f");

    public static byte[] Unreachable4 => Convert.FromHexString(
        "45c0003d5bf20000400109fa0a0900010a090002030311300000000045000021351b40004011f19c0a0900020a090001"
        + "00459c41000d0b6768656c6c6f");

    /// <summary>Moves a packet to an offset, with bytes around that don't belong to it.</summary>
    public static byte[] At(byte[] packet, int offset, int after = 5)
    {
        byte[] buffer = new byte[offset + packet.Length + after];
        Array.Fill(buffer, (byte)0xA5);
        packet.CopyTo(buffer, offset);
        return buffer;
    }

    /// <summary>A copy with one byte changed.</summary>
    public static byte[] With(byte[] packet, int at, int value)
    {
        byte[] copy = [.. packet];
        copy[at] = (byte)value;
        return copy;
    }
}
