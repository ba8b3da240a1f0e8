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

        /// <summary>As it stands in an entry: no bit is set beyond its length.</summary>
        public byte[] Bytes =>
            [.. Address.Select((b, i) => (byte)(b & ~(0xFF >> Math.Clamp(Bits - (i * 8), 0, 8)))), (byte)Bits];

        public static Prefix Parse(string text, int owner) =>
            new(IPAddress.Parse(text.Split('/')[0]).GetAddressBytes(), int.Parse(text.Split('/')[1]), owner);

        public bool Holds(byte[] address) =>
            address.Length == Address.Length && Enumerable.Range(0, Bits).All(b => Bit(address, b) == Bit(Address, b));

        public bool IsSame(Prefix other) => other.Bits == Bits && other.Holds(Address) && Holds(other.Address);
    }

    private static readonly Gen<byte[]> _address4 = Gen.OneOf<byte>(0, 1, 10, 0x80, 0xFF).Array[4];

    // Few distinct bytes, so that prefixes nest; some in fe80::/10 and next to it.
    private static readonly Gen<byte[]> _address6 = Gen.Frequency(
        (2, Gen.OneOf<byte>(0, 1, 0x80, 0xFF).Array[16]),
        (
            1,
            Gen.Select(
                Gen.OneOf<byte>(0x7F, 0x80, 0xBF, 0xC0),
                Gen.OneOf<byte>(0, 1, 0x80).Array[14],
                (second, rest) => (byte[])[0xFE, second, .. rest])));

    private static readonly Gen<Prefix> _prefix = Gen.Frequency(
        (1, Gen.Select(_address4, Gen.Int[0, 32], Gen.Int[0, 20], (a, b, o) => new Prefix(a, b, o))),
        (
            2,
            Gen.Select(
                _address6,
                Gen.Frequency((3, Gen.Int[0, 128]), (1, Gen.Const(128)), (1, Gen.Int[0, 16])),
                Gen.Int[0, 20],
                (a, b, o) => new Prefix(a, b, o))));

    [Fact]
    [Statement("9-8")]
    public void It_finds_the_longest_prefix_as_a_search_of_all_does()
    {
        Gen.Select(_prefix.Array[0, 30], Gen.Frequency((1, _address4), (2, _address6)).Array[1, 20])
            .Sample((prefixes, addresses) =>
            {
                AllowedIps allowed = new(prefixes.Length);
                List<Prefix> model = [];
                if (!Fill(allowed, prefixes).All(added => added))
                {
                    return false;
                }

                foreach (Prefix prefix in prefixes)
                {
                    if (!model.Any(p => p.IsSame(prefix)))
                    {
                        model.Add(prefix);
                    }
                }

                return addresses.Concat(prefixes.Select(p => p.Address))
                    .All(a => allowed.Find([9, 9, .. a], 2, a.Length == 16) == Search(model, a));
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
    [InlineData("fe80::", 5)]
    [InlineData("fe80::2", 8)]
    [InlineData("febf:ffff::1", 5)]
    [InlineData("fec0::1", 5)]
    public void The_longest_prefix_has_an_address_in_each_family(string address, int owner)
    {
        AllowedIps allowed = new(20);
        string[] prefixes =
        [
            "10.0.0.1/32", "10.0.0.0/24", "10.0.0.0/16", "0.0.0.0/0", "::/0", "fd00::1/128", "fd00::/8", "fe80::2/128",
        ];
        Assert.All(Fill(allowed, [.. prefixes.Select((p, i) => Prefix.Parse(p, i + 1))]), Assert.True);
        byte[] sought = IPAddress.Parse(address).GetAddressBytes();
        Assert.Equal(owner, allowed.Find(sought, 0, sought.Length == 16));
    }

    [Fact]
    [Statement("7.2-17")]
    public void A_prefix_that_is_there_keeps_its_owner()
    {
        AllowedIps allowed = new(2);
        Assert.Equal(
            [true, true, true],
            Fill(
                allowed,
                [Prefix.Parse("10.0.0.0/24", 1), Prefix.Parse("10.0.0.0/24", 2), Prefix.Parse("10.0.0.0/32", 3)]));
        Assert.Equal(1, allowed.Find([10, 0, 0, 1], 0, false));
        Assert.Equal(3, allowed.Find([10, 0, 0, 0], 0, false));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(17)]
    public void It_holds_what_it_was_made_for_and_refuses_more_without_harm(int capacity)
    {
        AllowedIps allowed = new(capacity);
        Prefix[] held = [.. Enumerable.Range(0, capacity).Select(i => Prefix.Parse($"10.0.0.{i}/32", i))];
        Prefix[] more =
        [
            Prefix.Parse("11.0.0.0/32", 99),
            Prefix.Parse("fd00::/128", 99),
            .. held.Select(p => p with { Owner = 99 }),
        ];

        // One that is there needs no room.
        Assert.Equal(
            [.. held.Select(_ => true), false, false, .. held.Select(_ => true)], Fill(allowed, [.. held, .. more]));
        Assert.Equal(AllowedIps.None, allowed.Find([11, 0, 0, 0], 0, false));
        Assert.All(held, p => Assert.Equal(p.Owner, allowed.Find(p.Address, 0, false)));

        allowed.Begin(null);
        Assert.Equal(AllowedIps.None, allowed.Find([10, 0, 0, 0], 0, false));
        Assert.Equal([capacity > 0], Fill(allowed, [Prefix.Parse("11.0.0.0/8", 0)]));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(8192)]
    public void As_full_as_it_can_be_it_finds_the_longest_prefix(int capacity)
    {
        AllowedIps allowed = new(capacity);
        PrefixTable table = new(capacity, 1);
        Assert.InRange(Enumerable.Range(0, capacity).Count(table.IsIpv6), capacity / 3, capacity * 2 / 3);
        Prefix[] more = [Prefix.Parse("192.0.2.0/24", 9999), Prefix.Parse("fd00::/8", 9999)];
        Check();

        // One prefix moves to another owner while there is no room.
        for (int i = 0; i < 5; i++)
        {
            (int moved, byte[] within) = table.Pick();
            table.Owners[moved] = capacity + i;
            Check();
            Assert.Equal(capacity + i, allowed.Find(within, 0, within.Length == 16));
        }

        void Check()
        {
            Prefix[] held = [.. table.Bytes.Select((b, i) => new Prefix(b[..^1], b[^1], table.Owners[i]))];

            // One that is there needs no room.
            Prefix[] again = [held[0] with { Owner = 9999 }, held[^1] with { Owner = 9999 }];
            Assert.Equal(
                [.. held.Select(_ => true), false, false, true, true], Fill(allowed, [.. held, .. more, .. again]));
            Assert.All(table.Addresses(400), a => Assert.Equal(table.Find(a), allowed.Find(a, 0, a.Length == 16)));
            Assert.All(more, m => Assert.Equal(table.Find(m.Address), allowed.Find(m.Address, 0, m.IsIpv6)));
        }
    }

    /// <summary>Adds prefixes that stand one behind the other, and says of each whether there was room.</summary>
    private static bool[] Fill(AllowedIps allowed, Prefix[] prefixes)
    {
        allowed.Begin([9, .. prefixes.SelectMany(p => p.Bytes)]);
        int next = 1;
        bool[] added = new bool[prefixes.Length];
        for (int i = 0; i < prefixes.Length; i++)
        {
            added[i] = allowed.Add(next, prefixes[i].IsIpv6, prefixes[i].Owner);
            next += prefixes[i].Bytes.Length;
        }

        allowed.Complete();
        return added;
    }

    private static int Search(List<Prefix> prefixes, byte[] address) =>
        prefixes.Where(p => p.Holds(address)).MaxBy(p => p.Bits)?.Owner ?? AllowedIps.None;

    private static int Bit(byte[] address, int bit) => (address[bit / 8] >> (7 - (bit % 8))) & 1;
}
