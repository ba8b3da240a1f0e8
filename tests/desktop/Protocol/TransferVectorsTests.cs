using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using Spore.Crypto;
using Spore.Services;
using Spore.SignedNetwork;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Protocol;

/// <summary>A node of the core says what docs/vectors/exchange.json and requests.json have it say.</summary>
public class TransferVectorsTests : IRequestHandler
{
    private readonly Nodes.Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _peer;
    private readonly List<string> _handled = [];

    public TransferVectorsTests()
    {
        _node = _mesh.Add(1);
        _node.Node.HandleRequests(this, 1, 512);
        _peer = _mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, _node.Load(TransferVectors.Network));
        Assert.True(_peer.Connect(_node));
    }

    void IRequestHandler.Handle(long number, byte[] key, int keyOffset, byte[] body, int offset, int length)
    {
        _handled.Add(Encoding.ASCII.GetString(body, offset, length));
        Assert.True(_node.Node.Respond(number, "ok"u8.ToArray(), 0, 2, _mesh.Now));
    }

    [Fact]
    [Statement("8-1", "8-28", "8-29", "8-37")]
    public void Reads_of_head_and_network() => Play(VectorFiles.Read("exchange"));

    [Fact]
    [Statement("8.4-1", "8.4-2")]
    public void A_request_and_its_answer()
    {
        Play(VectorFiles.Read("requests"));
        Assert.Equal(["on"], _handled);
    }

    [Fact]
    [Statement("4-1")]
    public void A_handshake_with_these_ephemeral_keys()
    {
        JsonElement file = VectorFiles.Read("exchange");
        JsonElement v = file.GetProperty("handshake");
        byte[] initiation = v.Bytes("initiation");
        byte[] response = v.Bytes("response");
        (Handshake initiator, Peer node) = End(file.Bytes("peerKey"), file.Bytes("nodeKey"), v.Bytes("peerEphemeral"));
        (Handshake responder, Peer peer) = End(file.Bytes("nodeKey"), file.Bytes("peerKey"), v.Bytes("nodeEphemeral"));

        Initiation sent = new(new byte[Initiation.Size]);
        byte[] message = new byte[initiation.Length];
        Assert.True(initiator.CreateInitiation(
            node, sent, BitConverter.ToInt32(initiation, 4), v.Bytes("timestamp"), message, 0));
        Assert.Equal(initiation, WithMacs(node, message));

        Assert.True(responder.ConsumeStatic(initiation, 0));
        Assert.Equal(peer.PublicKey, responder.RemoteStatic[..32]);
        Assert.True(responder.ConsumeTimestamp(initiation, 0, peer.Bytes, Peer.StaticStatic));
        message = new byte[response.Length];
        Assert.True(responder.CreateResponse(
            peer,
            peer.Keypairs,
            BitConverter.ToInt32(response, 4),
            BitConverter.ToInt32(initiation, 4),
            0,
            message,
            0));
        Assert.Equal(response, WithMacs(peer, message));
        Assert.True(initiator.ConsumeResponse(
            node, sent, node.Keypairs, BitConverter.ToInt32(response, 4), 0, response, 0));

        // A keepalive of the initiator: the tag alone.
        byte[] keepalive = v.Bytes("keepalive");
        Assert.True(new ChaCha20Poly1305().Open(
            peer.Keypairs.Bytes,
            Keypairs.Start(peer.Keypairs.Spare) + Keypairs.ReceiveKey,
            new byte[12],
            0,
            null,
            0,
            0,
            keepalive,
            16,
            0));
    }

    // One end of the handshake, and the other one as it knows it, with this ephemeral key made ahead.
    private static (Handshake Handshake, Peer Other) End(byte[] privateKey, byte[] otherKey, byte[] ephemeral)
    {
        X25519 x25519 = new();
        Blake2s hash = new();
        byte[] publicKey = VectorBytes.PublicKey(privateKey);
        Handshake handshake = new(
            privateKey, publicKey, x25519, hash, new HmacBlake2s(hash), new ChaCha20Poly1305(), null!);
        Peer other = new TunnelEnd(9).Know(VectorBytes.PublicKey(otherKey), null);
        Assert.True(handshake.StaticStatic(other.PublicKey, 0, other.Bytes, Peer.StaticStatic));
        ephemeral.CopyTo(other.Bytes, EphemeralPair.Private);
        VectorBytes.PublicKey(ephemeral).CopyTo(other.Bytes, EphemeralPair.Public);
        Assert.True(x25519.Multiply(other.Bytes, EphemeralPair.Shared, ephemeral, 0, other.PublicKey, 0));
        other.PairMadeAt = 0;
        return (handshake, other);
    }

    private static byte[] WithMacs(Peer receiver, byte[] message)
    {
        Cookies cookies = new(
            new byte[32], new Blake2s(), new XChaCha20Poly1305(new ChaCha20Poly1305()), new QuietEntropy(1));
        cookies.AddMacs(receiver, message, message.Length, 0);
        return message;
    }

    // Sends the packets of the peer, and compares those of the node. Where the choice is the node's, of ports and of
    // the response's name, what it has chosen takes the place of what the file has.
    private void Play(JsonElement file)
    {
        Dictionary<int, int> ports = [];
        string response = TransferVectors.Response;
        foreach (JsonElement v in file.GetProperty("packets").EnumerateArray())
        {
            int[] named = [.. v.GetProperty("ports").EnumerateArray().Select(p => p.GetInt32())];
            if (v.GetProperty("from").GetString() == "peer")
            {
                byte[] packet = Packet(_peer.LinkLocal, _node.Node.LinkLocal, named[0], Chosen(named[1]));
                _peer.Inner.Clear();
                _peer.SendInner(packet);
                continue;
            }

            Assert.True(_mesh.RunUntil(() => _peer.Inner.Count > 0, 1_000), v.ToString());
            byte[] received = _peer.Inner[0];
            _peer.Inner.RemoveAt(0);
            ports[named[0]] = InnerPacket.Port(received, destination: false);
            string text = Encoding.Latin1.GetString(received);
            int name = text.IndexOf("\0response/", StringComparison.Ordinal) + 1;
            response = name > 0 ? text.Substring(name, response.Length) : response;
            byte[] expected = Packet(_node.Node.LinkLocal, _peer.LinkLocal, Chosen(named[0]), named[1]);
            Assert.Equal(expected, received[..expected.Length]);
            Assert.All(received[expected.Length..], b => Assert.Equal(0, b));

            byte[] Packet(byte[] source, byte[] destination, int sourcePort, int destinationPort) => InnerPacket.Udp(
                source,
                destination,
                sourcePort,
                destinationPort,
                Encoding.Latin1.GetBytes(
                    Encoding.Latin1.GetString(v.Bytes("tftp")).Replace(TransferVectors.Response, response)));
        }

        Assert.Empty(_peer.Inner);

        int Chosen(int port) => ports.GetValueOrDefault(port, port);
    }
}
