using System.Net;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
using Spore.Crypto;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class LinkLocalAddressTests
{
    private readonly Blake2s _hash = new();

    [Fact]
    [Statement("3-1")]
    public void The_zero_key_has_the_address_that_wg_lla_gives_it()
    {
        byte[] address = new byte[LinkLocalAddress.Size];
        LinkLocalAddress.FromKey(_hash, new byte[32], 0, address, 0);
        Assert.Equal("fe8b:5ea9:9e65:3bc2:b593:db41:30d1:a4e", new IPAddress(address).ToString());
    }

    [Fact]
    [Statement("3-1")]
    public void All_but_the_first_ten_bits_are_those_of_the_hash()
    {
        Gen.Byte.Array[32].Sample(
            key =>
            {
                Blake2sDigest digest = new(256);
                digest.BlockUpdate(key, 0, 32);
                byte[] hash = new byte[32];
                digest.DoFinal(hash, 0);

                byte[] buffer = new byte[20];
                byte[] shifted = [9, .. key];
                LinkLocalAddress.FromKey(_hash, shifted, 1, buffer, 2);

                Assert.Equal([0, 0, 0xFE, (byte)(0x80 | (hash[1] & 0x3F)), .. hash[2..16], 0, 0], buffer);
                Assert.True(LinkLocalAddress.IsLinkLocal(buffer, 2));
            },
            threads: 1);
    }

    [Theory]
    [InlineData("fe80::", true)]
    [InlineData("febf:ffff::1", true)]
    [InlineData("fe7f:ffff::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff80::1", false)]
    [InlineData("::1", false)]
    public void The_link_local_range_has_ten_bits(string address, bool expected)
    {
        Assert.Equal(expected, LinkLocalAddress.IsLinkLocal([7, .. IPAddress.Parse(address).GetAddressBytes()], 1));
    }
}
