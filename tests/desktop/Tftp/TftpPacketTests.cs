using System;
using System.Linq;
using System.Text;
using CsCheck;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

public class TftpPacketTests
{
    [Theory]
    [InlineData("", -1)]
    [InlineData("00", -1)]
    [InlineData("0000", -1)]
    [InlineData("0001", 1)]
    [InlineData("0002", 2)]
    [InlineData("0003", -1)]
    [InlineData("000300", -1)]
    [InlineData("00030001", 3)]
    [InlineData("000400", -1)]
    [InlineData("00040001", 4)]
    [InlineData("000500", -1)]
    [InlineData("00050001", 5)]
    [InlineData("0006", 6)]
    [InlineData("00070001", -1)]
    [InlineData("01030001", -1)]
    public void Opcode_is_known_and_long_enough(string packet, int expected)
    {
        byte[] bytes = Convert.FromHexString(packet);
        Assert.Equal(expected, TftpPacket.Opcode(bytes, 0, bytes.Length));
        byte[] moved = [9, 9, .. bytes];
        Assert.Equal(expected, TftpPacket.Opcode(moved, 2, bytes.Length));
    }

    [Fact]
    public void The_request_of_curl_is_understood()
    {
        byte[] packet =
            [9, .. Encoding.Latin1.GetBytes("\0\u0001entry/abc\0octet\0tsize\00\0blksize\01368\0timeout\06\0")];
        int length = packet.Length - 1;
        Assert.Equal(TftpPacket.ReadRequest, TftpPacket.Opcode(packet, 1, length));
        Assert.True(
            TftpPacket.ParseRequest(packet, 1, length, out int nameLength, out TftpMode mode, out int optionsOffset));
        Assert.Equal("entry/abc", Encoding.Latin1.GetString(packet, 3, nameLength));
        Assert.Equal(TftpMode.Octet, mode);
        TftpOptions options = new();
        options.Parse(packet, optionsOffset, packet.Length - optionsOffset);
        Assert.Equal((0, 1368, 6, 0), (options.TransferSize, options.BlockSize, options.Timeout, options.Others));
    }

    [Fact]
    public void Emitted_packets_are_those_of_the_RFC()
    {
        byte[] buffer = new byte[32];
        Assert.Equal(4, TftpPacket.EmitAcknowledgment(buffer, 1, 0x12345));
        Assert.Equal("0000042345", Convert.ToHexString(buffer, 0, 5));
        TftpPacket.EmitDataHeader(buffer, 1, 65535);
        Assert.Equal("000003FFFF", Convert.ToHexString(buffer, 0, 5));
        Assert.Equal(0xFFFF, TftpPacket.Number(buffer, 1));
        Assert.Equal(7, TftpPacket.EmitError(buffer, 1, 5, "no"));
        Assert.Equal("00000500056E6F00", Convert.ToHexString(buffer, 0, 8));
        TftpOptions options = new() { BlockSize = 65464 };
        Assert.Equal("\0\u0006blksize\065464\0".Length, TftpPacket.EmitOptionAcknowledgment(buffer, 1, options));
        Assert.Equal("\0\0\u0006blksize\065464\0", Encoding.Latin1.GetString(buffer, 0, 17));
    }

    [Fact]
    public void A_request_comes_back_as_it_was_emitted()
    {
        Gen.Select(
                Gen.Byte[1, 255].Array[0, 128],
                GenOption(8, 65464),
                GenOption(1, 255),
                GenOption(0, int.MaxValue),
                GenOption(1, 65535))
            .Sample((name, blockSize, timeout, size, window) =>
            {
                TftpOptions options = new()
                {
                    BlockSize = blockSize,
                    Timeout = timeout,
                    TransferSize = size,
                    WindowSize = window,
                };
                byte[] buffer = new byte[512];
                int length = TftpPacket.EmitRequest(
                    buffer, 3, TftpPacket.WriteRequest, Encoding.Latin1.GetString(name), options);
                TftpOptions parsed = new();
                bool sound = TftpPacket.ParseRequest(
                    buffer, 3, length, out int nameLength, out TftpMode mode, out int offset);
                parsed.Parse(buffer, offset, 3 + length - offset);
                return sound
                    && mode == TftpMode.Octet
                    && TftpPacket.Opcode(buffer, 3, length) == TftpPacket.WriteRequest
                    && buffer.AsSpan(5, nameLength).SequenceEqual(name)
                    && (parsed.BlockSize, parsed.Timeout, parsed.TransferSize, parsed.WindowSize, parsed.Others)
                        == (blockSize, timeout, size, window, 0)
                    && parsed.Any == options.Any;
            });
    }

    [Fact]
    public void Random_requests_never_throw_and_stay_inside()
    {
        Gen<byte> letter = Gen.OneOf(Gen.OneOf((byte)0, (byte)0, (byte)'1', (byte)'9'), Gen.Byte);
        Gen<byte[]> words = Gen.OneOf("octet\0", "blksize\0", "timeout\0", "tsize\0", "BLKSIZE\0", "8\0", "0\0", "")
            .Select(Encoding.Latin1.GetBytes);
        Gen.Select(letter.Array[0, 12], words, words, words).Array[0, 4].Sample(parts =>
        {
            byte[] packet = [0, 1, .. parts.SelectMany(p => p.Item1.Concat(p.Item2).Concat(p.Item3).Concat(p.Item4))];
            bool sound = TftpPacket.ParseRequest(packet, 0, packet.Length, out int nameLength, out _, out int offset);
            TftpOptions options = new();
            options.Parse(packet, offset, packet.Length - offset);
            return offset <= packet.Length
                && (!sound || packet[2 + nameLength] == 0)
                && options.BlockSize is -1 or (>= 8 and <= 65464)
                && options.Timeout is -1 or (>= 1 and <= 255)
                && options.TransferSize >= -1;
        });
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("007", 7)]
    [InlineData("2147483646", int.MaxValue - 1)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("2147483648", int.MaxValue)]
    [InlineData("99999999999999999999999", int.MaxValue)]
    [InlineData("", -1)]
    [InlineData("-1", -1)]
    [InlineData(" 1", -1)]
    [InlineData("1 ", -1)]
    [InlineData("0x10", -1)]
    [InlineData("1:", -1)]
    [InlineData("1/", -1)]
    public void A_size_is_decimal_and_ends_at_the_largest(string value, int expected)
    {
        byte[] pair = Encoding.Latin1.GetBytes($"tsize\0{value}\0");
        TftpOptions options = new();
        options.Parse(pair, 0, pair.Length);
        Assert.Equal(expected, options.TransferSize);
    }

    [Theory]
    [InlineData("tsize\05\0tsize\06\0", 6)]
    [InlineData("tsize\05\0tsize\06", 5)]
    [InlineData("tsize\05\0tsize\0", 5)]
    [InlineData("tsize\05\0\0\0", 5)]
    [InlineData("tsizes\05\0", -1)]
    [InlineData("tsiz\05\0", -1)]
    [InlineData("x\0tsize\05\0", -1)]
    public void Pairs_are_taken_in_order(string text, int expected)
    {
        byte[] pairs = Encoding.Latin1.GetBytes(text);
        TftpOptions options = new();
        options.Parse(pairs, 0, pairs.Length);
        Assert.Equal(expected, options.TransferSize);
    }

    private static Gen<int> GenOption(int least, int most)
    {
        return Gen.OneOf(Gen.Const(TftpOptions.Absent), Gen.Int[least, most]);
    }
}
