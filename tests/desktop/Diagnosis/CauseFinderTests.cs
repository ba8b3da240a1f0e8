using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Control;
using Spore.Hostsim.Diagnosis;
using Xunit;

namespace Spore.Tests.Diagnosis;

/// <summary>
/// Which cause follows from what is known. The meshes of tests/interop show that this is what is known.
/// </summary>
public class CauseFinderTests
{
    private static readonly PeerReport _peer = new()
    {
        Key = "peerAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        Label = "shed",
        IsMember = true,
        Published = ["192.0.2.3:51820"],
        Endpoint = "192.0.2.3:51820",
        HasSlot = true,
    };

    private static readonly NodeReport _node = new()
    {
        Key = "own",
        State = "fresh",
        Version = 7,
        IsMember = true,
        Mtu = 1420,
        ListenPort = 51820,
        Peer = _peer,
    };

    private static readonly MemberView _gate = new("gate", "witness", 7, "192.0.2.3:51820", 20, 0);

    /// <summary>What is known, and the cause that follows.</summary>
    public static TheoryData<string, string> Cases() => new(Table.Select(c => (c.Name, c.Cause)));

    private static IReadOnlyList<(string Name, string Cause, Facts Facts)> Table =>
    [
        ("it answers", "None", Of(_peer) with { Answer = PeerAnswer.Status, PeerVersion = 7, LargePacketsPass = true }),
        ("stock WireGuard answers", "None", Of(_peer) with { Answer = PeerAnswer.NoFiles }),
        ("it is the node itself", "Self", Of(_peer with { Key = "own" })),
        ("nearly a member's key", "KeyMistyped", Of(_peer with { IsMember = false, SimilarTo = "shed" })),
        ("removed", "Removed", Of(_peer with { IsMember = false, RemovedAfter = 6 })),
        ("nobody", "NotMember", Of(_peer with { IsMember = false })),
        ("configured by hand, and silent", "Stopped", Of(_peer with { IsMember = false, IsConfigured = true }, _gate)),
        ("a twin of this node", "DuplicateIdentity", Of(_peer, n => n with { TwinHeard = 5, TwinEndpoint = "x" })),
        ("a twin long ago", "Silent", Of(_peer, n => n with { TwinHeard = 3600, TwinEndpoint = "x" })),
        ("a twin of the peer", "DuplicateIdentity", Of(_peer with { Places = Moves("a", "b", "a", "b") })),
        ("a peer that roams", "Silent", Of(_peer with { Places = Moves("a", "b", "c", "d") })),
        ("a peer that came back", "Silent", Of(_peer with { Places = Moves("a", "b", "a") })),
        ("expired", "Expired", Of(_peer, n => n with { State = "expired", Expires = 100 })),
        ("expired for the witnesses too", "Expired", Of(
            _peer, n => n with { State = "expired", Expires = 100, WitnessClock = 101 })),
        ("expired by this clock", "Clock", Of(
            _peer, n => n with { State = "expired", Expires = 100, WitnessClock = 99, Clock = 200 })),
        ("no network", "NoNetwork", Of(_peer, n => n with { State = "none", Version = 0 })),
        ("a network refused as expired", "Clock", Of(
            _peer, n => n with { State = "none", Version = 0, ExpiredHeader = 4 })),
        ("behind", "Behind", Of(_peer, n => n with { State = "behind" })),
        ("two networks", "Equivocation", Of(_peer with { Equivocation = 3 })),
        ("large packets lost", "Mtu", Of(_peer) with { Answer = PeerAnswer.Status, LargePacketsPass = false }),
        ("expired by its clock", "Clock", Of(_peer) with { Answer = PeerAnswer.Status, PeerState = "expired" }),
        ("refused with the same network", "Clock", Of(_peer) with { Answer = PeerAnswer.Refused, PeerVersion = 7 }),
        ("refused with another one", "OtherNetwork", Of(_peer) with { Answer = PeerAnswer.Refused, PeerVersion = 6 }),
        ("no endpoint", "NoEndpoint", Of(_peer with { Endpoint = null, Published = [] })),
        ("no endpoint, others hear it", "Nat", Of(
            _peer with { Endpoint = null, Published = [] }, _gate with { Received = 100 })),
        ("no route", "NoRoute", Of(_peer) with { Probe = ProbeResult.NoRoute }),
        ("the own firewall", "OwnFirewall", Of(_peer) with { DroppingRules = ["inet filter output, handle 4"] }),
        ("not permitted", "OwnFirewall", Of(_peer) with { Probe = ProbeResult.NotPermitted }),
        ("responses in vain", "OneWay", Of(_peer with { Unconfirmed = 2, ResponseSent = 3 })),
        ("one response in vain", "Silent", Of(_peer with { Unconfirmed = 1, ResponseSent = 3 })),
        ("responses in vain long ago", "Silent", Of(_peer with { Unconfirmed = 2, ResponseSent = 60 })),
        ("nothing listens", "Stopped", Of(_peer, _gate) with { Probe = ProbeResult.PortUnreachable }),
        ("nothing listens, others hear it elsewhere", "WrongEndpoint", Of(
            _peer, _gate with { Received = 9, Endpoint = "192.0.2.9:51820" }) with
            {
                Probe = ProbeResult.PortUnreachable,
            }),
        ("others hear it there", "OneWay", Of(_peer, _gate with { Received = 9 })),
        ("others had a handshake since", "OneWay", Of(_peer with { Heard = 90 }, _gate)),
        ("others had one before", "Stopped", Of(_peer with { Heard = 10 }, _gate)),
        ("others hear it at a link-local address", "OneWay", Of(
            _peer, _gate with { Received = 9, Endpoint = "[fe80::1]:51820" })),
        ("it never published an endpoint", "Nat", Of(
            _peer with { Published = [], IsEndpointHeard = true }, _gate with { Received = 9 })),
        ("a NAT has another port for it", "Nat", Of(
            _peer with { Published = [], IsEndpointHeard = true },
            _gate with { Received = 9, Endpoint = "192.0.2.3:40000" })),
        ("cookies", "UnderLoad", Of(_peer with { Cookie = 2 })),
        ("nobody hears it", "Stopped", Of(_peer, _gate with { Session = null })),
        ("nobody can be asked", "Silent", Of(_peer)),
        ("the machine is off", "Stopped", Of(_peer) with { Probe = ProbeResult.HostUnreachable }),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_cause_follows(string name, string cause)
    {
        Verdict verdict = CauseFinder.Of(Table.Single(c => c.Name == name).Facts);
        Assert.Equal(cause, verdict.Cause.ToString());
        Assert.EndsWith(".", verdict.Sentence);
        Assert.EndsWith(".", verdict.Advice);
        Assert.InRange(verdict.Steps.Count, 12, 13);
        Assert.All(verdict.Steps, s => Assert.NotEmpty(s.Answer));
    }

    [Fact]
    public void Every_cause_has_a_case() =>
        Assert.Equal(Enum.GetNames<Cause>().Order(), Table.Select(c => c.Cause).Distinct().Order());

    [Theory]
    [InlineData(1000, 1000, true, "it agrees with the witnesses' within a minute")]
    [InlineData(1060, 1000, true, "it agrees with the witnesses' within a minute")]
    [InlineData(1061, 1000, false, "this machine's clock is 1 min 1 s ahead of theirs")]
    [InlineData(1000, 4600, false, "this machine's clock is 1 h 0 min behind theirs")]
    [InlineData(1000, 0, null, "no witness has told the time")]
    public void A_clock_is_compared_with_the_witnesses(long clock, long witnesses, bool? isGood, string answer)
    {
        Facts facts = Of(_peer, n => n with { Clock = clock, WitnessClock = witnesses });
        Step step = Questions.Answer(facts).Single(s => s.Question == "A clock?");
        Assert.Equal((isGood, $"{answer}; the kernel does not tell"), (step.IsGood, step.Answer));
    }

    [Theory]
    [InlineData(null, true, "no")]
    [InlineData(24L, false, "24 s ago")]
    [InlineData(25L, true, "25 s ago")]
    public void A_cookie_is_bad_for_a_while(long? ago, bool isGood, string answer)
    {
        Step step = Questions.Answer(Of(_peer with { Cookie = ago })).Single(s => s.Question.Contains("cookie"));
        Assert.Equal((isGood, answer), (step.IsGood, step.Answer));
    }

    private static Facts Of(PeerReport peer, params MemberView[] others) =>
        new() { Node = _node with { Peer = peer }, Others = others };

    private static Facts Of(PeerReport peer, Func<NodeReport, NodeReport> change) =>
        new() { Node = change(_node with { Peer = peer }) };

    private static PeerPlace[] Moves(params string[] endpoints) =>
        [.. endpoints.Select((e, i) => new PeerPlace(e, 60 - i))];
}
