using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using CsCheck;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public class KeyAddressTests
{
    private static AllowedPrefix Range(string text) =>
        Assert.Single(KeyAddress.TryParseRanges(text, out string? fault) ?? throw new ArgumentException(fault));

    // Computed with Python: 1 + int.from_bytes(hashlib.blake2s(key + prefix + length).digest(), 'big') % n.
    [Theory]
    [InlineData(0, "10.7.0.0/16", "10.7.74.254/32")]
    [InlineData(0, "10.0.0.0/8", "10.8.214.53/32")]
    [InlineData(0, "192.0.2.0/24", "192.0.2.89/32")]
    [InlineData(0, "192.0.2.4/30", "192.0.2.6/32")]
    [InlineData(0, "fd00:7::/64", "fd00:7::1a11:4973:3c62:198e/128")]
    [InlineData(0, "fd00::/8", "fd98:bb11:39c7:44c1:fac6:860f:1b88:2293/128")]
    [InlineData(1, "10.7.0.0/16", "10.7.98.242/32")]
    [InlineData(1, "fd00:7::/64", "fd00:7::eddb:a32d:edfe:1c31/128")]
    [InlineData(1, "fd00::4/126", "fd00::7/128")]
    public void An_address_is_that_of_the_definition(byte key, string range, string expected) =>
        Assert.Equal(expected, KeyAddress.Of(Keys.Fill(key), Range(range)).ToString());

    [Fact]
    public void Every_address_is_in_the_range_and_none_has_a_meaning_of_its_own()
    {
        foreach (string text in new[] { "192.0.2.4/30", "192.0.2.8/29", "10.0.0.0/8", "fd00::4/126", "fd00::/9" })
        {
            AllowedPrefix range = Range(text);
            Gen.Byte.Array[32].Sample(key =>
            {
                AllowedPrefix address = KeyAddress.Of(key, range);
                Assert.True(address.IsHost);
                Assert.True(range.Overlaps(address));
                Assert.NotEqual(range.Address, address.Address);
                if (range.Address.AddressFamily == AddressFamily.InterNetwork)
                {
                    byte[] broadcast = [.. range.Address.GetAddressBytes()];
                    for (int bit = range.Length; bit < 32; bit++)
                    {
                        broadcast[bit / 8] |= (byte)(0x80 >> (bit % 8));
                    }

                    Assert.NotEqual(new IPAddress(broadcast), address.Address);
                }
            });
        }
    }

    [Fact]
    public void Small_ranges_are_used_whole()
    {
        int Count(string range) => Enumerable.Range(0, 256)
            .Select(i => KeyAddress.Of(Keys.Fill((byte)i), Range(range)).ToString()).Distinct().Count();
        Assert.Equal(2, Count("192.0.2.4/30"));
        Assert.Equal(6, Count("192.0.2.8/29"));
        Assert.Equal(3, Count("fd00::4/126"));
    }

    [Theory]
    [InlineData("", "'' is not an IP address or prefix")]
    [InlineData("10.7.0.0", "'10.7.0.0' has no prefix length from 8 to 30, as a range of addresses has")]
    [InlineData("10.7.0.0/31", "'10.7.0.0/31' has no prefix length from 8 to 30, as a range of addresses has")]
    [InlineData("0.0.0.0/0", "'0.0.0.0/0' has no prefix length from 8 to 30, as a range of addresses has")]
    [InlineData("fd00::/127", "'fd00::/127' has no prefix length from 8 to 126, as a range of addresses has")]
    [InlineData("fe80::/64", "'fe80::/64' touches fe80::/10; link-local addresses follow from the keys")]
    [InlineData("10.7.0.1/16", "'10.7.0.1/16' has bits set beyond its length; the prefix is 10.7.0.0/16")]
    [InlineData("10.7.0.0/16,", "'' is not an IP address or prefix")]
    [InlineData(
        "10.7.0.0/16, fd00::/64, 10.8.0.0/16",
        "10.8.0.0/16 is of the same family as 10.7.0.0/16; there is one range for each")]
    public void A_wrong_range_is_told(string text, string expected)
    {
        Assert.Null(KeyAddress.TryParseRanges(text, out string? fault));
        Assert.Equal(expected, fault);
    }
}
