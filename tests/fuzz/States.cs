using System;
using System.Collections.Generic;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;

namespace Spore.Fuzz;

/// <summary>The states that a node is fuzzed in, and how each comes about.</summary>
internal static class States
{
    /// <summary>All of them, by name.</summary>
    public static readonly IReadOnlyList<(string Name, Func<World> Make)> All =
    [
        ("a bare node", () => Bare()),
        ("a guest alone", () => Bare(w => w.Connect(World.Guest))),
        ("a peer configured by hand", () => Bare(w =>
        {
            byte[] key = w.Peers[World.Stranger].Public;
            Require(w.Node.AddPeer(key, 0, w.Endpoints[World.Stranger], w.Now));
            Require(w.Node.SetPresharedKey(key, 0, [.. new byte[31], 1]));
            Require(w.Node.SetKeepalive(key, 0, 25, w.Now));
            w.Peers[World.Stranger].PresharedKey = [.. new byte[31], 1];
            w.Advance(6_000);
            w.Answer(World.Stranger);
        })),
        (
            "no session",
            () => WithNetwork(w => w.Sound = [w.Initiate(w.Peers[World.Member]), w.Initiate(w.Peers[World.Guest])])),
        ("an initiation sent", () => WithNetwork(w =>
        {
            w.Send(ToMember());
            StockPeer peer = Image.Clone(w.Peers[World.Member]);
            Require(peer.TakeInitiation(w.LastInitiation) is not null);
            w.Sound = [peer.Respond()];
        })),
        ("a response sent", () => WithNetwork(w =>
        {
            StockPeer peer = Image.Clone(w.Peers[World.Member]);
            w.Receive(w.Initiate(peer), w.Endpoints[World.Member]);
            peer.TakeResponse(w.Around.Sent(w.Heard - 1));
            w.Use(World.Member, peer);
            w.Sound = [Image.Clone(peer).Seal([]), Image.Clone(peer).Seal([1, 2, 3])];
        })),
        ("in session, the others initiated", () => InSession()),
        ("in session, the node initiated", () => WithNetwork(w =>
        {
            w.Send(ToMember());
            w.Answer(World.Member);
            w.Sound = [Image.Clone(w.Peers[World.Member]).Seal([1, 2, 3])];
        })),
        ("two handshakes on top of a session", () => WithNetwork(w =>
        {
            w.Send(ToMember());
            w.Answer(World.Member);
            w.Advance(121_000);
            w.Send(ToMember());
            StockPeer answers = Image.Clone(w.Peers[World.Member]);
            Require(answers.TakeInitiation(w.LastInitiation) is not null);
            StockPeer asks = Image.Clone(w.Peers[World.Member]);
            w.Receive(w.Initiate(asks), w.Endpoints[World.Member]);
            asks.TakeResponse(w.Around.Sent(w.Heard - 1));
            w.Sound = [answers.Respond(), asks.Seal([]), Image.Clone(w.Peers[World.Member]).Seal([1, 2, 3])];
        })),
        ("an initiation provoked", () => InSession(w =>
        {
            byte[] old = w.Peers[World.Member].Initiate(w.Node.PublicKey, StockPeer.Tai(1));
            w.Receive(old, w.Endpoints[^1]);
            w.Advance(1);
            StockPeer peer = Image.Clone(w.Peers[World.Member]);
            Require(peer.TakeInitiation(w.LastInitiation) is not null);
            w.Sound = [peer.Respond(), old];
        })),
        ("a hello waits to be answered", () => WithNetwork(w =>
        {
            byte[] hello = World.Hello([.. w.Peers[World.Other].Public, .. new byte[72]], 1);
            w.Receive(hello, w.Endpoints[World.Other]);
            w.Sound = [hello];
        })),
        ("packets wait for a session", () => WithNetwork(w =>
        {
            for (int i = 0; i < 3; i++)
            {
                w.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 3], 1, 2, new byte[400]));
            }

            w.Sound = [w.Initiate(w.Peers[World.Other])];
        })),
        ("under load", () => WithNetwork(
            w =>
            {
                for (int i = 0; i < 8; i++)
                {
                    StockPeer peer = Image.Clone(w.Peers[World.Member]);
                    w.Receive(w.Initiate(peer), w.Endpoints[World.Member]);
                    if (peer.TakeCookieReply(w.Around.Sent(w.Heard - 1)))
                    {
                        w.Peers[World.Member].Cookie = peer.Cookie;
                    }
                }

                w.Sound = [w.Initiate(w.Peers[World.Member])];
            },
            limits => limits.HandshakeBacklog = 4)),
        ("a cookie taken", () => WithNetwork(w =>
        {
            w.Send(ToMember());
            byte[] cookie = w.Peers[World.Member].ReplyWithCookie(w.LastInitiation, [.. new byte[15], 1]);
            w.Receive((byte[])cookie.Clone(), w.Endpoints[World.Member]);
            w.Sound = [cookie, w.Peers[World.Member].ReplyWithCookie(w.LastInitiation, new byte[16])];
        })),
        ("a slow device that has heard a knock", () => WithNetwork(
            w =>
            {
                w.Receive(w.Initiate(w.Peers[World.Guest]), w.Endpoints[World.Guest]);
                w.Advance(5_000);
                w.Sound = [w.Initiate(w.Peers[World.Guest])];
            },
            limits =>
            {
                (limits.HandshakeInterval, limits.HandshakeBacklog) = (4_500, 2_000);
                (limits.SourceInterval, limits.SourceBurst) = (2_000, 1);
                limits.MultiplicationTime = 1_500;
            })),
        ("files being read", () => InSession(w =>
        {
            w.SayUdp(World.Member, 2_000, 69, StrangerTransfer.Request(1, "network"));
            w.SayUdp(World.Guest, 2_001, 69, StrangerTransfer.Request(1, "head", "blksize", "64"));
        })),
        ("a header being checked", () => InSession(w =>
        {
            w.SayUdp(World.Guest, 2_000, 69, StrangerTransfer.Request(2, "head"));
            w.SayUdp(World.Guest, 2_000, w.Ports[World.Guest], [0, 3, 0, 1, .. w.Newer[..144]]);
            w.AdvanceBy(5);
        })),
        ("a network being staged", () => InSession(w =>
        {
            w.SayUdp(World.Guest, 2_000, 69, StrangerTransfer.Request(2, "network"));
            w.SayUdp(World.Guest, 2_000, w.Ports[World.Guest], [0, 3, 0, 1, .. w.Newer[..512]]);
            w.Advance(100);
        })),
        ("a network being fetched", () => InSession(ShowNewer)),
        ("behind", () => InSession(w =>
        {
            ShowNewer(w);
            w.SayUdp(World.Member, 69, w.Ports[World.Member], [0, 5, 0, 2, 0]);
            w.Advance(100);
        })),
        ("an expired network", () => Bare(w =>
        {
            w.Present = w.NetworkOf(5, World.BuildTime + 10_000_010);
            Require(w.Load(w.Present) == NetworkFault.None);
            w.Advance();
            Require(w.Connect(World.Member));
            w.Advance(20_000);
            Require(w.Node.IsExpired);
        })),
    ];

    private static byte[] ToMember() => InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3);

    private static World Bare(Action<World>? then = null, Action<NodeLimits>? change = null)
    {
        NodeLimits limits = World.Limits();
        change?.Invoke(limits);
        World world = new(limits);
        world.Advance(1);
        then?.Invoke(world);
        return world;
    }

    private static World WithNetwork(Action<World>? then = null, Action<NodeLimits>? change = null) => Bare(
        world =>
        {
            Require(world.Load(world.Present) == NetworkFault.None);
            world.Advance(1);
            then?.Invoke(world);
        },
        change);

    private static World InSession(Action<World>? then = null) => WithNetwork(world =>
    {
        Require(world.Connect(World.Member));
        Require(world.Connect(World.Guest));
        world.Advance(1_000);
        world.Sound =
        [
            Image.Clone(world.Peers[World.Member]).Seal([]),
            Image.Clone(world.Peers[World.Guest]).Seal([1, 2, 3]),
            world.Initiate(Image.Clone(world.Peers[World.Guest])),
        ];
        then?.Invoke(world);
    });

    private static void ShowNewer(World world)
    {
        world.SayUdp(World.Member, 2_000, 69, StrangerTransfer.Request(2, "head"));
        world.SayUdp(World.Member, 2_000, world.Ports[World.Member], [0, 3, 0, 1, .. world.Newer[..144]]);
        world.Advance(11_000);
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new InvalidOperationException("A state does not come about.");
        }
    }
}
