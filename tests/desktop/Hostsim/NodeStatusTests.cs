using System;
using System.IO;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Simulation;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The rows of the simulator's table.</summary>
public sealed class NodeStatusTests : IDisposable
{
    private const long Patience = 300_000;
    private const long Issued = SimulatedNode.BuildTime;

    private readonly TrustRootKey _root = TrustRootKey.FromSeed(new SeededEntropy(1, "root").Bytes(KeyText.KeySize));
    private readonly Simulator _simulator = new();
    private readonly LocalNetwork _network;
    private readonly SimulatedNode _node;
    private readonly SimulatedNode _other;

    public NodeStatusTests()
    {
        _network = new World(_simulator, new SimulationOptions { Loss = 0 }).AddLocalNetwork();
        _node = Make("node1", 1);
        _other = Make("node2", 2);
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_node_without_power_is_off()
    {
        Assert.Equal(("-", "off", false), Row(false));
        Assert.Equal(("-", "off", false), Row(true));
    }

    [Fact]
    public void A_node_that_was_just_switched_on_has_no_network()
    {
        _node.PowerOn();
        Assert.Equal(("-", "no network", false), Row(false));
    }

    [Fact]
    public void A_network_of_an_absent_witness_is_unconfirmed()
    {
        _node.PowerOn();
        Load(_node, Sign(1, 0, _other, _node, _other));
        Assert.Equal(("1", "unconfirmed (0 agree)", false), Row(false));
    }

    [Fact]
    public void The_only_witness_is_the_witness()
    {
        _node.PowerOn();
        Load(_node, Sign(1, 0, _node, _node, _other));
        Assert.Equal(("1", "witness", true), Row(false));
    }

    [Fact]
    public void A_network_that_the_witness_has_confirmed_is_fresh()
    {
        StartBoth(0);
        Assert.Equal(("1", "fresh", true), Row(false));
    }

    [Fact]
    public void A_node_that_the_next_network_leaves_out_is_behind_and_where_the_story_removed_it_so_it_says()
    {
        StartBoth(0);
        Load(_other, Sign(2, 0, _other, _other));
        Assert.True(RunUntil(NetworkState.Behind));
        Assert.Equal(("1", "behind", false), Row(false));
        Assert.Equal(("1", "removed, behind", true), Row(true));
    }

    [Fact]
    public void A_network_past_its_end_is_expired()
    {
        StartBoth(Issued + 3600);
        _simulator.Run(3_600_000, TestContext.Current.CancellationToken);
        Assert.Equal(("1", "expired", false), Row(false));
    }

    private SimulatedNode Make(string name, byte number)
    {
        byte[] privateKey = new SeededEntropy(1, name).Bytes(KeyText.KeySize);
        NodeIdentity identity = NodeIdentity.FromPrivateKey(privateKey, _root.PublicKey, 0);
        return new SimulatedNode(name, number, identity, _simulator, _network, NodeLimits.Desktop(), 1);
    }

    private byte[] Sign(ulong version, long expires, SimulatedNode witness, params SimulatedNode[] members)
    {
        NetworkDescription network = new() { Version = version, Issued = Issued, Expires = expires };
        foreach (SimulatedNode member in members)
        {
            int roles = member == witness ? EntryRoles.Witness : 0;
            network.Peers.Add(new PeerDescription { PublicKey = member.PublicKey, Roles = roles });
        }

        return NetworkSigner.Sign(network, _root);
    }

    private static void Load(SimulatedNode node, byte[] network) =>
        Assert.Equal(NetworkFault.None, node.With(c => c.Load(network, 0, network.Length, node.Clock)));

    private void StartBoth(long expires)
    {
        byte[] network = Sign(1, expires, _other, _node, _other);
        foreach (SimulatedNode node in new[] { _node, _other })
        {
            node.PowerOn();
            Load(node, network);
        }

        Assert.True(RunUntil(NetworkState.Fresh));
    }

    private bool RunUntil(NetworkState state)
    {
        bool IsThere() => _node.Core!.State(_node.Clock) == state;
        _simulator.RunUntil(IsThere, _simulator.Now + Patience, TestContext.Current.CancellationToken);
        return IsThere();
    }

    // The columns of the row as a run shows it, and whether it counts as good.
    private (string Version, string State, bool IsGood) Row(bool isRemoved)
    {
        NodeStatus status = NodeStatus.Of(_node, isRemoved);
        StringWriter output = new();
        PlainView view = new(output);
        view.Begin(new SimulationOptions(), () => [status]);
        view.End(new Verdict(true, "OK"));
        string row = Assert.Single(
            output.ToString().Split('\n'),
            l => l.StartsWith("node1 ", StringComparison.Ordinal));
        return (row[11..18].Trim(), row[20..43].Trim(), status.IsGood);
    }
}
