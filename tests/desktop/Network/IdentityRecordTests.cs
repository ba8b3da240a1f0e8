using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Base;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class IdentityRecordTests
{
    private static byte[] Sound(byte key = 3, byte root = 4)
    {
        byte[] record = new byte[IdentityRecord.Size];
        Array.Fill(record, key, IdentityRecord.PrivateKeyOffset, 32);
        Array.Fill(record, root, IdentityRecord.TrustRootOffset, 32);
        BigEndian.WriteUInt64(record, IdentityRecord.FloorOffset, 0x8000000000000102);
        IdentityRecord.Seal(record, 0);
        return record;
    }

    [Fact]
    [Statement("2-1", "2-2", "2-3", "2-4")]
    public void A_sealed_record_is_laid_out_as_the_protocol_says_and_is_sound_at_any_offset()
    {
        byte[] record = Sound();
        Assert.Equal("SPOREID1"u8.ToArray(), record[..8]);
        Assert.Equal(Enumerable.Repeat((byte)3, 32), record[8..40]);
        Assert.Equal(Enumerable.Repeat((byte)4, 32), record[40..72]);
        Assert.Equal([0x80, 0, 0, 0, 0, 0, 1, 2], record[72..80]);
        Assert.Equal(0x8000000000000102, IdentityRecord.Floor(record, 0));
        Assert.Equal(IdentityFault.None, IdentityRecord.Check(record, 0, record.Length));

        byte[] shifted = [1, 2, 3, .. record, 4];
        Assert.Equal(IdentityFault.None, IdentityRecord.Check(shifted, 3, record.Length));
        Assert.Equal(0x8000000000000102, IdentityRecord.Floor(shifted, 3));
    }

    [Fact]
    [Statement("2-5", "2-6")]
    public void Every_flipped_bit_is_seen()
    {
        for (int i = 0; i < IdentityRecord.Size * 8; i++)
        {
            byte[] record = Sound();
            record[i / 8] ^= (byte)(1 << (i % 8));
            Assert.Equal(
                i < 64 ? IdentityFault.Magic : IdentityFault.Checksum, IdentityRecord.Check(record, 0, record.Length));
        }
    }

    public static IEnumerable<TheoryDataRow<byte[], IdentityFault>> Unsound()
    {
        byte[] sound = Sound();
        yield return new([], IdentityFault.Truncated);
        yield return new(sound[..83], IdentityFault.Truncated);
        yield return new([.. sound, 0], IdentityFault.TrailingBytes);
        yield return new(new byte[84], IdentityFault.Magic);
        yield return new([.. "SPOREID1"u8, .. new byte[76]], IdentityFault.Unprovisioned);
        yield return new(Sound(key: 0), IdentityFault.Unprovisioned);
        yield return new(Sound(root: 0), IdentityFault.NoTrustRoot);
    }

    [Theory]
    [Statement("2-6", "2-7")]
    [MemberData(nameof(Unsound))]
    public void Unsound_records_are_told_apart(byte[] record, IdentityFault expected)
    {
        Assert.Equal(expected, IdentityRecord.Check(record, 0, record.Length));
    }

    [Theory]
    [InlineData(IdentityRecord.PrivateKeyOffset)]
    [InlineData(IdentityRecord.TrustRootOffset)]
    public void A_key_is_there_if_any_of_its_bytes_is_not_zero(int offset)
    {
        for (int i = 0; i < 32; i++)
        {
            byte[] record = Sound();
            Array.Clear(record, offset, 32);
            record[offset + i] = 1;
            IdentityRecord.Seal(record, 0);
            Assert.True(IdentityFault.None == IdentityRecord.Check(record, 0, record.Length), $"byte {i}");
        }
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        Gen.Byte.Array[0, 100].Sample(
            bytes => Assert.NotEqual(IdentityFault.None, IdentityRecord.Check(bytes, 0, bytes.Length)));
    }
}
