using System;
using CsCheck;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Net;

public class InternetChecksumTests
{
    [Fact]
    public void The_example_of_RFC_1071_section_3_sums_up()
    {
        byte[] words = [0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7];
        Assert.Equal(0xDDF2, InternetChecksum.Add(0, words, 0, words.Length));
        Assert.Equal(0x220D, InternetChecksum.Finish(0xDDF2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(65535)]
    public void The_largest_sums_do_not_overflow(int length)
    {
        byte[] ones = new byte[length];
        Array.Fill(ones, (byte)0xFF);
        Assert.Equal(Reference(0xFFFF, ones, 0, length), InternetChecksum.Add(0xFFFF, ones, 0, length));
    }

    [Fact]
    public void Any_run_sums_up_as_word_by_word()
    {
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[0, 20], Gen.Int[0, 0xFFFF]).Sample((bytes, skip, sum) =>
        {
            int offset = Math.Min(skip, bytes.Length);
            int length = bytes.Length - offset;
            return InternetChecksum.Add(sum, bytes, offset, length) == Reference(sum, bytes, offset, length);
        });
    }

    [Fact]
    public void A_sum_may_be_made_in_parts_of_even_length()
    {
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[0, 50]).Sample((bytes, half) =>
        {
            int first = Math.Min(2 * half, bytes.Length & ~1);
            int inParts = InternetChecksum.Add(
                InternetChecksum.Add(0, bytes, 0, first), bytes, first, bytes.Length - first);
            return InternetChecksum.Finish(inParts) == InternetChecksum.Finish(
                InternetChecksum.Add(0, bytes, 0, bytes.Length));
        });
    }

    [Fact]
    public void An_update_gives_what_summing_anew_gives()
    {
        Gen.Select(Gen.Byte.Array[4, 40], Gen.Int[0, 0xFFFF]).Sample((bytes, after) =>
        {
            int checksum = InternetChecksum.Finish(InternetChecksum.Add(0, bytes, 0, bytes.Length));
            int before = (bytes[2] << 8) | bytes[3];
            int updated = InternetChecksum.Update(checksum, before, after);
            bytes[2] = (byte)(after >> 8);
            bytes[3] = (byte)after;
            int anew = InternetChecksum.Finish(InternetChecksum.Add(0, bytes, 0, bytes.Length));

            // All zero bytes have two sums, both of which verify.
            return updated == anew || (updated ^ anew) == 0xFFFF;
        });
    }

    private static int Reference(int sum, byte[] bytes, int offset, int length)
    {
        long total = sum;
        for (int i = 0; i < length; i++)
        {
            total += i % 2 == 0 ? bytes[offset + i] << 8 : bytes[offset + i];
        }

        while (total > 0xFFFF)
        {
            total = (total & 0xFFFF) + (total >> 16);
        }

        return (int)total;
    }
}
