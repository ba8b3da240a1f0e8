using System;
using System.Linq;
using System.Text;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Xunit;
using static Spore.Tests.Protocol.VectorBytes;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors/exchange.json and requests.json: PROTOCOL sections 4, 8, 8.1 and 8.4.</summary>
internal static class TransferVectors
{
    /// <summary>The name of the response, whose digits are the answerer's choice.</summary>
    public const string Response = "response/8c1f0e2d3b4a5968";

    /// <summary>The private key of the node that answers.</summary>
    public static byte[] NodeKey => MeshNode.PrivateKey(1);

    /// <summary>The private key of the peer that asks.</summary>
    public static byte[] PeerKey => MeshNode.PrivateKey(2);

    public static object MakeExchange()
    {
        byte[] network = Network;
        string size = FormattableString.Invariant($"{network.Length}");
        return new
        {
            comment = "A handshake, and reads of head and network as inner packets: PROTOCOL sections 4 and 8. "
                + "Private keys are SHA-256 of one byte. Ports of the node, the order of options and texts of errors "
                + "are its choice.",
            nodeKey = Hex(NodeKey),
            peerKey = Hex(PeerKey),
            handshake = Handshake(),
            trustRoot = Hex(NetworkBytes.TrustRoot),
            network = Hex(network),
            packets = new[]
            {
                Peer(40000, 69, Request(1, "head", "octet")),
                Node(61234, 40000, [0, 3, 0, 1, .. network[..144]]),
                Peer(40000, 61234, [0, 4, 0, 1]),
                Peer(40001, 69, Request(1, "network", "octet", "tsize", "0", "blksize", "64", "windowsize", "2")),
                Node(61235, 40001, Request(6, "tsize", size, "blksize", "64", "windowsize", "2")),
                Peer(40001, 61235, [0, 4, 0, 0]),
                Node(61235, 40001, [0, 3, 0, 1, .. network[..64]]),
                Node(61235, 40001, [0, 3, 0, 2, .. network[64..128]]),
                Peer(40001, 61235, [0, 4, 0, 2]),
                Node(61235, 40001, [0, 3, 0, 3, .. network[128..192]]),
                Node(61235, 40001, [0, 3, 0, 4, .. network[192..]]),
                Peer(40001, 61235, [0, 4, 0, 4]),
                Peer(40002, 69, Request(1, "absent", "octet")),
                Node(61236, 40002, [0, 5, 0, 1, .. "File not found"u8, 0]),
            },
        };
    }

    public static object MakeRequests() => new
    {
        comment = "PROTOCOL section 8.4: a request and its answer as inner packets, between those of exchange.json. "
            + "The ports of the node and the digits of the response are its choice.",
        nodeKey = Hex(NodeKey),
        peerKey = Hex(PeerKey),
        response = Response,
        packets = new[]
        {
            Peer(61234, 69, Request(2, "request", "octet", "response", "1")),
            Node(62345, 61234, Request(6, "response", Response)),
            Peer(61234, 62345, [0, 3, 0, 1, .. "on"u8]),
            Node(62345, 61234, [0, 4, 0, 1]),
            Peer(61235, 69, Request(1, Response, "octet")),
            Node(63456, 61235, [0, 3, 0, 1, .. "ok"u8]),
            Peer(61235, 63456, [0, 4, 0, 1]),
        },
    };

    /// <summary>The network of both, which names no witness.</summary>
    public static byte[] Network => NetworkBytes.File(
        5,
        1_760_000_000,
        0,
        [
            .. new[] { NodeKey, PeerKey }
                .Select((key, i) => NetworkBytes.Entry(
                    PublicKey(key), NetworkBytes.Field(1, 10, 0, 0, (byte)(i + 1), 32)))
                .OrderBy(entry => Convert.ToHexString(entry, 2, 32), StringComparer.Ordinal),
        ]);

    // The peer initiates.
    private static object Handshake()
    {
        byte[] timestamp = StockPeer.Tai(1_764_000_000);
        StockPeer peer = new(PeerKey) { Index = 0x01020304, Ephemeral = Count(0x61, 32) };
        StockPeer node = new(NodeKey) { Index = 0x11121314, Ephemeral = Count(0x81, 32) };
        byte[] initiation = peer.Initiate(node.Public, timestamp);
        Assert.NotNull(node.TakeInitiation(initiation));
        byte[] response = node.Respond();
        Assert.True(peer.TakeResponse(response));
        return new
        {
            timestamp = Hex(timestamp),
            peerEphemeral = Hex(Count(0x61, 32)),
            nodeEphemeral = Hex(Count(0x81, 32)),
            initiation = Hex(initiation),
            response = Hex(response),
            keepalive = Hex(peer.Seal([])),
        };
    }

    private static byte[] Request(byte opcode, params string[] strings) =>
        [0, opcode, .. strings.SelectMany(s => (byte[])[.. Encoding.ASCII.GetBytes(s), 0])];

    private static object Peer(int source, int destination, byte[] payload) =>
        Packet("peer", PeerKey, NodeKey, source, destination, payload);

    private static object Node(int source, int destination, byte[] payload) =>
        Packet("node", NodeKey, PeerKey, source, destination, payload);

    private static object Packet(
        string from, byte[] sender, byte[] receiver, int source, int destination, byte[] payload) => new
        {
            from,
            ports = new[] { source, destination },
            tftp = Hex(payload),
            packet = Hex(InnerPacket.Udp(
                LinkLocal(PublicKey(sender)), LinkLocal(PublicKey(receiver)), source, destination, payload)),
        };
}
