using System;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A node that loses power and starts again without a clock: its timestamps are older than before.</summary>
public sealed class RebootTests : IDisposable
{
    private const int Hello = 0x80;
    private const int Transport = 4;

    // Two seconds, and as many for a busy machine.
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(4);

    private readonly Lab _lab = Lab.Open("nft");
    private readonly Authority _authority = new();
    private readonly NodeIdentity _identity;
    private readonly NetworkNamespace _steady;
    private readonly NetworkNamespace _rebooted;

    public RebootTests()
    {
        (_steady, _rebooted) = (_lab.Machine("steady"), _lab.Machine("rebooted"));
        Wire.Join(_lab, _steady, _rebooted);
        _identity = _authority.NewNode();
    }

    private Member Rebooted => new(_identity.PublicKey, 2);

    public void Dispose()
    {
        _authority.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public void Spore_nodes_are_in_session_again_soon_after_the_rebooted_ones_hello()
    {
        SporeNode steady = StartSteady();
        CutOff(steady, Start());

        // That of the steady node would make the rebooted one initiate.
        Firewall.DropOutgoing(_steady, Hello);
        SporeNode after = Start("--no-clock");
        TimelineLine session = after.WaitFor(0, "session up", "from ");
        AssertSoon(after.WaitFor(0, "hello", "sent, no network yet"), session);
        Assert.DoesNotContain(after.Timeline, l => l.Verb == "initiation");
        AssertMembers(steady, after);
    }

    [Fact]
    public void Spore_nodes_are_in_session_again_soon_after_the_rebooted_ones_initiation()
    {
        Firewall.DropOutgoing(_rebooted, Hello);
        SporeNode steady = StartSteady();
        string[] peer = ["--peer", $"{steady.Self.KeyText}@{Wire.Endpoint(1)}"];
        SporeNode before = Start(peer);
        before.WaitFor(0, "session up", "to ");
        int seen = CutOff(steady, before);

        // An initiation of its own would be sent again if the other node did not counter it.
        SporeNode after = Start(["--no-clock", .. peer]);
        TimelineLine session = after.WaitFor(0, "session up", "from ");
        AssertSoon(Assert.Single(after.Timeline, l => l.Verb == "initiation"), session);
        Assert.Contains(
            steady.Timeline.Skip(seen),
            l => l.Verb == "initiation" && l.Text.EndsWith("provoked", StringComparison.Ordinal));
        Assert.DoesNotContain(steady.Timeline.Skip(seen), l => l.Verb == "response");
        AssertMembers(steady, after);
    }

    [Fact]
    public void Spore_nodes_are_in_session_again_soon_after_the_other_ones_initiation()
    {
        SporeNode steady = StartSteady();
        int seen = CutOff(steady, Start());

        // Without hellos of either node: that of the steady one would make the rebooted one initiate.
        Firewall.DropOutgoing(_steady, Hello);
        Firewall.DropOutgoing(_rebooted, Hello);
        SporeNode after = Start("--no-clock");
        _lab.Keep(Ping.Start(_steady, Rebooted.Ipv4, Wait.Patience));
        TimelineLine session = after.WaitFor(0, "session up", "from ");
        AssertSoon(steady.WaitFor(seen, "initiation", "to member-2"), session);
        AssertMembers(steady, after);
    }

    [Fact]
    public void With_a_stock_peer_it_is_in_session_again_when_that_initiates_and_can_then_initiate_itself()
    {
        StockNode stock = new(_lab, _steady, 1);
        stock.AddPeer(Rebooted);
        string[] peer = ["--peer", $"{stock.Self.KeyText}@{Wire.Endpoint(1)}"];
        SporeNode before = Start(peer);
        before.WaitFor(0, "session up", "to ");
        before.Program.Kill();

        // Stock WireGuard does not answer timestamps older than it has seen.
        SporeNode after = Start(["--no-clock", .. peer]);
        Wait.Until(() => stock.Logged("handshake replay"), "the stock node to refuse an old timestamp");
        Assert.DoesNotContain(after.Timeline, l => l.Verb == "session up");

        RunningProgram pings = _lab.Keep(Ping.Start(_steady, stock.Scoped(Rebooted), Wait.Patience));
        after.WaitFor(0, "session up", "from ");
        Ping.IsAnswered(_steady, stock.Scoped(Rebooted));
        pings.Stop();

        // It hears nothing any more, and initiates.
        int seen = after.Timeline.Count;
        int initiated = stock.CountLogged(StockNode.Initiated);
        Firewall.DropIncoming(_rebooted, Transport);
        _lab.Keep(Ping.Start(_rebooted, after.Scoped(stock.Self), Wait.Patience));
        after.WaitFor(seen, "session up", "to ");
        Assert.Equal(initiated, stock.CountLogged(StockNode.Initiated));
        Firewall.Clear(_rebooted);
        Ping.IsAnswered(_rebooted, after.Scoped(stock.Self));
    }

    private static void AssertSoon(TimelineLine cause, TimelineLine effect)
    {
        Assert.InRange(cause.Until(effect), TimeSpan.Zero, _soon);
    }

    private static void AssertMembers(SporeNode steady, SporeNode after)
    {
        after.WaitForNetwork(1, steady.Self);
        Ping.IsAnswered(steady.Machine, after.Self.Ipv4);
        Ping.IsAnswered(after.Machine, steady.Self.Ipv6);
    }

    // Returns how much the other node had told by then.
    private static int CutOff(SporeNode steady, SporeNode before)
    {
        AssertMembers(steady, before);
        before.Program.Kill();
        return steady.Timeline.Count;
    }

    private SporeNode StartSteady()
    {
        NodeIdentity identity = _authority.NewNode();
        byte[] network = _authority.Sign(1, new Member(identity.PublicKey, 1), Rebooted);
        return new SporeNode(_lab, _steady, identity, 1, true, network);
    }

    private SporeNode Start(params string[] more)
    {
        return new SporeNode(_lab, _rebooted, _identity, 2, true, null, more);
    }
}
