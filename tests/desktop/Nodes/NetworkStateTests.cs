using System;
using System.Linq;
using System.Text;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// The state of a node's network, and its word in the file <c>status</c> (PROTOCOL sections 8.2 and 8.3).
/// </summary>
public class NetworkStateTests
{
    private const long Hour = 3_600_000;

    [Fact]
    [Statement("8.3-3")]
    public void A_node_is_in_each_state()
    {
        NetworkState[] all = Enum.GetValues<NetworkState>();
        Assert.Equal(6, all.Length);
        Assert.Equal(all, all.Select(s =>
        {
            NodeInState node = new(s);
            return node.Node.Node.State(node.Mesh.Now);
        }));
    }

    [Theory]
    [Statement("8.3-3")]
    [InlineData(NetworkState.Unconfirmed, "unconfirmed")]
    [InlineData(NetworkState.Witness, "witness")]
    [InlineData(NetworkState.Fresh, "fresh")]
    [InlineData(NetworkState.Behind, "behind")]
    public void A_member_reads_the_state(NetworkState state, string word)
    {
        NodeInState node = new(state);
        string text = Encoding.ASCII.GetString([.. node.Member.Read("status").Content]);
        Assert.StartsWith($"state={word}\n", text, StringComparison.Ordinal);
        Assert.Contains("\nversion=1\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [Statement("8-33")]
    [InlineData(NetworkState.None)]
    [InlineData(NetworkState.Expired)]
    public void Nobody_reads_the_status_of_a_node_without_members(NetworkState state)
    {
        NodeInState node = new(state);
        Assert.Equal(TftpError.AccessViolation, node.Member.Read("status").Error);
    }

    [Fact]
    [Statement("8.2-1", "8.2-8")]
    public void An_hour_after_it_was_confirmed_a_network_is_unconfirmed()
    {
        NodeInState node = new(NetworkState.Fresh);
        node.Member.IsOn = false;
        node.Mesh.Run(Hour);
        Assert.Equal(NetworkState.Unconfirmed, node.Node.Node.State(node.Mesh.Now));
    }

    [Fact]
    [Statement("8.2-8")]
    public void A_witness_with_another_witness_is_unconfirmed_until_that_one_has_confirmed()
    {
        Mesh mesh = new();
        MeshNode node = mesh.Add(1);
        Stranger other = mesh.AddStranger(2);
        byte[] network = Mesh.NetworkOf(1, [], null, 0, Witness(node), Witness(other));
        Assert.Equal(NetworkFault.None, node.Load(network));
        Assert.Equal(NetworkState.Unconfirmed, node.Node.State(mesh.Now));
        other.Files["head"] = network[..NetworkHeader.Size];
        Assert.True(other.Connect(node));
        Assert.True(mesh.RunUntil(() => node.Node.State(mesh.Now) == NetworkState.Fresh, 1_000));

        static byte[] Witness(IStation station) => NetworkBytes.Entry(station.Key, NetworkBytes.Field(6, 1));
    }

    [Fact]
    public void A_network_that_was_behind_is_expired_at_its_end_and_unconfirmed_after_the_next()
    {
        NodeInState node = new(NetworkState.Behind);
        byte[] next = Mesh.NetworkOf(3, [node.Node, node.Member], null, 1_760_003_000);
        Assert.Equal(NetworkFault.None, node.Node.Load(next));
        Assert.Equal(NetworkState.Unconfirmed, node.Node.Node.State(node.Mesh.Now));
        node.Mesh.Run(Hour);
        Assert.Equal(NetworkState.Expired, node.Node.Node.State(node.Mesh.Now));
    }
}
