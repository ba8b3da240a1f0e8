using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using CsCheck;
using Spore.Crypto;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class NetworkHeaderTests
{
    private static byte[] Header() => NetworkBytes.RichFile()[..NetworkHeader.Size];

    [Fact]
    [Statement("7.1-1", "7.1-2", "7.1-3", "7.1-4", "7.1-5", "7.1-6")]
    public void Every_field_is_where_the_protocol_says()
    {
        byte[] file = NetworkBytes.RichFile();
        byte[] header = [9, .. file[..NetworkHeader.Size]];
        Assert.Equal(NetworkFault.None, NetworkHeader.Check(header, 1));
        Assert.Equal(5UL, NetworkHeader.Version(header, 1));
        Assert.Equal(1_700_000_000, NetworkHeader.Issued(header, 1));
        Assert.Equal(1_800_000_000, NetworkHeader.Expires(header, 1));
        Assert.Equal(5, NetworkHeader.Count(header, 1));
        Assert.Equal(file.Length - NetworkHeader.Size, NetworkHeader.EntriesLength(header, 1));

        byte[] magic = new byte[NetworkHeader.Size];
        NetworkHeader.WriteMagic(magic, 0);
        Assert.Equal(file[..8], magic[..8]);
    }

    public static IEnumerable<TheoryDataRow<int, ulong, int, NetworkFault>> Changes()
    {
        yield return new(0, 0x73706F72652D310A, 8, NetworkFault.None);
        yield return new(0, 0x73706F72652D320A, 8, NetworkFault.Magic);
        yield return new(0, 0x53706F72652D310A, 8, NetworkFault.Magic);
        yield return new(8, 0, 8, NetworkFault.HeaderValue);
        for (int bit = 0; bit < 48; bit += 8)
        {
            yield return new(8, 1UL << bit, 8, NetworkFault.None);
        }

        // Another epoch needs a certificate.
        yield return new(8, 1UL << 48, 8, NetworkFault.HeaderValue);
        yield return new(8, 1UL << 56, 8, NetworkFault.HeaderValue);
        yield return new(8, (1UL << 48) | 1, 8, NetworkFault.Truncated);
        yield return new(8, ulong.MaxValue, 8, NetworkFault.Truncated);
        yield return new(16, 0, 8, NetworkFault.None);
        yield return new(16, 1_799_999_999, 8, NetworkFault.None);
        yield return new(16, 1_800_000_000, 8, NetworkFault.HeaderValue);
        yield return new(16, 253402300799, 8, NetworkFault.HeaderValue);
        yield return new(16, 253402300800, 8, NetworkFault.HeaderValue);
        yield return new(16, long.MaxValue, 8, NetworkFault.HeaderValue);
        yield return new(16, 0x8000000000000000, 8, NetworkFault.HeaderValue);
        yield return new(16, ulong.MaxValue, 8, NetworkFault.HeaderValue);
        yield return new(24, 0, 8, NetworkFault.None);
        yield return new(24, 1, 8, NetworkFault.HeaderValue);
        yield return new(24, 1_700_000_000, 8, NetworkFault.HeaderValue);
        yield return new(24, 1_700_000_001, 8, NetworkFault.None);
        yield return new(24, 253402300799, 8, NetworkFault.None);
        yield return new(24, 253402300800, 8, NetworkFault.HeaderValue);
        yield return new(24, 0x8000000000000000, 8, NetworkFault.HeaderValue);
        yield return new(32, 0, 4, NetworkFault.Count);
        yield return new(32, 1, 4, NetworkFault.None);
        yield return new(32, 64, 4, NetworkFault.Count);
        yield return new(32, 0x80000000, 4, NetworkFault.Count);
        yield return new(32, 0xFFFFFFFF, 4, NetworkFault.Count);
        yield return new(36, (5 * 34) - 1, 4, NetworkFault.Count);
        yield return new(36, 5 * 34, 4, NetworkFault.None);
        yield return new(36, 5 * 768, 4, NetworkFault.None);
        yield return new(36, (5 * 768) + 1, 4, NetworkFault.Count);
        yield return new(36, 0xFFFFFFFF, 4, NetworkFault.Count);
        yield return new(32, ((ulong)100_000 << 32) | (100_000 * 34), 8, NetworkFault.None);
        yield return new(32, 0x03FFFFFF_FFFFFFFF, 8, NetworkFault.None);
        yield return new(40, 0xFF00000000000000, 8, NetworkFault.None);
        yield return new(40, 1, 8, NetworkFault.NotZero);
        yield return new(40, 0x0080000000000000, 8, NetworkFault.NotZero);
    }

    [Theory]
    [Statement("7.1-1", "7.1-2", "7.1-4", "7.1-5", "7.1-8", "7.1-11", "7.4-1")]
    [MemberData(nameof(Changes))]
    public void Check_judges_each_field(int offset, ulong value, int size, NetworkFault expected)
    {
        byte[] header = Header();
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        bytes[^size..].CopyTo(header, offset);
        Assert.Equal(expected, NetworkHeader.Check(header, 0));
    }

    [Theory]
    [InlineData(64, 8192, true)]
    [InlineData(65, 8192, false)]
    [InlineData(64, 8193, false)]
    [InlineData(0x03FFFFFF, 0xFFFFFFFF, false)]
    public void A_node_holds_a_network_whole_that_is_within_its_limits(uint count, uint length, bool expected)
    {
        byte[] header = Header();
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(32), count);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(36), length);
        Assert.Equal(NetworkFault.None, NetworkHeader.Check(header, 0));
        Assert.Equal(expected, NetworkHeader.IsWithin(header, 0, NetworkBytes.Limits()));
    }

    [Fact]
    public void A_short_header_is_truncated()
    {
        byte[] header = Header();
        for (int length = 0; length < header.Length; length++)
        {
            Assert.Equal(NetworkFault.Truncated, NetworkHeader.Check(header[..length], 0));
        }

        Assert.Equal(NetworkFault.Truncated, NetworkHeader.Check(header, 1));
    }

    [Fact]
    [Statement("7.1-10", "7.1-13")]
    public void Any_flipped_bit_breaks_the_signature_and_another_root_did_not_sign()
    {
        byte[] header = [1, .. Header()];
        byte[] root = [2, .. NetworkBytes.TrustRoot];
        HeadVerifier verifier = new(new Ed25519(), root, 1);
        Assert.True(verifier.Verify(header, 1, false));
        for (int i = 0; i < NetworkHeader.Size; i++)
        {
            // A flipped bit of the epoch asks for a certificate, which is not there.
            header[1 + i] ^= (byte)(1 << (i % 8));
            Assert.False(
                NetworkHeader.Check(header, 1) == NetworkFault.None
                && verifier.Verify(header, 1, false));
            header[1 + i] ^= (byte)(1 << (i % 8));
        }

        root[9] ^= 1;
        Assert.False(new HeadVerifier(new Ed25519(), root, 1).Verify(header, 1, false));
    }

    [Fact]
    public void Random_bytes_behind_the_magic_never_throw()
    {
        Gen.Byte.Array[0, 160].Sample(bytes =>
        {
            byte[] header = [.. "spore-1\n"u8, .. bytes];
            if (NetworkHeader.Check(header, 0) == NetworkFault.None)
            {
                Assert.InRange(NetworkHeader.Count(header, 0), 1, int.MaxValue);
            }
        });
    }
}
