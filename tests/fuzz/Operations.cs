using System;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Spore.WireGuard;

namespace Spore.Fuzz;

/// <summary>
/// What an input can do. Each operation is a byte that says which, then its parameters; those that
/// are missing are zero.
/// </summary>
internal static class Operations
{
    public const int Raw = 0;
    public const int Sound = 1;
    public const int Initiate = 2;
    public const int Respond = 3;
    public const int Say = 4;
    public const int Hello = 5;
    public const int Wait = 6;
    public const int Send = 7;
    public const int Cookie = 8;
    public const int Transfer = 9;
    public const int Load = 10;
    public const int Resolve = 11;
    public const int Count = 12;

    // The small orders of an ephemeral key: 0, 1, and the prime less one.
    private static readonly byte[][] _smallPoints =
        [new byte[32], [1, .. new byte[31]], [0xEC, .. Enumerable.Repeat((byte)0xFF, 30), 0x7F]];

    public static void Run(Scene scene, byte[] operation)
    {
        Parameters parameters = new(operation);
        switch (parameters.Next(Count))
        {
            case Raw:
                RunRaw(scene, parameters);
                break;
            case Sound:
                RunSound(scene, parameters);
                break;
            case Initiate:
                RunInitiate(scene, parameters);
                break;
            case Respond:
                RunRespond(scene, parameters);
                break;
            case Say:
                RunSay(scene, parameters);
                break;
            case Hello:
                RunHello(scene, parameters);
                break;
            case Wait:
                scene.Touch();
                scene.World.Advance((long)parameters.Next() << parameters.Next(16));
                break;
            case Send:
                RunSend(scene, parameters);
                break;
            case Cookie:
                RunCookie(scene, parameters);
                break;
            case Transfer:
                RunTransfer(scene, parameters);
                break;
            case Load:
                RunLoad(scene, parameters);
                break;
            default:
                // A name was resolved: where, and whose.
                scene.Touch();
                Endpoint found = Source(scene.World, parameters);
                scene.World.Node.SetEndpoint(
                    scene.World.Peers[parameters.Next(World.Spare)].Public, 0, found, scene.World.Now);
                break;
        }
    }

    private static Endpoint Source(World world, Parameters parameters) =>
        world.Endpoints[parameters.Next(world.Endpoints.Length)];

    // A source, then any bytes.
    private static void RunRaw(Scene scene, Parameters parameters)
    {
        Endpoint from = Source(scene.World, parameters);
        byte[] datagram = parameters.Rest();
        scene.Receive(datagram, from, !IsSound(scene.World, datagram));
    }

    // A source, which one, by how much it is cut or lengthened, and changes.
    private static void RunSound(Scene scene, Parameters parameters)
    {
        if (scene.World.Sound.Length == 0)
        {
            return;
        }

        Endpoint from = Source(scene.World, parameters);
        byte[] sound = scene.World.Sound[parameters.Next(scene.World.Sound.Length)];
        byte resize = parameters.Next();
        byte[] datagram = resize < 128
            ? sound[..Math.Max(0, sound.Length - resize)]
            : [.. sound, .. new byte[resize - 127]];
        datagram = parameters.Change(datagram);
        scene.Receive(datagram, from, !IsSound(scene.World, datagram));
    }

    // A source, who, the kind of timestamp, flags, and changes below the MACs.
    private static void RunInitiate(Scene scene, Parameters parameters)
    {
        World world = scene.World;
        Endpoint from = Source(world, parameters);
        int who = parameters.Next(World.Spare);
        byte[] timestamp = parameters.Next(8) switch
        {
            1 => world.LastTimestamp(),
            2 => StockPeer.Tai(1_000_000_000),
            3 => new byte[12],
            4 => [.. Enumerable.Repeat((byte)0xFF, 12)],
            _ => world.NextTimestamp(),
        };
        int flags = parameters.Next();
        StockPeer peer = Image.Clone(world.Peers[who]);
        bool isFalse = (flags & 0x30) != 0;
        peer.FalsePoint = (flags & 0x30) == 0x10 ? _smallPoints[flags & 1] : null;
        peer.ClaimedKey = (flags & 0x30) == 0x20
            ? world.Peers[(who + 1) % World.Spare].Public
            : (flags & 0x30) == 0x30 ? world.Node.PublicKey : null;
        byte[] body = peer.Initiate(world.Node.PublicKey, timestamp)[..116];
        byte[] changed = parameters.Change(body);
        int heard = world.Heard;
        scene.Receive(peer.WithMacs(changed), from, isFalse || !changed.AsSpan(8).SequenceEqual(body.AsSpan(8)));
        byte[]? answer = Enumerable.Range(heard, world.Heard - heard).Select(world.Around.Sent).LastOrDefault();
        if (answer is null)
        {
            return;
        }

        if (peer.TakeCookieReply(answer))
        {
            world.Peers[who].Cookie = peer.Cookie;
        }
        else if ((flags & 1) == 0 && peer.TakeResponse(answer))
        {
            world.Use(who, peer);
            if ((flags & 2) == 0)
            {
                scene.Receive(peer.Seal([]), from, false);
            }
        }
    }

    // A source, who, and changes below the MACs.
    private static void RunRespond(Scene scene, Parameters parameters)
    {
        World world = scene.World;
        Endpoint from = Source(world, parameters);
        int who = parameters.Next(World.Spare);
        StockPeer peer = Image.Clone(world.Peers[who]);
        int flags = parameters.Next();
        if (world.LastInitiation.Length == 0 || peer.TakeInitiation(world.LastInitiation) is null)
        {
            return;
        }

        peer.FalsePoint = (flags & 0x30) == 0x10 ? _smallPoints[flags % _smallPoints.Length] : null;
        byte[] body = peer.Respond()[..60];
        byte[] changed = parameters.Change(body);
        int ups = world.Around.Events[(int)NodeEvent.SessionUp];

        // It may answer at once, so its keys have to be there.
        StockPeer before = world.Peers[who];
        world.Peers[who] = peer;
        scene.Receive(
            peer.WithMacs(changed),
            from,
            peer.FalsePoint is not null || !changed.AsSpan(8).SequenceEqual(body.AsSpan(8)));
        if (world.Around.Events[(int)NodeEvent.SessionUp] > ups)
        {
            world.Use(who, peer);
        }
        else
        {
            world.Peers[who] = before;
        }
    }

    // A source, who, the counter, which packet, its ports, what is changed, by how much it is cut, and the changes.
    private static void RunSay(Scene scene, Parameters parameters)
    {
        World world = scene.World;
        Endpoint from = Source(world, parameters);
        int who = parameters.Next(World.Spare);
        if (!world.HasKeys[who])
        {
            return;
        }

        StockPeer peer = world.Peers[who];
        ulong counter = peer.Counter;
        peer.Counter = parameters.Next(16) switch
        {
            1 => counter - 1,
            2 => 0,
            3 => counter + 2_047,
            4 => counter + 2_048,
            5 => counter + (1 << 13),
            6 => counter + (1UL << 40),
            7 => Constants.RejectAfterMessages - 1,
            8 => Constants.RejectAfterMessages,
            9 => ulong.MaxValue,
            _ => counter,
        };
        int template = parameters.Next();
        int source = Port(world, who, parameters.Next());
        int destination = Port(world, who, parameters.Next());
        int where = parameters.Next(3);
        int cut = parameters.Next();
        byte[]? payload = Payload(world, template);
        if (where == 0 && payload is not null)
        {
            payload = parameters.Change(payload[..Math.Max(0, payload.Length - cut)]);
        }

        byte[] packet = payload is not null
            ? InnerPacket.Udp(world.Addresses[who], world.Node.LinkLocal, source, destination, payload)
            : Packet(world, who, template);
        if (where == 1 || (where == 0 && payload is null))
        {
            packet = parameters.Change(packet[..Math.Max(0, packet.Length - cut)]);
        }

        byte[] datagram = peer.Seal(packet);
        byte[] sent = where == 2 ? parameters.Change(datagram[..Math.Max(0, datagram.Length - cut)]) : datagram;
        int delivered = world.Around.Delivered;
        bool isGuest = world.IsGuest(who);
        scene.Receive(sent, from, !sent.AsSpan().SequenceEqual(datagram));
        if (world.Around.Delivered > delivered && isGuest)
        {
            throw new Finding("a guest's packet was delivered");
        }
    }

    // A source, whose, of which version, and changes of what is sealed.
    private static void RunHello(Scene scene, Parameters parameters)
    {
        World world = scene.World;
        Endpoint from = Source(world, parameters);
        int who = parameters.Next(World.Spare + 2);
        byte[] key = who <= World.Spare ? world.Peers[who].Public : world.Node.PublicKey;
        byte version = parameters.Next();
        byte[] plain = parameters.Change([.. key, .. new byte[7], (byte)(version % 8), .. new byte[64]]);
        scene.Receive(World.Hello(plain, version), from, false);
    }

    // Which packet of the application's, by how much it is cut, and changes.
    private static void RunSend(Scene scene, Parameters parameters)
    {
        World world = scene.World;
        byte[] own = [10, 0, 0, 1];
        byte[] packet = parameters.Next(8) switch
        {
            0 => InnerPacket.Udp(own, [10, 0, 0, 2], 1, 2, 3),
            1 => InnerPacket.Udp(own, [10, 0, 0, 3], 1, 2, new byte[700]),
            2 => InnerPacket.Echo(own, [10, 0, 3, 9]),
            3 => InnerPacket.Echo(world.Node.LinkLocal, world.Addresses[World.Member]),
            4 => InnerPacket.Udp(world.Node.LinkLocal, world.Addresses[World.Guest], 1, 2, 3),
            5 => InnerPacket.Udp(world.Node.LinkLocal, world.Addresses[World.Other], 1, 2, new byte[1_232]),
            6 => InnerPacket.Udp(own, own, 1, 2, 3),
            _ => InnerPacket.Udp(own, [10, 0, 0, 6], 1, 2, 3),
        };
        packet = parameters.Change(packet[..Math.Max(0, packet.Length - parameters.Next())]);
        scene.Touch();
        world.Send(packet);
    }

    // A source, who, and changes of the reply.
    private static void RunCookie(Scene scene, Parameters parameters)
    {
        World world = scene.World;
        Endpoint from = Source(world, parameters);
        int who = parameters.Next(World.Spare);
        if (world.LastInitiation.Length == 0)
        {
            return;
        }

        byte[] reply = Image.Clone(world.Peers[who])
            .ReplyWithCookie(world.LastInitiation, [.. new byte[15], parameters.Next()]);
        byte[] changed = parameters.Change(reply);
        scene.Receive(changed, from, !changed.AsSpan(8).SequenceEqual(reply.AsSpan(8)));
    }

    // Who, what of a transfer, of which file, in blocks of which size, from which port, and changes.
    private static void RunTransfer(Scene scene, Parameters parameters)
    {
        World world = scene.World;
        int who = parameters.Next(World.Spare);
        if (!world.HasKeys[who])
        {
            return;
        }

        int kind = parameters.Next(6);
        byte[] file = parameters.Next(4) switch
        {
            0 => world.Newer,
            1 => world.Newer[..144],
            2 => world.Present,
            _ => world.Present[..144],
        };
        int size = new[] { 512, 8, 144, 1_024 }[parameters.Next(4)];
        int source = parameters.Next(4) == 0 ? 69 : 2_000 + parameters.Next(3);
        int block = (world.Blocks[who] + (kind is 0 or 1 ? 1 : 0)) & 0xFFFF;
        int start = Math.Min(file.Length, Math.Max(0, block - 1) * size);
        byte[] number = [(byte)(block >> 8), (byte)block];
        byte[] payload = kind switch
        {
            0 or 1 => [0, 3, .. number, .. file[start..Math.Min(file.Length, start + size)]],
            2 => [0, 4, .. number],
            3 => [0, 6, .. "blksize\0"u8, .. System.Text.Encoding.ASCII.GetBytes($"{size}"), 0],
            4 => [0, 5, 0, (byte)parameters.Next(9), 0],
            _ => [0, 4, 0, 0],
        };
        payload = parameters.Change(payload);
        scene.Receive(
            world.Peers[who].Seal(
                InnerPacket.Udp(world.Addresses[who], world.Node.LinkLocal, source, world.Ports[who], payload)),
            world.Endpoints[who],
            false);
    }

    // Which file, by how much it is cut, and changes.
    private static void RunLoad(Scene scene, Parameters parameters)
    {
        byte[] file = parameters.Next(2) == 0 ? scene.World.Newer : scene.World.Present;
        scene.Load(parameters.Change(file[..Math.Max(0, file.Length - parameters.Next())]));
    }

    // Whether a datagram is one that was not delivered, as far as it is authenticated: mac2 is not, without load, and
    // what mac1 alone protects anybody can make anew.
    private static bool IsSound(World world, byte[] datagram) => datagram.Length > 0 && world.Sound.Any(s =>
        s.Length == datagram.Length && (s[0] is 1 or 2
            ? s.AsSpan(0, s.Length - 16).SequenceEqual(datagram.AsSpan(0, s.Length - 16))
            : s.AsSpan().SequenceEqual(datagram)));

    private static int Port(World world, int who, byte which) => which switch
    {
        0 => 69,
        1 => world.Ports[who],
        < 16 => 2_000 + which,
        _ => which << 8,
    };

    private static byte[]? Payload(World world, int template) => (template % 32) switch
    {
        0 => StrangerTransfer.Request(1, "head"),
        1 => StrangerTransfer.Request(1, "network"),
        2 => StrangerTransfer.Request(1, "status"),
        3 => StrangerTransfer.Request(1, "network", "blksize", "8", "tsize", "0", "timeout", "1"),
        4 => StrangerTransfer.Request(2, "head", "tsize", "144"),
        5 => StrangerTransfer.Request(2, "network"),
        6 => StrangerTransfer.Request(2, "network", "blksize", "1024"),
        7 => [0, 3, 0, 1, .. world.Newer[..144]],
        8 => [0, 3, 0, 1, .. world.Newer[..512]],
        9 => [0, 4, 0, 0],
        10 => [0, 4, 0, 1],
        11 => [0, 5, 0, 2, (byte)'x', 0],
        12 => [0, 6, .. "blksize\08\0"u8],
        13 => [0, 6, .. "tsize\099999999999\0"u8],
        14 => StrangerTransfer.Request(1, "lease"),
        15 => [1, 2, 3],
        16 => [],
        17 => new byte[1_200],
        _ => null,
    };

    private static byte[] Packet(World world, int who, int template)
    {
        byte[] from = world.Addresses[who];
        byte[] to = world.Node.LinkLocal;
        byte[] from4 = [10, 0, 0, (byte)(who + 2)];
        return (template % 32) switch
        {
            18 => InnerPacket.Echo(from, to),
            19 => InnerPacket.Echo(from, to, 1),
            20 => InnerPacket.Echo(from4, [10, 0, 0, 1]),
            21 => InnerPacket.Udp(from4, [10, 0, 0, 1], 1, 2, 3),
            22 => InnerPacket.Ip(
                from,
                to,
                InnerPacket.Icmpv6,
                [1, 4, 0, 0, 0, 0, 0, 0, .. InnerPacket.Udp(to, from, world.Ports[who], 69, 1)]),
            23 => InnerPacket.Ip(from, to, InnerPacket.Tcp, new byte[20]),
            24 => InnerPacket.Ip(from, to, 44, new byte[16]),
            25 => InnerPacket.Udp(from4, [224, 0, 0, 1], 1, 2, 3),
            26 => InnerPacket.Udp(from, [0xFF, 2, .. new byte[13], 1], 1, 2, 3),
            27 => InnerPacket.Udp([10, 0, 3, 7], [10, 0, 0, 1], 1, 2, new byte[600]),
            28 => InnerPacket.Udp(
                world.Addresses[(who + 1) % World.Spare], to, 1, 69, StrangerTransfer.Request(1, "head")),
            29 => [],
            30 => InnerPacket.Udp(from, [0xFD, .. new byte[14], 1], 1, 2, 3),
            _ => new byte[1_280],
        };
    }
}
