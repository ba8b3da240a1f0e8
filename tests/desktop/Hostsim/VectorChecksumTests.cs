using System;
using CsCheck;
using Spore.Hostsim.Live.Packets;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Hostsim;

public class VectorChecksumTests
{
    [Fact]
    public void Any_run_has_the_checksum_that_the_core_gives_it()
    {
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[0, 40], Gen.Int[0, 0xFFFF]).Sample((bytes, skip, start) =>
        {
            int offset = Math.Min(skip, bytes.Length);
            uint sum = VectorChecksum.Add(VectorChecksum.Add(0, start), bytes.AsSpan(offset));
            return Written(~sum) == InternetChecksum.Finish(
                InternetChecksum.Add(start, bytes, offset, bytes.Length - offset));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65534)]
    [InlineData(65535)]
    public void The_largest_sums_do_not_overflow(int length)
    {
        byte[] ones = new byte[length];
        Array.Fill(ones, (byte)0xFF);
        uint sum = VectorChecksum.Add(VectorChecksum.Add(0, 0xFFFF), ones);
        Assert.Equal(InternetChecksum.Add(0xFFFF, ones, 0, length), Written(sum));
    }

    private static int Written(uint sum)
    {
        byte[] field = new byte[2];
        VectorChecksum.Write(sum, field);
        return (field[0] << 8) | field[1];
    }
}
