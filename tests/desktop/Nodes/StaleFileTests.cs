using System.Linq;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// A peer that shows a newer head than the network it serves, as a folder on a stock TFTP server does in the middle of
/// an update.
/// </summary>
public class StaleFileTests
{
    private readonly Mesh _mesh = new();

    [Theory]
    [Statement("7.5-8")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_valid_but_older_file_behind_a_newer_head_is_a_failed_read(int served)
    {
        MeshNode node = _mesh.Add(1);
        Stranger peer = _mesh.AddStranger(2);
        byte[][] networks = [.. Enumerable.Range(1, 4).Select(v => Mesh.NetworkOf((ulong)v, [node, peer]))];
        Assert.Equal(NetworkFault.None, node.Load(networks[1]));
        peer.Files["head"] = networks[3][..144];
        peer.Files["network"] = networks[served - 1];
        Assert.True(peer.Connect(node));
        Assert.True(peer.Write("head", networks[3][..144]).IsComplete);
        _mesh.Run(30_000);

        // After 1, 2, 4 and 8 s, and what was signed and is newer than its own may be applied meanwhile: then anew.
        Assert.InRange(peer.Requests.Count(r => r == "read network"), 4, served == 3 ? 7 : 6);
        Assert.InRange(node.Node.NetworkVersion, 2UL, 3UL);
        peer.Files["network"] = networks[3];
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 4, 30_000));
    }
}
