using System;
using System.Buffers.Binary;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A network of more entries than a node holds.</summary>
public class LargeNetworkTests
{
    private const int Others = 40_000;

    [Fact]
    public void A_node_with_the_file_proves_it_to_nodes_without()
    {
        using Lab lab = Lab.Open("curl");
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second, NetworkNamespace third) =
            (lab.Machine("publisher"), lab.Machine("newcomer"), lab.Machine("stock"));
        Wire.Join(lab, first, second, third);
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        StockNode stock = new(lab, third, 3);
        PeerDescription[] others = [.. Enumerable.Range(0, Others).Select(Other)];
        byte[] network = authority.Sign(
            1,
            [
                (new Member(one.PublicKey, 1) { Roles = EntryRoles.Witness }).Describe(),
                new Member(two.PublicKey, 2).Describe(),
                (stock.Self with { Endpoint = Wire.Endpoint(3) }).Describe(),
                .. others,
            ]);
        SporeNode publisher = new(lab, first, one, 1, true, network);
        publisher.Program.WaitFor("network", $"version 1, {Others + 3} members, of which this node holds 1");

        SporeNode newcomer = new(lab, second, two, 2, true);
        newcomer.WaitForNetwork(1, publisher.Self);
        Ping.IsAnswered(second, publisher.Self.Ipv4);
        Ping.IsAnswered(first, newcomer.Self.Ipv4);

        // Whose entry neither holds yet is looked for by its link-local address, for which there is a route.
        stock.AddPeer(newcomer.Self, Wire.Endpoint(2));
        stock.AddPeer(publisher.Self, Wire.Endpoint(1));
        string[] ping = ["ping", "-n", "-c", "1", "-W", "1", newcomer.Scoped(stock.Self)];
        Wait.Until(() => second.Run(ping).ExitCode == 0, "an answer of the stock node");

        // The stock node is a guest until the publisher has found its entry.
        Curl curl = new(lab, stock, publisher.Self);
        string name = "entry/" + Convert.ToHexStringLower(others[7].PublicKey);
        byte[] proof = [];
        Wait.Until(() => curl.Read(name, out proof).ExitCode == 0, name);
        NetworkProof.Verify(proof, "proof", network, "network", authority.TrustRoot);

        // Members that this node does not hold have no routes; those that it holds do.
        newcomer.WaitForNetwork(1, publisher.Self, stock.Self);
    }

    [Fact]
    public void A_node_that_a_large_network_does_not_name_refuses_it()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("alone");
        byte[] network = authority.Sign(1, [.. Enumerable.Range(0, Others).Select(Other)]);
        Command node = new HostsimFiles(lab, machine).Run(
            "node",
            "--identity",
            lab.File("alone.id", authority.NewNode().Record),
            "--network",
            lab.File("large.spore", network));
        Assert.NotEqual(0, node.ExitCode);
        Assert.Contains($"has {Others} members, more than a node holds, and this node is none of them", node.Error);
    }

    private static PeerDescription Other(int number)
    {
        byte[] address = [10, 100, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), (ushort)number);
        PeerDescription peer = new() { PublicKey = SHA256.HashData(address) };
        peer.AllowedPrefixes.Add(new AllowedPrefix(new IPAddress(address), 32));
        return peer;
    }
}
