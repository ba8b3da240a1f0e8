using System;
using CsCheck;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

public class Tai64nTests
{
    private const long LastUnixMilliseconds = 253402300799999;

    [Theory]
    [Statement("4-7", "6-7")]
    [InlineData(0, "400000000000000A00000000")]
    [InlineData(16, "400000000000000A00000000")] // 2^24 ns are 16.8 ms: what is below is whitened away.
    [InlineData(17, "400000000000000A01000000")]
    [InlineData(33, "400000000000000A01000000")]
    [InlineData(34, "400000000000000A02000000")]
    [InlineData(989, "400000000000000A3A000000")]
    [InlineData(990, "400000000000000A3B000000")]
    [InlineData(999, "400000000000000A3B000000")]
    [InlineData(1000, "400000000000000B00000000")]
    [InlineData(1_700_000_000_123, "400000006553F10A07000000")]
    [InlineData(4294967295999, "40000001000000093B000000")]
    [InlineData(LastUnixMilliseconds, "4000003AFFF441893B000000")]
    public void A_time_is_written_as_the_external_format_of_TAI64N(long unixMilliseconds, string expected)
    {
        byte[] buffer = new byte[14];
        Tai64n.Write(buffer, 1, unixMilliseconds);
        Assert.Equal(expected, Convert.ToHexString(buffer, 1, 12));
        Assert.Equal(0, buffer[0] | buffer[13]);
        Assert.Equal(unixMilliseconds / 1000 * 1000, Tai64n.ToUnixMilliseconds(buffer, 1));
    }

    [Theory]
    [InlineData("000000000000000000000000", 0)]
    [InlineData("400000000000000900000000", 0)]
    [InlineData("3FFFFFFFFFFFFFFF3B000000", 0)]
    [InlineData("400000000000000A3B9AC9FF", 0)]
    [InlineData("400000000000000BFFFFFFFF", 1000)]
    [InlineData("4000003AFFF4418A00000000", 253402300799000)]
    [InlineData("7FFFFFFFFFFFFFFF00000000", 253402300799000)]
    [InlineData("800000000000000000000000", 0)] // Reserved by TAI64.
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFF", 0)]
    public void A_timestamp_out_of_the_range_of_dates_is_read_as_its_nearest_end(string timestamp, long expected)
    {
        Assert.Equal(expected, Tai64n.ToUnixMilliseconds([9, .. Convert.FromHexString(timestamp)], 1));
    }

    [Theory]
    [Statement("6-6", "6-7")]
    [InlineData("400000000000000A00000000", "400000000000000A01000001")]
    [InlineData("400000000000000A00000001", "400000000000000A01000001")]
    [InlineData("400000000000000A39FFFFFF", "400000000000000A3A000001")]
    [InlineData("400000000000000A3AFFFFFF", "400000000000000A3B000001")]
    [InlineData("400000000000000A3B000000", "400000000000000B00000001")]
    [InlineData("400000000000000A3B9AC9FF", "400000000000000B00000001")]
    // No sound number of nanoseconds, but one can be sent.
    [InlineData("400000000000000AFFFFFFFF", "400000000000000B00000001")]
    [InlineData("40000000000000FF3B000000", "400000000000010000000001")]
    [InlineData("40000000FFFFFFFF3B000000", "400000010000000000000001")]
    [InlineData("7FFFFFFFFFFFFFFF3B000000", "800000000000000000000001")]
    [InlineData("FFFFFFFFFFFFFFFE3B000000", "FFFFFFFFFFFFFFFF00000001")]
    [InlineData("FFFFFFFFFFFFFFFF00000000", "FFFFFFFFFFFFFFFF01000001")]
    [InlineData("FFFFFFFFFFFFFFFF3B000000", "FFFFFFFFFFFFFFFF3B000000")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFFFFFFFFFF")]
    public void The_next_tick_carries_and_the_last_stays(string previous, string expected)
    {
        byte[] timestamp = [9, .. Convert.FromHexString(previous), 9];
        Tai64n.WriteNext(timestamp, 1, timestamp, 1);
        Assert.Equal("09" + expected + "09", Convert.ToHexString(timestamp));
    }

    [Fact]
    public void The_next_tick_of_anything_but_the_last_compares_as_newer()
    {
        Gen
            .Frequency(
                (1, Gen.Byte.Array[12]), (1, Gen.OneOf<byte>(0, 0x3A, 0x3B, 0x3C, 0x7F, 0x80, 0xFE, 0xFF).Array[12]))
            .Sample(previous =>
            {
                byte[] next = new byte[12];
                Tai64n.WriteNext(next, 0, previous, 0);
                int order = Tai64n.Compare(next, 0, previous, 0);
                return order > 0 || (order == 0 && previous.AsSpan(0, 8).IndexOfAnyExcept((byte)0xFF) < 0);
            });
    }

    [Fact]
    public void Timestamps_compare_as_unsigned_bytes()
    {
        Gen<byte[]> timestamp = Gen.OneOf<byte>(0, 1, 0x7F, 0x80, 0xFF).Array[12];
        Gen.Select(timestamp, timestamp, Gen.Int[0, 12]).Sample((a, b, common) =>
        {
            a.AsSpan(0, common).CopyTo(b);
            byte[] shifted = [7, 7, .. b];
            return Math.Sign(Tai64n.Compare(a, 0, shifted, 2)) == Math.Sign(a.AsSpan().SequenceCompareTo(b));
        });
    }

    [Fact]
    public void Later_times_never_give_older_timestamps()
    {
        Gen<long> time = Gen.Long[0, LastUnixMilliseconds];
        Gen.Select(time, Gen.Frequency((1, Gen.Long[0, 40]), (1, time))).Sample((first, later) =>
        {
            byte[] a = new byte[12];
            byte[] b = new byte[12];
            Tai64n.Write(a, 0, first);
            Tai64n.Write(b, 0, Math.Min(first + later, LastUnixMilliseconds));
            return Tai64n.Compare(a, 0, b, 0) <= 0 && b[9] == 0 && b[10] == 0 && b[11] == 0;
        });
    }
}
