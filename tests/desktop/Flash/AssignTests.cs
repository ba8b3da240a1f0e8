using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary><c>Assign</c> in INI files.</summary>
public class AssignTests
{
    private static readonly byte[] _keys = [1, 2, 3, 4, 5, 6];

    private static NetworkDescription Parse(string ini) =>
        NetworkIni.Parse(Encoding.UTF8.GetBytes(ini), "n.ini", FlashFolder.Now);

    private static string Message(string ini) => Assert.Throws<InputException>(() => Parse(ini)).Message;

    private static string Ini(string assign, params (byte Key, string Lines)[] peers) =>
        $"[Network]\nVersion = 1\nAssign = {assign}\n"
        + string.Concat(peers.Select(p => $"[Peer]\nPublicKey = {Keys.NodeText(p.Key)}\n{p.Lines}\n"));

    private static string Address(byte key, string range) =>
        KeyAddress.Of(Keys.Node(key), AllowedPrefix.TryParse(range, out string? _)!).ToString();

    private static IEnumerable<string> Prefixes(NetworkDescription network, int peer) =>
        network.Peers[peer].AllowedPrefixes.Select(p => p.ToString());

    // Two keys with one address in a range of two, and one with the other.
    private static (byte First, byte Same, byte Other) Colliding(string range)
    {
        ILookup<string, byte> keys = _keys.ToLookup(k => Address(k, range));
        IGrouping<string, byte> same = keys.First(g => g.Count() > 1);
        return (same.First(), same.ElementAt(1), keys.First(g => g.Key != same.Key).First());
    }

    [Fact]
    public void Members_without_a_prefix_of_a_family_get_the_address_of_their_key()
    {
        const string V4 = "10.7.0.0/16";
        const string V6 = "fd00:7::/64";
        string ini = Ini(
            $"{V6}, {V4}", (1, ""), (2, "AllowedIPs = 10.7.0.1"), (3, "AllowedIPs = fd00:9::/48"), (4, "AllowedIPs="));
        NetworkDescription network = Parse(ini);
        Assert.Equal([Address(1, V6), Address(1, V4)], Prefixes(network, 0));
        Assert.Equal(["10.7.0.1/32", Address(2, V6)], Prefixes(network, 1));
        Assert.Equal(["fd00:9::/48", Address(3, V4)], Prefixes(network, 2));
        Assert.Equal([Address(4, V6), Address(4, V4)], Prefixes(network, 3));

        // [Network] may stand at the end, and the addresses do not depend on the other members.
        string[] parts = ini.Split("[Peer]");
        NetworkDescription reordered = Parse($"[Peer]{parts[4]}[Peer]{parts[1]}{parts[0]}");
        Assert.Equal([Address(1, V6), Address(1, V4)], Prefixes(reordered, 1));
        Assert.Equal([Address(4, V6), Address(4, V4)], Prefixes(reordered, 0));
    }

    [Fact]
    public void The_signed_network_holds_plain_prefixes()
    {
        using TrustRootKey root = Keys.Root();
        NetworkDescription network = Parse(Ini("10.7.0.0/16", (1, ""), (2, "")));
        NetworkDescription signed = NetworkReader.Read(NetworkSigner.Sign(network, root), "n");
        Assert.Empty(signed.Assign);
        Assert.Contains($"AllowedIPs = {Address(1, "10.7.0.0/16")}\n", NetworkIni.Format(signed));
        Assert.DoesNotContain("Assign", NetworkIni.Format(signed));
        Assert.Contains("Assign = 10.7.0.0/16\n", NetworkIni.Format(network));
    }

    [Fact]
    public void Two_members_with_one_address_are_refused_with_a_free_one()
    {
        const string Range = "10.7.0.4/30";
        (byte first, byte same, byte other) = Colliding(Range);
        string free = Address(other, Range);
        string taken = Address(first, Range);
        Assert.Equal(
            $"n.ini:7: AllowedIPs: the address that follows from its key, {taken}, is that of the member on line 4 "
            + $"too; write down a free one: AllowedIPs = {free}",
            Message(Ini(Range, (first, ""), (same, ""))));
        Assert.Equal(2, Parse(Ini(Range, (first, ""), (same, $"AllowedIPs = {free}"))).Peers.Count);
        Assert.Equal(
            $"n.ini:10: AllowedIPs: the address that follows from its key, {taken}, is that of the member on line 4 "
            + "too; 10.7.0.4/30 has no free address, so choose a shorter one for Assign",
            Message(Ini(Range, (first, ""), (other, ""), (same, ""))));
    }

    [Fact]
    public void An_address_that_another_member_has_written_down_is_refused_on_the_later_line()
    {
        const string Range = "10.7.0.4/30";
        (byte first, byte same, byte other) = Colliding(Range);
        string free = Address(other, Range);
        string taken = Address(first, Range);
        Assert.Equal(
            $"n.ini:7: AllowedIPs: the address that follows from its key, {taken}, is in {taken} of line 6; write down "
            + $"a free one: AllowedIPs = {free}",
            Message(Ini(Range, (same, $"AllowedIPs = {taken}"), (first, ""))));
        Assert.Equal(
            $"n.ini:9: AllowedIPs: {taken} holds the address of the member on line 4, {taken}, which follows from its "
            + $"key; write down a free one: AllowedIPs = {free}",
            Message(Ini(Range, (first, ""), (same, $"AllowedIPs = {taken}"))));
    }

    [Fact]
    public void A_prefix_of_another_member_within_the_range_holds_addresses_and_a_wider_one_does_not()
    {
        const string Range = "10.7.0.0/16";
        string address = Address(1, Range);
        string part = string.Join('.', address.Split('.')[..3]) + ".0/24";
        Assert.Equal(
            $"n.ini:7: AllowedIPs: the address that follows from its key, {address}, is in {part} of line 6; write "
            + "down a free one: AllowedIPs = 10.7.0.1/32",
            Message(Ini(Range, (2, $"AllowedIPs = {part}"), (1, ""))));
        Assert.Equal(
            $"n.ini:9: AllowedIPs: {part} holds the address of the member on line 4, {address}, which follows from its "
            + "key; choose another prefix",
            Message(Ini(Range, (1, ""), (2, $"AllowedIPs = {part}"))));
        foreach (string wide in new[] { "0.0.0.0/0", "10.0.0.0/8", Range })
        {
            Assert.Equal([address], Prefixes(Parse(Ini(Range, (1, ""), (2, $"AllowedIPs = {wide}"))), 0));
        }
    }

    [Fact]
    public void What_is_wrong_is_told_with_its_line()
    {
        Assert.Equal(
            "n.ini:3: Assign: '10.7.0.0/31' has no prefix length from 8 to 30, as a range of addresses has",
            Message(Ini("10.7.0.0/31", (1, ""))));
        Assert.Equal(
            "n.ini:4: Assign: it was given already, on line 3",
            Message("[Network]\nVersion=1\nAssign=10.7.0.0/16\nAssign=fd00::/64\n"));

        // An entry that fits without the address, and not with it.
        string vendors = string.Concat(Enumerable.Repeat($"Vendor = 1:{new string('0', 460)}\n", 3));
        string lines = $"{vendors}AllowedIPs = 10.7.0.1\nLabel = 12345";
        Assert.Single(Parse(Ini("10.7.0.0/16", (1, lines))).Peers);
        Assert.Equal(
            "n.ini:4: [Peer]: all it says takes 775 bytes, and 768 is the most",
            Message(Ini("fd00:7::/64", (1, lines))));
    }

    [Fact]
    public void A_thousand_members_get_their_addresses_at_once()
    {
        StringBuilder ini = new("[Network]\nVersion = 1\nAssign = 10.0.0.0/8, fd00:7::/64\n");
        for (int i = 0; i < 1000; i++)
        {
            byte[] key = Keys.Fill(5);
            BitConverter.TryWriteBytes(key.AsSpan(4), i);
            ini.Append($"[Peer]\nPublicKey = {KeyText.Format(key)}\n");
        }

        NetworkDescription network = Parse(ini.ToString());
        Assert.Equal(2000, network.Peers.SelectMany(p => p.AllowedPrefixes).Distinct().Count());
    }
}
