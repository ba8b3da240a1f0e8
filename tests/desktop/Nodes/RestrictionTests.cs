using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Entries with a restriction that the node does not know: types 96 to 127 (PROTOCOL section 7.2).</summary>
public class RestrictionTests
{
    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _peer;

    public RestrictionTests()
    {
        _node = _mesh.Add(1);
        _peer = _mesh.AddStranger(2);
    }

    [Theory]
    [Statement("7.2-10", "7.2-12", "7.2-14", "7.2-15")]
    [InlineData(0, true)]
    [InlineData(7, true)]
    [InlineData(33, true)]
    [InlineData(95, true)]
    [InlineData(96, false)]
    [InlineData(127, false)]
    public void Such_an_entry_has_a_guests_rights(byte type, bool isMember)
    {
        Load(1, type);
        Assert.True(_peer.Connect(_node));
        Assert.Equal(_node.Node.Network.Bytes[..144], _peer.Read("head").Content);
        Assert.Equal(isMember ? null : TftpError.AccessViolation, _peer.Read("network").Error);
        Assert.Equal(isMember ? null : TftpError.AccessViolation, _peer.Read("status").Error);
        Assert.True(_peer.Ping());

        _peer.SendInner(InnerPacket.Udp([10, 0, 0, 2], [10, 0, 0, 1], 1, 2, 3));
        _mesh.Run(100);
        Assert.Equal(isMember ? 1 : 0, _node.Delivered.Count);
        Assert.Equal(isMember, _node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3)));
    }

    [Theory]
    [Statement("7.1-7", "7.2-15", "8.2-2a")]
    [InlineData(95, NetworkState.Fresh)]
    [InlineData(96, NetworkState.Unconfirmed)]
    public void It_is_no_witness(byte type, NetworkState state)
    {
        Load(1, type);
        Assert.True(_peer.Connect(_node));
        _peer.Files["head"] = _node.Node.Network.Bytes[..144];
        _mesh.RunUntil(() => _peer.Requests.Contains("read head"), 5_000);
        _mesh.Run(2_000);
        Assert.Equal(state, _node.Node.State(_mesh.Now));
    }

    [Fact]
    [Statement("7.2-15")]
    public void A_member_that_gets_one_loses_its_rights_at_once()
    {
        Load(1, 95);
        Assert.True(_peer.Connect(_node));
        Assert.Null(_peer.Read("status").Error);
        Load(2, 96);
        Assert.False(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3)));
        Assert.True(_peer.Connect(_node));
        Assert.Equal(TftpError.AccessViolation, _peer.Read("status").Error);
    }

    private void Load(ulong version, byte type)
    {
        byte[][] fields = type < 6
            ? [NetworkBytes.Field(type, 1), Prefix(2), NetworkBytes.Field(6, 1)]
            : [Prefix(2), NetworkBytes.Field(6, 1), NetworkBytes.Field(type, 1)];
        byte[] own = NetworkBytes.Entry(_node.Key, Prefix(1));
        byte[] peer = NetworkBytes.Entry(_peer.Key, fields);
        bool isOwnFirst = string.CompareOrdinal(
            System.Convert.ToHexString(_node.Key), System.Convert.ToHexString(_peer.Key)) < 0;
        Assert.Equal(
            NetworkFault.None,
            _node.Load(NetworkBytes.File(version, 1_760_000_000, 0, isOwnFirst ? [own, peer] : [peer, own])));
    }

    private static byte[] Prefix(byte number) => NetworkBytes.Field(1, 10, 0, 0, number, 32);
}
