using System;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>A node whose network is in a given state, and a station that has a session with it.</summary>
internal sealed class NodeInState
{
    private const long Issued = 1_760_000_000;

    public NodeInState(NetworkState state)
    {
        Node = Mesh.Add(1);
        Member = Mesh.AddStranger(2);
        switch (state)
        {
            case NetworkState.None:
                break;
            case NetworkState.Unconfirmed:
                Load(Nodes.Mesh.NetworkOf(1, [Node, Member]));
                break;
            case NetworkState.Witness:
                Load(Nodes.Mesh.NetworkOf(1, [Node, Member], Node));
                break;
            case NetworkState.Fresh:
                byte[] network = Nodes.Mesh.NetworkOf(1, [Node, Member], Member);
                Load(network);
                Member.Files["head"] = network[..NetworkHeader.Size];
                Assert.True(Member.Connect(Node));
                Assert.True(Mesh.RunUntil(() => Node.Knows(NodeEvent.Fresh), 1_000));
                break;
            case NetworkState.Behind:
                MeshNode other = Mesh.Add(3);
                byte[] first = Nodes.Mesh.NetworkOf(1, [Node, other, Member]);
                Load(first);
                Assert.Equal(NetworkFault.None, other.Load(first));
                Mesh.Run(10_000);
                Assert.Equal(NetworkFault.None, other.Load(Nodes.Mesh.NetworkOf(2, [other, Member])));
                Assert.True(Mesh.RunUntil(() => Node.Knows(NodeEvent.Behind), 120_000), NodeTests.State(Mesh));
                break;
            case NetworkState.Expired:
                Load(Nodes.Mesh.NetworkOf(1, [Node, Member], null, Issued + 100));
                Mesh.Run(100_000);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(state));
        }

        Assert.True(Member.Connect(Node));
    }

    public Mesh Mesh { get; } = new();

    public MeshNode Node { get; }

    public Stranger Member { get; }

    private void Load(byte[] network) => Assert.Equal(NetworkFault.None, Node.Load(network));
}
