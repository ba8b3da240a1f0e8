using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Network;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Fuzz;

/// <summary>Datagrams that don't verify, in every state that a node can be in: nothing throws, nothing changes, nothing is allocated.</summary>
[Collection(Alone.Name)]
public class DatagramFuzzTests
{
    /// <summary>How each state comes about. What is returned are sound datagrams that were not delivered.</summary>
    private static readonly Dictionary<string, Func<FuzzTarget, List<byte[]>>> _states = new()
    {
        ["a bare node"] = t => [t.Initiate(t.Guest)],
        ["a network and no session"] = t =>
        {
            t.Load(5);
            t.Advance(1);
            return [t.Initiate(t.Member), t.Initiate(t.Guest)];
        },
        ["waiting for an answer"] = t =>
        {
            t.Load(5);
            Assert.True(t.Node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3), 0, 29, t.Now));
            Assert.NotNull(t.Member.TakeInitiation(t.LastSent));
            return [t.Member.Respond(), t.Initiate(t.Guest)];
        },
        ["waiting for a session to be confirmed"] = t =>
        {
            t.Load(5);
            t.Feed(t.Initiate(t.Member), t.MemberEndpoint);
            Assert.True(t.Member.TakeResponse(t.LastSent));
            return [t.Member.Seal([]), t.Member.Seal([1, 2, 3]), t.Initiate(t.Guest)];
        },
        ["in session"] = t =>
        {
            t.Load(5);
            t.Connect(t.Member);
            t.Connect(t.Guest);
            t.Advance(1_000);
            return [t.Member.Seal([]), t.Guest.Seal([1, 2, 3]), t.Member.Seal(new byte[1420]), t.Initiate(t.Guest)];
        },
        ["amid transfers"] = t =>
        {
            t.Load(5);
            t.Connect(t.Member);
            t.Connect(t.Guest);
            t.SayUdp(t.Member, 2000, 69, StrangerTransfer.Request(1, "network"));
            t.SayUdp(t.Guest, 2001, 69, StrangerTransfer.Request(2, "network"));
            byte[] answer = t.LastUdp(t.Guest)!;
            t.SayUdp(t.Guest, 2001, InnerPacket.Port(answer, destination: false), [0, 3, 0, 1, .. t.Newer[..512]]);
            t.Advance();
            return [t.Member.Seal(new byte[100]), t.Guest.Seal(new byte[100]), t.Initiate(t.Member)];
        },
        ["an expired network"] = t =>
        {
            t.Load(5, expires: 1_760_000_010);
            t.Connect(t.Member);
            t.Advance(20_000);
            Assert.True(t.Node.IsExpired);
            return [t.Member.Seal([]), t.Initiate(t.Member)];
        },
    };

    public static IEnumerable<TheoryDataRow<string>> States() => _states.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(States))]
    public void Nothing_that_does_not_verify_changes_anything(string name)
    {
        FuzzTarget target = new(name.Length);
        List<byte[]> sound = _states[name](target);
        byte[] hello = target.Hello([.. target.Member.Public, .. new byte[72]]);
        long before = target.Allocated;
        string state = target.State();
        for (int i = 0; i < 3_000; i++)
        {
            byte[] datagram = target.Next(4) switch
            {
                0 => [(byte)target.Pick([0, 1, 2, 3, 4, 5, 0x80]), 0, 0, 0, .. target.Random(target.Pick([0, 3, 27, 28, 29, 88, 144, 145, 1436, 1500, target.Next(3000)]))],
                1 => target.Mutate(hello),
                _ => target.Mutate(target.Pick(sound)),
            };
            if (IsSound(datagram, [.. sound, hello]))
            {
                continue;
            }

            // From many sources, so that hellos are not only limited.
            target.Attacker.SetIpv4([203, 0, (byte)target.Next(256), (byte)target.Next(256)], 0, 1000);
            target.Feed(datagram, target.Pick([target.MemberEndpoint, target.GuestEndpoint, target.Attacker]));
            if (i % 50 == 0)
            {
                Assert.Equal(state, target.State());
            }
        }

        Assert.Equal(state, target.State());
        Assert.Equal(0, target.Allocated - before);
        Assert.InRange(target.Node.Counters.Invalid, 1_500, 3_000);

        // The sound ones are as good as before, and when they come again are nothing new.
        foreach (byte[] datagram in sound)
        {
            target.Feed(datagram, target.MemberEndpoint);
        }

        Assert.True(name == "an expired network" || state != target.State());
        state = target.State();
        for (int i = 0; i < 200; i++)
        {
            byte[] datagram = target.Pick(sound);
            if (datagram[0] != 1)
            {
                target.Feed(datagram, target.Attacker);
            }
        }

        Assert.Equal(state, target.State());
    }

    [Fact]
    public void Any_bytes_at_all_are_dropped()
    {
        FuzzTarget target = new(1);
        target.Load(5);
        target.Connect(target.Member);
        string state = target.State();
        long seen = target.Node.Counters.Invalid + target.Node.Counters.Limited;
        int fed = 0;
        Gen.Select(Gen.OneOf<byte>(0, 1, 2, 3, 4, 0x80, 0xFF), Gen.Byte.Array[0, 200], Gen.Bool).Sample(
            (type, bytes, zeros) =>
            {
                target.Feed(bytes.Length == 0 ? [] : zeros ? [type, 0, 0, 0, .. bytes] : [type, .. bytes], target.Attacker);
                fed++;
            },
            iter: 2_000,
            threads: 1);
        Assert.Equal(state, target.State());
        Assert.Equal(fed, target.Node.Counters.Invalid + target.Node.Counters.Limited - seen);
    }

    [Fact]
    public void Authentic_hellos_with_anything_in_them_change_nothing_but_whom_to_ask()
    {
        FuzzTarget target = new(1);
        target.Load(5);
        target.Connect(target.Member);
        for (int i = 0; i < 500; i++)
        {
            byte[] key = target.Pick([target.Member.Public, target.Guest.Public, target.Node.PublicKey, new byte[32], target.Random(32)]);
            target.Attacker.SetIpv4([203, 0, (byte)target.Next(256), (byte)target.Next(256)], 0, target.Next(65536));
            target.Feed(target.Hello([.. key, .. target.Pick([new byte[8], target.Random(8), [0, 0, 0, 0, 0, 0, 0, 5]]), .. target.Random(64)]), target.Attacker);
            target.Advance(target.Next(200));
        }

        Assert.Equal(0, target.Allocated);
        Assert.Equal(5UL, target.Node.NetworkVersion);
        Assert.Equal(1, target.Node.Peers.Count(p => p.InUse));
        Assert.True(target.Ping(target.Member));
    }

    [Fact]
    public void Initiations_with_any_timestamp_and_from_any_key_end_in_a_guest_at_most()
    {
        FuzzTarget target = new(1);
        target.Load(5);
        target.Connect(target.Member);
        for (int i = 0; i < 300; i++)
        {
            StockPeer peer = target.Pick([target.Member, target.Guest, new StockPeer(target.Random(32))]);
            peer.Ephemeral = target.Random(32);
            target.Feed(peer.Initiate(target.Node.PublicKey, target.Pick([new byte[12], target.Random(12), [.. Enumerable.Repeat((byte)0xFF, 12)]])), target.Attacker);
            target.Advance(target.Next(3_000));
        }

        Assert.Equal(0, target.Allocated);
        Assert.Equal(5UL, target.Node.NetworkVersion);
        Assert.Equal(0, target.Quiet.Delivered);
        Assert.Equal(1, target.Node.Peers.Count(p => p.InUse && !p.IsGuest));
        Assert.InRange(target.Node.Peers.Count(p => p.InUse && p.IsGuest), 1, MeshNode.Limits().Guests);
    }

    // Whether a datagram is one of those, as far as it is authenticated: mac2 is not, without a cookie.
    private static bool IsSound(byte[] datagram, List<byte[]> sound) => sound.Any(s =>
        s.Length == datagram.Length && s.AsSpan(0, Checked(s)).SequenceEqual(datagram.AsSpan(0, Checked(s))));

    private static int Checked(byte[] datagram) => datagram[0] is 1 or 2 ? datagram.Length - 16 : datagram.Length;
}
