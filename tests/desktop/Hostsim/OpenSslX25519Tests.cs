using System;
using System.Linq;
using CsCheck;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Tests.Crypto;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>All that the core's own X25519 has to hold, and the same bytes as that one.</summary>
public class OpenSslX25519Tests : X25519Tests
{
    private static readonly OpenSslX25519? _host = OpenSslX25519.TryCreate();

    public OpenSslX25519Tests()
        : base(_host)
    {
        Assert.SkipWhen(_host == null, "needs OpenSSL 3");
    }

    [Fact]
    public void Agrees_with_the_cores_own_at_every_offset()
    {
        X25519 own = new();
        int offset = 0;
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample(
            (scalar, point) =>
            {
                offset = (offset + 1) % 17;
                byte[] scalarInside = [.. new byte[offset], .. scalar];
                byte[] pointInside = [.. new byte[16 - offset], .. point];
                byte[] expected = new byte[32];
                byte[] actual = [.. Enumerable.Repeat((byte)0xA5, 64)];
                own.Multiply(expected, 0, scalar, 0, point, 0);
                _host!.Multiply(actual, offset, scalarInside, offset, pointInside, 16 - offset);
                AssertInside(expected, actual, offset);
                own.MultiplyBase(expected, 0, scalar, 0);
                _host.MultiplyBase(actual, offset, scalarInside, offset);
                AssertInside(expected, actual, offset);
            },
            iter: 200,
            threads: 1);
    }

    // The core's class looks for zero itself: the host's product has to be zero, whatever was there.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void The_product_of_a_point_of_small_order_is_zero(string point)
    {
        byte[] result = Bytes.Random(1, 32);
        _host!.Multiply(result, 0, Bytes.Random(2, 32), 0, Bytes.Hex(point), 0);
        Assert.Equal(new byte[32], result);

        byte[] expected = new byte[32];
        new X25519().Multiply(expected, 0, Bytes.Random(2, 32), 0, Bytes.Random(3, 32), 0);
        _host.Multiply(result, 0, Bytes.Random(2, 32), 0, Bytes.Random(3, 32), 0);
        Assert.Equal(expected, result);
    }

    [Fact]
    public void Demands_32_bytes_each()
    {
        byte[] whole = new byte[33];
        byte[] cut = new byte[31];
        Assert.ThrowsAny<ArgumentException>(() => _host!.Multiply(cut, 0, whole, 0, whole, 0));
        Assert.ThrowsAny<ArgumentException>(() => _host!.Multiply(whole, 0, whole, 2, whole, 0));
        Assert.ThrowsAny<ArgumentException>(() => _host!.Multiply(whole, 0, whole, 0, whole, 2));
        Assert.ThrowsAny<ArgumentException>(() => _host!.MultiplyBase(whole, 2, whole, 0));
        Assert.ThrowsAny<ArgumentException>(() => _host!.MultiplyBase(whole, 0, cut, 0));
    }

    private static void AssertInside(byte[] expected, byte[] actual, int offset)
    {
        Assert.Equal(expected, actual[offset..(offset + 32)]);
        Assert.All(actual.Where((_, i) => i < offset || i >= offset + 32), b => Assert.Equal(0xA5, b));
    }
}
