using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Spore.Base;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Spore.WireGuard;

namespace Spore.Fuzz;

/// <summary>A node, and four who know its key: they can say anything, and hear what it says to them.</summary>
internal sealed class World
{
    /// <summary>
    /// The numbers of the four. The first two are members of the network, the first also its witness; the third becomes
    /// a guest, and the fourth is not known.
    /// </summary>
    public const int Member = 0;
    public const int Other = 1;
    public const int Guest = 2;
    public const int Stranger = 3;

    /// <summary>Another member, whom no input speaks for.</summary>
    public const int Spare = 4;

    public const long BuildTime = 1_750_000_000;

    private const long Issued = 1_760_000_000;
    private const int MostCalls = 3_000;

    private long _clock = Issued + 1;

    static World()
    {
        // What static fields hold is made on their first use, and is not to be taken for an input's.
        foreach (Type type in (Type[])
        [
            .. typeof(Node).Assembly.GetTypes(),
            .. typeof(Tunnel).Assembly.GetTypes(),
            .. typeof(ConstantTime).Assembly.GetTypes(),
        ])
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }
    }

    public World(NodeLimits? limits = null)
    {
        for (int i = 0; i <= Spare; i++)
        {
            Peers[i] = new StockPeer(PrivateKey(i + 2)) { Index = (uint)i + 1 };
            Addresses[i] = new byte[LinkLocalAddress.Size];
            LinkLocalAddress.FromKey(new Crypto.Blake2s(), Peers[i].Public, 0, Addresses[i], 0);
            Endpoints[i] = new Endpoint();
            Endpoints[i].SetIpv4([192, 0, 2, (byte)(i + 2)], 0, 51820);
        }

        Endpoints[^1] = new Endpoint();
        Endpoints[^1].SetIpv4([203, 0, 113, 66], 0, 1000);
        byte[] identity = new byte[IdentityRecord.Size];
        "SPOREID1"u8.CopyTo(identity);
        PrivateKey(1).CopyTo(identity, IdentityRecord.PrivateKeyOffset);
        NetworkBytes.TrustRoot.CopyTo(identity, IdentityRecord.TrustRootOffset);
        IdentityRecord.Seal(identity, 0);
        limits ??= Limits();
        IsSlow = limits.MultiplicationTime > 0;
        Node = new Node(limits, identity, Around, Around.Entropy, Around, BuildTime, Now);
        Newer = NetworkOf(6);
        Present = NetworkOf(5);
    }

    public Node Node { get; }

    public Surroundings Around { get; } = new();

    public StockPeer[] Peers { get; } = new StockPeer[Spare + 1];

    /// <summary>Whether each of them has had a session.</summary>
    public bool[] HasKeys { get; } = new bool[Spare + 1];

    /// <summary>Their link-local addresses.</summary>
    public byte[][] Addresses { get; } = new byte[Spare + 1][];

    /// <summary>Where they are, and last an attacker.</summary>
    public Endpoint[] Endpoints { get; } = new Endpoint[Spare + 2];

    /// <summary>
    /// The port from which the node last sent each of them a datagram, and the number of the block in it.
    /// </summary>
    public int[] Ports { get; } = new int[Spare + 1];

    public int[] Blocks { get; } = new int[Spare + 1];

    /// <summary>Authentic datagrams that were not delivered.</summary>
    public byte[][] Sound { get; set; } = [];

    /// <summary>A network that the node would apply.</summary>
    public byte[] Newer { get; }

    /// <summary>The network that it has, if it has one.</summary>
    public byte[] Present { get; set; }

    public long Now { get; set; } = 1_000;

    /// <summary>The initiation that the node sent last.</summary>
    public byte[] LastInitiation { get; private set; } = [];

    /// <summary>How many datagrams of the node were looked at.</summary>
    public int Heard { get; private set; }

    /// <summary>Whether a multiplication takes time, as on a board.</summary>
    public bool IsSlow { get; }

    /// <summary>Little of everything, so that inputs reach the end of it.</summary>
    public static NodeLimits Limits() => new()
    {
        Peers = 2,
        Guests = 2,
        Keypairs = 6,
        Initiations = 2,
        Transfers = 2,
        NetworkEntries = 8,
        NetworkBytes = 2_800,
        Prefixes = 16,
        Mtu = 1_280,
        RateLimitSources = 4,
        HandshakeInterval = 2,
        HandshakeBacklog = 256,
        SourceInterval = 50,
        SourceBurst = 5,
        Neighbours = 2,
    };

    public static byte[] PrivateKey(int number) => SHA256.HashData([(byte)number]);

    /// <summary>A timestamp newer than all before it.</summary>
    public byte[] NextTimestamp() => StockPeer.Tai(_clock++);

    /// <summary>The timestamp used last.</summary>
    public byte[] LastTimestamp() => StockPeer.Tai(_clock - 1);

    /// <summary>Gives the node a datagram, and hears what it says.</summary>
    /// <exception cref="Finding">It allocated.</exception>
    public void Receive(byte[] datagram, Endpoint from, int offset = 0)
    {
        // The buffer ends with the datagram, so that reading beyond it is seen.
        byte[] buffer = new byte[offset + datagram.Length];
        datagram.CopyTo(buffer, offset);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Node.Receive(buffer, offset, datagram.Length, from, Now);
        CheckAllocated(before, "Receive");
        Hear();
    }

    /// <summary>Lets time pass, and everything happen that is due.</summary>
    /// <exception cref="Finding">It allocated, or does not get on.</exception>
    public void Advance(long milliseconds = 0)
    {
        Now += milliseconds;
        long before = GC.GetAllocatedBytesForCurrentThread();
        int calls = 0;
        while (Node.NextDeadline <= Now && calls < MostCalls)
        {
            Node.Advance(Now);
            calls++;
        }

        CheckAllocated(before, "Advance");
        if (calls == MostCalls)
        {
            throw new Finding($"at {Now} the node does not get on: its deadline is {Node.NextDeadline}");
        }

        Hear();
    }

    /// <summary>Calls it a few times only, so that what it does while idle is not done yet.</summary>
    public void AdvanceBy(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            Node.Advance(Now);
        }

        Hear();
    }

    /// <summary>The application sends a packet.</summary>
    /// <exception cref="Finding">It allocated.</exception>
    public void Send(byte[] packet)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Node.Send(packet, 0, packet.Length, Now);
        CheckAllocated(before, "Send");
        Hear();
    }

    public NetworkFault Load(byte[] file) => Node.Load(file, 0, file.Length, Now);

    public byte[] Initiate(StockPeer peer) => peer.Initiate(Node.PublicKey, NextTimestamp());

    /// <summary>Makes a session that one of them initiates.</summary>
    /// <returns>Whether the node answered.</returns>
    public bool Connect(int who)
    {
        StockPeer peer = Image.Clone(Peers[who]);
        int heard = Heard;
        Receive(Initiate(peer), Endpoints[who]);
        byte[]? answer = Enumerable.Range(heard, Heard - heard).Select(Around.Sent).LastOrDefault();
        if (answer is not null && peer.TakeCookieReply(answer))
        {
            // As one that is asked for a cookie does.
            Peers[who].Cookie = peer.Cookie;
        }

        if (answer is null || !peer.TakeResponse(answer))
        {
            return false;
        }

        Use(who, peer);
        Say(who, []);
        return true;
    }

    /// <summary>Answers the last initiation of the node.</summary>
    public void Answer(int who)
    {
        StockPeer peer = Image.Clone(Peers[who]);
        if (peer.TakeInitiation(LastInitiation) is null)
        {
            throw new InvalidOperationException("There is no initiation to answer.");
        }

        byte[] response = peer.Respond();
        Use(who, peer);
        Receive(response, Endpoints[who]);
    }

    /// <summary>One of them goes on with other keys.</summary>
    public void Use(int who, StockPeer peer)
    {
        Peers[who] = peer;
        HasKeys[who] = true;
    }

    /// <summary>An inner packet of one of them in its session.</summary>
    public void Say(int who, byte[] inner) => Receive(Peers[who].Seal(inner), Endpoints[who]);

    public void SayUdp(int who, int sourcePort, int destinationPort, byte[] payload) =>
        Say(who, InnerPacket.Udp(Addresses[who], Node.LinkLocal, sourcePort, destinationPort, payload));

    /// <summary>Whether an echo request is answered.</summary>
    public bool Ping(int who)
    {
        int heard = Heard;
        Say(who, InnerPacket.Echo(Addresses[who], Node.LinkLocal));
        return Heard > heard
            && Peers[who].Open(Around.Sent(Heard - 1)) is { Length: > 40 } reply
            && InnerPacket.IsEchoReply(reply);
    }

    /// <summary>Whether the node has one of them for a guest.</summary>
    public bool IsGuest(int who) =>
        Node.Peers.Any(
            p => p.InUse && p.IsProvisional && p.Bytes.AsSpan(Peer.Key, 32).SequenceEqual(Peers[who].Public));

    /// <summary>A hello as anyone can make who knows the trust root.</summary>
    public static byte[] Hello(byte[] plain, byte nonce)
    {
        byte[] head = [0x80, 0, 0, 0];
        byte[] nonces = [.. Enumerable.Repeat(nonce, 24)];
        byte[] input = [.. "spore-hello"u8, .. NetworkBytes.TrustRoot];
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(input, 0, input.Length);
        byte[] key = new byte[32];
        digest.DoFinal(key, 0);
        using Key imported = Key.Import(AeadAlgorithm.XChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);
        return [.. head, .. nonces, .. AeadAlgorithm.XChaCha20Poly1305.Encrypt(imported, nonces, head, plain)];
    }

    /// <summary>A signed network with the node, the members, and one more entry, longer than a block.</summary>
    public byte[] NetworkOf(ulong version, long expires = 0) => NetworkBytes.File(
        version,
        Issued,
        expires,
        [.. new[]
        {
            NetworkBytes.Entry(
                Node.PublicKey,
                NetworkBytes.Field(1, 10, 0, 0, 1, 32),
                NetworkBytes.Field(1, [0xFD, .. new byte[14], 1, 128])),
            NetworkBytes.Entry(
                Peers[Member].Public,
                NetworkBytes.Field(1, 10, 0, 0, 2, 32),
                NetworkBytes.Field(2, 192, 0, 2, 2, 0xCA, 0x6C),
                NetworkBytes.Field(6, 1)),
            NetworkBytes.Entry(
                Peers[Other].Public,
                NetworkBytes.Field(1, 10, 0, 0, 3, 32),
                NetworkBytes.Field(1, 10, 0, 3, 0, 24),
                NetworkBytes.Field(3, "other.example:51820"u8.ToArray()),
                NetworkBytes.Field(5, 0, 25)),
            NetworkBytes.Entry(
                Peers[Spare].Public,
                NetworkBytes.Field(1, 10, 0, 0, 6, 32),
                NetworkBytes.Field(4, "spare ✓"u8.ToArray())),
            NetworkBytes.Entry(1, NetworkBytes.Field(32, new byte[250]), NetworkBytes.Field(32, new byte[250])),
        }.OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);

    private static void CheckAllocated(long before, string where)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > 0)
        {
            throw new Finding($"{where} allocated {allocated} bytes", true);
        }
    }

    // Whatever the node has said since this was last done.
    private void Hear()
    {
        Heard = Math.Max(Heard, Around.SentCount - Surroundings.Places);
        for (; Heard < Around.SentCount; Heard++)
        {
            byte[] datagram = Around.Sent(Heard);
            if (datagram[0] == 1)
            {
                LastInitiation = datagram;
            }
            else if (datagram[0] == 4)
            {
                HearTransport(datagram);
            }
        }
    }

    private void HearTransport(byte[] datagram)
    {
        int who = datagram[4] - 1;
        if (who is < 0 or > Spare
            || Peers[who].Open(datagram) is not { Length: > 52 } packet
            || !InnerPacket.IsUdp(packet)
            || !packet.AsSpan(8, 16).SequenceEqual(Node.LinkLocal))
        {
            return;
        }

        // The payload of TFTP, or of something that the application sends.
        Ports[who] = InnerPacket.Port(packet, destination: false);
        Blocks[who] = packet[49] is 3 or 4 ? (packet[50] << 8) | packet[51] : 0;
    }
}
