using System;
using System.Collections.Generic;
using System.Linq;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Spore.Crypto;
using Spore.Network;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Fuzz;

/// <summary>A node with a member and a guest who can say anything, and a look at all that they might have changed.</summary>
internal sealed class FuzzTarget
{
    private readonly Random _random;
    private long _stockTime = Mesh.BuildTime;

    public FuzzTarget(int seed)
    {
        _random = new Random(seed);
        MemberEndpoint.SetIpv4([192, 0, 2, 2], 0, 51820);
        GuestEndpoint.SetIpv4([192, 0, 2, 9], 0, 51820);
        Attacker.SetIpv4([203, 0, 113, 66], 0, 1000);
        LinkLocalAddress.FromKey(new Blake2s(), Member.Public, 0, MemberAddress, 0);
        LinkLocalAddress.FromKey(new Blake2s(), Guest.Public, 0, GuestAddress, 0);
        Newer = NetworkOf(6);
    }

    public QuietNode Quiet { get; } = new(1);

    public Node Node => Quiet.Node;

    public StockPeer Member { get; } = new(MeshNode.PrivateKey(2));

    public StockPeer Guest { get; } = new(MeshNode.PrivateKey(9));

    public byte[] MemberAddress { get; } = new byte[16];

    public byte[] GuestAddress { get; } = new byte[16];

    public Endpoint MemberEndpoint { get; } = new();

    public Endpoint GuestEndpoint { get; } = new();

    public Endpoint Attacker { get; } = new();

    /// <summary>A network that the node would apply.</summary>
    public byte[] Newer { get; }

    public long Now { get; set; } = QuietWire.Start;

    /// <summary>What the core has allocated in all calls so far.</summary>
    public long Allocated { get; private set; }

    public byte[] LastSent => Quiet.Sent[..Quiet.SentLength];

    public void Load(ulong version, long expires = 0)
    {
        byte[] file = NetworkOf(version, expires);
        Assert.Equal(NetworkFault.None, Node.Load(file, 0, file.Length, Now));
        Advance();
    }

    public byte[] Initiate(StockPeer peer) => peer.Initiate(Node.PublicKey, StockPeer.Tai(_stockTime++));

    /// <summary>Makes a session that the peer initiates.</summary>
    public void Connect(StockPeer peer)
    {
        Endpoint endpoint = peer == Member ? MemberEndpoint : GuestEndpoint;
        Now += 100;
        Feed(Initiate(peer), endpoint);
        Assert.True(peer.TakeResponse(LastSent));
        Feed(peer.Seal([]), endpoint);
    }

    /// <summary>An inner packet of a peer in its session.</summary>
    public void Say(StockPeer peer, byte[] inner) => Feed(peer.Seal(inner), peer == Member ? MemberEndpoint : GuestEndpoint);

    public void SayUdp(StockPeer peer, int sourcePort, int destinationPort, byte[] payload) =>
        Say(peer, InnerPacket.Udp(peer == Member ? MemberAddress : GuestAddress, Node.LinkLocal, sourcePort, destinationPort, payload));

    /// <summary>Whether an echo request is answered.</summary>
    public bool Ping(StockPeer peer)
    {
        int sent = Quiet.SentCount;
        Say(peer, InnerPacket.Echo(peer == Member ? MemberAddress : GuestAddress, Node.LinkLocal));
        return Quiet.SentCount > sent && peer.Open(LastSent) is { } reply && InnerPacket.IsEchoReply(reply);
    }

    /// <summary>The inner UDP packet that was sent last, if it was one.</summary>
    public byte[]? LastUdp(StockPeer peer) => peer.Open(LastSent) is { Length: > 48 } packet && InnerPacket.IsUdp(packet) ? packet : null;

    /// <summary>Gives the node a datagram in a buffer that ends with it.</summary>
    public void Feed(byte[] datagram, Endpoint from)
    {
        int offset = _random.Next(3);
        byte[] buffer = new byte[offset + datagram.Length];
        datagram.CopyTo(buffer, offset);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Node.Receive(buffer, offset, datagram.Length, from, Now);
        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Lets everything happen that is due.</summary>
    public void Advance(long milliseconds = 0)
    {
        Now += milliseconds;
        long before = GC.GetAllocatedBytesForCurrentThread();
        int calls = 0;
        while (Node.NextDeadline <= Now && calls++ < 1000)
        {
            Node.Advance(Now);
        }

        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(Node.NextDeadline > Now, "the node does not get on");
    }

    /// <summary>A hello as anyone can make who knows the trust root.</summary>
    public byte[] Hello(byte[] plain)
    {
        byte[] head = [0x80, 0, 0, 0];
        byte[] nonce = new byte[24];
        _random.NextBytes(nonce);
        byte[] input = [.. "spore-hello"u8, .. NetworkBytes.TrustRoot];
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(input, 0, input.Length);
        byte[] key = new byte[32];
        digest.DoFinal(key, 0);
        using Key imported = Key.Import(AeadAlgorithm.XChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);
        return [.. head, .. nonce, .. AeadAlgorithm.XChaCha20Poly1305.Encrypt(imported, nonce, head, plain)];
    }

    /// <summary>Something near what is given: bits flipped, cut, lengthened, or overwritten.</summary>
    public byte[] Mutate(byte[] bytes)
    {
        List<byte> result = [.. bytes];
        for (int i = _random.Next(3); i >= 0; i--)
        {
            int at = result.Count == 0 ? 0 : _random.Next(result.Count);
            switch (_random.Next(7))
            {
                case 0:
                    result.RemoveRange(at, result.Count - at);
                    break;
                case 1:
                    result.AddRange(Random(_random.Next(1, 64)));
                    break;
                case 2 when result.Count > 0:
                    result.RemoveAt(at);
                    break;
                case 3:
                    result.Insert(at, (byte)_random.Next(256));
                    break;
                case 4:
                    byte[] other = Random(Math.Min(_random.Next(8), result.Count - at));
                    for (int j = 0; j < other.Length; j++)
                    {
                        result[at + j] = other[j];
                    }

                    break;
                default:
                    if (result.Count > 0)
                    {
                        result[at] ^= (byte)(1 << _random.Next(8));
                    }

                    break;
            }
        }

        return [.. result];
    }

    public byte[] Random(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    public int Next(int limit) => _random.Next(limit);

    public T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    /// <summary>All that what does not verify must leave as it is: everything that can be seen, but the counters of what was dropped.</summary>
    public string State() => string.Join(
        ' ',
        Node.NetworkVersion,
        Node.IsExpired,
        Node.IsBehind,
        Node.IsFresh(Now),
        Node.AgreeingMembers(Now),
        Node.NextDeadline,
        Quiet.SentCount,
        Quiet.Delivered,
        string.Join(',', Quiet.Events),
        Node.Counters.DatagramsSent,
        Node.Counters.BytesSent,
        Node.Counters.InnerDelivered,
        Node.Counters.InnerDropped,
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Node.Network.Bytes)),
        string.Join(' ', Node.Peers.Select(p => $"[{p.InUse} {p.IsGuest} {p.IsConfigured} {p.Entry} {p.HasSession(Now)} {p.HasSpoken} {p.Since} {p.LastHeard} {p.BytesReceived} {p.BytesSent} {p.Endpoint.Port} {Convert.ToHexString(p.Endpoint.AddressBytes())} {Convert.ToHexString(p.PublicKey)}]")));

    private byte[] NetworkOf(ulong version, long expires = 0) => NetworkBytes.File(
        version,
        1_760_000_000,
        expires,
        [.. new[]
        {
            NetworkBytes.Entry(Node.PublicKey, NetworkBytes.Field(1, 10, 0, 0, 1, 32)),
            NetworkBytes.Entry(
                Member.Public,
                NetworkBytes.Field(1, 10, 0, 0, 2, 32),
                NetworkBytes.Field(2, 192, 0, 2, 2, 0xCA, 0x6C),
                NetworkBytes.Field(32, new byte[250]),
                NetworkBytes.Field(32, new byte[250])),
            NetworkBytes.Entry(1, NetworkBytes.Field(32, new byte[250]), NetworkBytes.Field(32, new byte[250])),
        }.OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);
}
