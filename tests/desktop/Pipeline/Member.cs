using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;

namespace Spore.Tests.Pipeline;

/// <summary>
/// A stock peer of a <see cref="Hub"/>, with the sessions that it has had. Its user has a lock on it.
/// </summary>
internal sealed class Member : IStation
{
    private const int Port = 9;

    // Of both headers, IPv4 and UDP.
    private const int HeaderSize = 28;
    private const int NumberSize = 6;

    private readonly Hub _hub;
    private readonly Dictionary<uint, StockPeer> _sessions = [];
    private StockPeer? _initiator;
    private uint _handshakes;

    public Member(Hub hub, byte seed)
    {
        _hub = hub;
        Seed = seed;
        Key = new StockPeer(MeshNode.PrivateKey(seed)).Public;
        Endpoint.SetIpv4([192, 0, 2, seed], 0, 51820);
    }

    public byte Seed { get; }

    public byte[] Key { get; }

    /// <summary>Where it is; never changed itself, only replaced.</summary>
    public Endpoint Endpoint { get; set; } = new();

    public bool IsOn => true;

    /// <summary>The newest session; null where there was none.</summary>
    public StockPeer? Session { get; private set; }

    /// <summary>The session before it; null where there was none.</summary>
    public StockPeer? Previous { get; private set; }

    private byte[] Address => [10, 0, 0, Seed];

    private byte[] HubAddress => [10, 0, 0, _hub.Seed];

    /// <summary>The member that a packet names, its source or its destination.</summary>
    public static byte SeedOf(ReadOnlySpan<byte> packet, bool isDestination) => packet[isDestination ? 19 : 15];

    /// <summary>What <see cref="PacketTo"/> or <see cref="PacketFrom"/> has put in; null for another packet.</summary>
    public static (int Sender, int Number)? Read(ReadOnlySpan<byte> packet) =>
        packet.Length >= HeaderSize + NumberSize
        && packet[0] == 0x45
        && packet[9] == InnerPacket.UdpProtocol
        && BinaryPrimitives.ReadUInt16BigEndian(packet[22..]) == Port
            ? (packet[HeaderSize], BinaryPrimitives.ReadInt32LittleEndian(packet[(HeaderSize + 2)..]))
            : null;

    /// <summary>What <see cref="PacketFrom"/> has put in as mark.</summary>
    public static byte MarkOf(ReadOnlySpan<byte> packet) => packet[HeaderSize + 1];

    /// <summary>A packet from the machine to the member, of at least 34 bytes.</summary>
    public byte[] PacketTo(int sender, int number, int length) =>
        InnerPacket.Udp(HubAddress, Address, Port, Port, Payload(sender, number, length, 0));

    /// <summary>A packet from the member to the machine.</summary>
    public byte[] PacketFrom(int sender, int number, int length, byte mark = 0) =>
        InnerPacket.Udp(Address, HubAddress, Port, Port, Payload(sender, number, length, mark));

    /// <summary>An echo request to the node.</summary>
    public byte[] EchoRequest() => InnerPacket.Echo(Address, HubAddress);

    /// <summary>An initiation, as a datagram of it.</summary>
    public Datagram Initiate()
    {
        _initiator = New();
        return new Datagram(
            _initiator.Initiate(_hub.Key, StockPeer.Tai(Nodes.Mesh.BuildTime + _handshakes)), Endpoint);
    }

    /// <summary>Looks for the response to its last initiation.</summary>
    public bool TakeResponse(IEnumerable<byte[]> datagrams)
    {
        StockPeer? initiator = _initiator;
        if (initiator == null || !datagrams.Any(d => d[0] == 2 && initiator.TakeResponse(d)))
        {
            return false;
        }

        Use(initiator);
        _sessions[initiator.Index] = initiator;
        _initiator = null;
        return true;
    }

    /// <summary>
    /// Answers an initiation of the node. Its session is to be used (<see cref="Use"/>) when the node has the response.
    /// </summary>
    public (Datagram Response, StockPeer Session)? Respond(byte[] initiation)
    {
        StockPeer responder = New();
        if (responder.TakeInitiation(initiation) == null)
        {
            return null;
        }

        Datagram response = new(responder.Respond(), Endpoint);
        _sessions[responder.Index] = responder;
        return (response, responder);
    }

    /// <summary>Makes a session the newest.</summary>
    public void Use(StockPeer session) => (Previous, Session) = (Session, session);

    /// <summary>The next message of a session, the newest or an earlier one.</summary>
    public Datagram Seal(byte[] packet, StockPeer? session = null) => new((session ?? Session)!.Seal(packet), Endpoint);

    /// <summary>The packet in a datagram of the node to it, padded; null where it is none of its sessions.</summary>
    public byte[]? Open(byte[] datagram) =>
        datagram[0] == 4 && _sessions.TryGetValue(IndexOf(datagram), out StockPeer? session)
            ? session.Open(datagram)
            : null;

    public void Receive(byte[] datagram, Endpoint from) => throw new NotSupportedException();

    /// <summary>The session that a transport message names.</summary>
    public static uint IndexOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt32LittleEndian(message[4..]);

    /// <summary>The counter of a transport message.</summary>
    public static ulong CounterOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt64LittleEndian(message[8..]);

    // No two members use one index, so that it names the member and the key.
    private StockPeer New() => new(MeshNode.PrivateKey(Seed)) { Index = ((uint)Seed << 20) + ++_handshakes };

    private static byte[] Payload(int sender, int number, int length, byte mark)
    {
        byte[] payload = new byte[Math.Max(NumberSize, length - HeaderSize)];
        payload.AsSpan(NumberSize).Fill((byte)number);
        payload[0] = (byte)sender;
        payload[1] = mark;
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(2), number);
        return payload;
    }
}
