using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using CsCheck;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

public class AllowedIpsTests
{
    private sealed record Prefix(byte[] Address, int Bits, int Owner)
    {
        public bool IsIpv6 => Address.Length == 16;

        public bool Holds(byte[] address) => address.Length == Address.Length && Enumerable.Range(0, Bits).All(b => Bit(address, b) == Bit(Address, b));

        public bool IsSame(Prefix other) => other.Bits == Bits && other.Holds(Address) && Holds(other.Address);
    }

    private static readonly Gen<byte[]> _address4 = Gen.OneOf<byte>(0, 1, 10, 0x80, 0xFF).Array[4];

    // Few distinct bytes, so that prefixes nest; some in fe80::/10 and next to it.
    private static readonly Gen<byte[]> _address6 = Gen.Frequency(
        (2, Gen.OneOf<byte>(0, 1, 0x80, 0xFF).Array[16]),
        (1, Gen.Select(Gen.OneOf<byte>(0x7F, 0x80, 0xBF, 0xC0), Gen.OneOf<byte>(0, 1, 0x80).Array[14], (second, rest) => (byte[])[0xFE, second, .. rest])));

    private static readonly Gen<Prefix> _prefix = Gen.Frequency(
        (1, Gen.Select(_address4, Gen.Int[0, 32], Gen.Int[0, 20], (a, b, o) => new Prefix(a, b, o))),
        (2, Gen.Select(_address6, Gen.Frequency((3, Gen.Int[0, 128]), (1, Gen.Const(128)), (1, Gen.Int[0, 16])), Gen.Int[0, 20], (a, b, o) => new Prefix(a, b, o))));

    [Fact]
    public void It_finds_the_longest_prefix_as_a_search_of_all_does()
    {
        Gen.Select(_prefix.Array[0, 30], Gen.Frequency((1, _address4), (2, _address6)).Array[1, 20]).Sample((prefixes, addresses) =>
        {
            AllowedIps allowed = new(prefixes.Length);
            List<Prefix> model = [];
            foreach (Prefix prefix in prefixes)
            {
                bool known = model.Any(p => p.IsSame(prefix));
                if (!allowed.Add([9, .. prefix.Address], 1, prefix.IsIpv6, prefix.Bits, prefix.Owner))
                {
                    return false;
                }

                if (!known)
                {
                    model.Add(prefix);
                }
            }

            return addresses.Concat(prefixes.Select(p => p.Address)).All(a => allowed.Find([9, 9, .. a], 2, a.Length == 16) == Search(model, a));
        });
    }

    [Theory]
    [InlineData("10.0.0.1", 1)]
    [InlineData("10.0.0.2", 2)]
    [InlineData("10.0.1.1", 3)]
    [InlineData("10.1.0.1", 4)]
    [InlineData("11.0.0.1", 4)]
    [InlineData("::", 5)]
    [InlineData("::a00:1", 5)] // The same bytes as 10.0.0.1 are another family.
    [InlineData("fd00::1", 6)]
    [InlineData("fd00::2", 7)]
    [InlineData("fe7f:ffff::1", 5)]
    [InlineData("fe80::1", 8)]
    [InlineData("fe80::2", AllowedIps.None)] // Neither ::/0 nor fe80::/64 nor the /127 count.
    [InlineData("fe80::3", AllowedIps.None)]
    [InlineData("febf:ffff::1", AllowedIps.None)]
    [InlineData("fec0::1", 5)]
    public void Link_local_addresses_match_only_whole_addresses(string address, int owner)
    {
        AllowedIps allowed = new(20);
        string[] prefixes = ["10.0.0.1/32", "10.0.0.0/24", "10.0.0.0/16", "0.0.0.0/0", "::/0", "fd00::1/128", "fd00::/8", "fe80::1/128"];
        (string, int)[] more = [.. prefixes.Select((p, i) => (p, i + 1)), ("fe80::/10", 9), ("fe80::/64", 9), ("fe80::2/127", 9)];
        foreach ((string prefix, int of) in more)
        {
            byte[] bytes = IPAddress.Parse(prefix.Split('/')[0]).GetAddressBytes();
            Assert.True(allowed.Add(bytes, 0, bytes.Length == 16, int.Parse(prefix.Split('/')[1]), of));
        }

        byte[] sought = IPAddress.Parse(address).GetAddressBytes();
        Assert.Equal(owner, allowed.Find(sought, 0, sought.Length == 16));
    }

    [Fact]
    public void A_prefix_that_is_there_keeps_its_owner_whatever_bits_follow_it()
    {
        AllowedIps allowed = new(4);
        Assert.True(allowed.Add([10, 0, 0, 1], 0, false, 24, 1));
        Assert.True(allowed.Add([10, 0, 0, 2], 0, false, 24, 2));
        Assert.True(allowed.Add([10, 0, 0, 2], 0, false, 32, 3));
        Assert.Equal(1, allowed.Find([10, 0, 0, 1], 0, false));
        Assert.Equal(3, allowed.Find([10, 0, 0, 2], 0, false));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    public void It_holds_what_it_was_made_for_and_refuses_more_without_harm(int capacity)
    {
        AllowedIps allowed = new(capacity);

        // Neighbours need the most nodes: each but the first gets an inner one.
        for (int i = 0; i < capacity; i++)
        {
            Assert.True(allowed.Add([10, 0, 0, (byte)i], 0, false, 32, i));
        }

        Assert.False(allowed.Add([11, 0, 0, 0], 0, false, 32, 99));
        Assert.False(allowed.Add([0xFD, .. new byte[15]], 0, true, 128, 99));
        Assert.Equal(AllowedIps.None, allowed.Find([11, 0, 0, 0], 0, false));
        for (int i = 0; i < capacity; i++)
        {
            Assert.True(allowed.Add([10, 0, 0, (byte)i], 0, false, 32, 99), "one that is there needs no room");
            Assert.Equal(i, allowed.Find([10, 0, 0, (byte)i], 0, false));
        }

        allowed.Clear();
        Assert.Equal(AllowedIps.None, allowed.Find([10, 0, 0, 0], 0, false));
        Assert.Equal(capacity > 0, allowed.Add([11, 0, 0, 0], 0, false, 8, 0));
    }

    private static int Search(List<Prefix> prefixes, byte[] address)
    {
        bool linkLocal = address.Length == 16 && address[0] == 0xFE && address[1] >> 6 == 2;
        return prefixes.Where(p => p.Holds(address) && (!linkLocal || p.Bits == 128)).MaxBy(p => p.Bits)?.Owner ?? AllowedIps.None;
    }

    private static int Bit(byte[] address, int bit) => (address[bit / 8] >> (7 - (bit % 8))) & 1;
}
