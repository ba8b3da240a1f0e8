using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Flash;
using Spore.Mesh;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>What is signed all the same, but rarely meant.</summary>
public sealed class NetworkWarningTests : IDisposable
{
    private const string Labels = "Label: warning: 2 members have the label 'gate'; give each member its own";
    private const string Witness = "Roles: warning: no member is a witness, so no node can learn whether the network is"
        + " current; give this role to a member that is always on";

    private readonly FlashFolder _folder = new();

    public NetworkWarningTests()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
    }

    public static IEnumerable<TheoryDataRow<string, string, string?>> Networks()
    {
        yield return new("Label=gate\nRoles=witness", "Label=shed", null);
        yield return new("Label=gate\nRoles=witness", "Label=gate", Labels);
        yield return new("Label=gate\nRoles=witness", "Label=GATE", Labels);
        yield return new("Roles=witness", "", null);
        yield return new("Label=gate\nRoles=lease", "Label=shed", Witness);
        yield return new("Roles=witness\nLabel=gate\nEndpoint=[2001:db8::1]:1, 192.0.2.1:1", "", null);
        yield return new("Roles=witness\nLabel=gate\nEndpoint=[2001:db8::1]:1, gate.example.org:1", "", null);
        yield return new("Roles=witness\nLabel=gate\nEndpoint=[2001:db8::1]:1", "", Endpoint("'gate' has"));
        yield return new(
            "Roles=witness\nLabel=gate\nEndpoint=[2001:db8::1]:1, [2001:db8::2]:1",
            "Endpoint=[2001:db8::3]:1",
            Endpoint($"'gate', {Keys.NodeText(2)} have"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void Sign_show_and_check_warn_and_go_on(string first, string second, string? warning)
    {
        _folder.Write(
            "n.ini",
            $"[Network]\nVersion=1\n[Peer]\nPublicKey={Keys.NodeText(1)}\n{first}\n"
                + $"[Peer]\nPublicKey={Keys.NodeText(2)}\n{second}\n");
        AssertWarns("n.ini", "sign", "@n.ini");
        AssertWarns("n.spore", "show", "@n.spore");
        AssertWarns("n.spore", "show", "@n.spore", "--ini");
        AssertWarns("n.spore", "check", "@n.spore", "--root", "@root.key");

        void AssertWarns(string where, params string[] args)
        {
            // The order of members in a signed network is that of their keys.
            FlashResult result = _folder.Run(args);
            Assert.Equal(0, result.Code);
            Assert.Equal(
                Words(warning is null ? "" : $"flash: {where}: {warning}"), Words(result.Error.TrimEnd('\n')));
        }
    }

    [Fact]
    public void Many_members_are_named_in_one_short_line()
    {
        string peers = string.Concat(Enumerable.Range(1, 9).Select(i =>
            $"[Peer]\nPublicKey={Keys.NodeText((byte)i)}\nLabel=m{i}\nRoles=witness\nEndpoint=[2001:db8::{i}]:1\n"));
        _folder.Write("n.ini", $"[Network]\nVersion=1\n{peers}");
        Assert.Equal(
            $"flash: n.ini: {Endpoint("'m1', 'm2', 'm3' and 6 more have")}\n", _folder.Run("sign", "@n.ini").Error);
    }

    [Theory]
    [InlineData(64, 2656, "")]
    [InlineData(65, 2656, "65 members (64 at most), 65 prefixes (64 at most)")]
    [InlineData(64, 2657, "2657 bytes of entries (2656 at most)")]
    public void A_board_holds_64_members_and_prefixes_and_2656_bytes(int members, int size, string excess)
    {
        NetworkDescription network = new();
        for (int i = 0; i < members; i++)
        {
            PeerDescription member = new();
            member.AllowedPrefixes.Add(new AllowedPrefix(new IPAddress([10, 0, 0, (byte)i]), 32));
            network.Peers.Add(member);
        }

        Assert.Equal(excess, DeviceLimits.Excess(network, size, NodeLimits.Device()));
    }

    private static string Endpoint(string who) => $"Endpoint: warning: {who} IPv6 endpoints only, and boards have IPv4"
        + " only; add an IPv4 endpoint or a name, if there are boards in the network";

    private static string[] Words(string text) =>
        [.. text.ToLowerInvariant().Split(' ', ',').Order(StringComparer.Ordinal)];
}
