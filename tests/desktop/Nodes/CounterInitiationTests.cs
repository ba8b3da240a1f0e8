using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>A member that rebooted without a clock sends initiations from the past (PROTOCOL section 4.3).</summary>
public class CounterInitiationTests
{
    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _member;
    private readonly Endpoint _elsewhere = new();

    public CounterInitiationTests()
    {
        _node = _mesh.Add(1);
        _member = _mesh.AddStranger(2);
        _elsewhere.SetIpv4([203, 0, 113, 66], 0, 1000);
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member])));
        _mesh.Run(10_000);
        _member.Clock += 1000;
        Assert.True(_member.Connect(_node));
        _mesh.Run(60_000);
        _node.SentTo.Clear();
        _node.Events.Clear();
    }

    private Peer Peer => _node.Slot(_member.Key)!;

    private int Initiations => _node.Sent.Count(s => s[0] == 1);

    [Fact]
    [Statement("4.3-1")]
    public void A_strictly_older_one_provokes_one_to_its_source()
    {
        _member.Clock -= 500;
        _member.AnswersInitiations = true;
        _member.Initiate(_node);
        _mesh.Run(100);
        Assert.Equal(1, Initiations);
        Assert.Equal(0, _node.Count(NodeEvent.ResponseSent));
        Assert.Contains(_node.Events, e => e.What == NodeEvent.InitiationSent && e.Value == 1);
        Assert.Equal(1, _node.Count(NodeEvent.SessionUp));
        Assert.True(_member.Ping());
    }

    [Fact]
    [Statement("4.3-2")]
    public void An_equal_one_is_a_duplicate()
    {
        _member.Clock -= 1;
        _member.Initiate(_node);
        _mesh.Run(20_000);
        Assert.Equal(0, Initiations);
        Assert.Equal(1, _node.Node.Counters.Replayed);
    }

    [Fact]
    [Statement("4.2-1", "4.2-3", "4.2-4", "4.2-9")]
    public void Recordings_from_elsewhere_are_asked_at_most_every_5_s_and_move_no_endpoint()
    {
        _member.Clock -= 500;
        for (int i = 0; i < 50; i++)
        {
            _member.Initiate(_node, _elsewhere);
            _mesh.Run(500);
        }

        // First where it was last heard, and only after that silence elsewhere.
        Assert.True(_node.SentTo.First(s => s.Bytes[0] == 1).To.IsSame(_member.Endpoint));
        Assert.InRange(_node.SentTo.Count(s => s.Bytes[0] == 1 && s.To.IsSame(_elsewhere)), 3, 4);
        Assert.InRange(Initiations, 5, 6);
        Assert.Equal(50, _node.Node.Counters.Replayed);

        // They are never sent again by themselves, but for the step of a plan that is under way.
        int before = Initiations;
        _mesh.Run(60_000);
        Assert.InRange(Initiations, before, before + 1);
        Assert.True(Peer.Endpoint.IsSame(_member.Endpoint));
        Assert.True(_member.Ping());
    }

    [Fact]
    [Statement("4.2-3", "4.2-10", "4.5-1")]
    public void The_endpoint_moves_with_the_answer()
    {
        // A member that really is somewhere else now, and has no clock.
        _member.Clock -= 500;
        _member.Initiate(_node, _elsewhere);
        _mesh.Run(4_999);
        Assert.All(_node.SentTo.Where(s => s.Bytes[0] == 1), s => Assert.True(s.To.IsSame(_member.Endpoint)));
        _mesh.Run(2);
        Assert.NotNull(
            _member.Stock.TakeInitiation(_node.SentTo.Single(s => s.Bytes[0] == 1 && s.To.IsSame(_elsewhere)).Bytes));
        _mesh.Inject(_node, _member.Stock.Respond(), _elsewhere);
        _mesh.Run(1);
        Assert.True(Peer.Endpoint.IsSame(_elsewhere));
        Assert.Equal(1, _node.Count(NodeEvent.SessionUp));
    }

    [Fact]
    public void What_has_not_verified_provokes_nothing()
    {
        _member.Clock -= 500;
        byte[] initiation = _member.Stock.Initiate(_node.Key, Spore.Tests.WireGuard.StockPeer.Tai(_member.Clock));
        initiation[100] ^= 1;
        _mesh.Inject(_node, _member.Stock.WithMacs(initiation[..116]), _elsewhere);
        _mesh.Run(100);
        Assert.Equal(0, Initiations);
        Assert.Equal(1, _node.Node.Counters.Invalid);
    }

    [Fact]
    [Statement("4.3-1")]
    public void A_peer_configured_by_hand_is_asked_too()
    {
        Stranger configured = _mesh.AddStranger(7);
        Assert.True(_node.Node.AddPeer(configured.Key, 0, null, _mesh.Now));
        Assert.True(configured.Connect(_node));
        _mesh.Run(1000);
        int before = Initiations;
        configured.Clock -= 100;
        configured.AnswersInitiations = true;
        configured.Initiate(_node);
        _mesh.Run(100);
        Assert.Equal(before + 1, Initiations);
        Assert.True(configured.Ping());
    }
}
