using System;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Simulation;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Hostsim;

public class EchoPacketTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void The_core_answers_a_request_and_the_answer_is_read(int addressSize)
    {
        byte[] source = new SeededEntropy(1, "source").Bytes(addressSize);
        byte[] destination = new SeededEntropy(1, "destination").Bytes(addressSize);
        source[0] = destination[0] = addressSize == 4 ? (byte)10 : (byte)0xFD;
        byte[] payload = new SeededEntropy(1, "payload").Bytes(EchoPacket.PayloadSize);
        byte[] request = EchoPacket.Request(source, destination, 7, 9, payload);
        byte[] reply = new byte[1500];
        int length = IcmpEcho.Reply(request, 0, request.Length, reply, 0);
        Assert.Equal(request.Length, length);

        Assert.True(EchoPacket.TryReadReply(
            reply.AsSpan(0, length),
            out ReadOnlySpan<byte> from,
            out ReadOnlySpan<byte> to,
            out ReadOnlySpan<byte> echoed));
        Assert.Equal(destination, from.ToArray());
        Assert.Equal(source, to.ToArray());
        Assert.Equal(payload, echoed.ToArray());
        Assert.False(EchoPacket.TryReadReply(request, out _, out _, out _));

        // Each bit counts, but for those of IPv6's traffic class, flow label and hop limit.
        for (int bit = 0; bit < length * 8; bit++)
        {
            bool covered = addressSize == 4 || bit is < 4 or (>= 32 and < 56) or >= 64;
            reply[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            Assert.Equal(!covered, EchoPacket.TryReadReply(reply.AsSpan(0, length), out _, out _, out _));
            reply[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        }
    }
}
