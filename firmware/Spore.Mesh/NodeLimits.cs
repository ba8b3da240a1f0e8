using Spore.SignedNetwork;

namespace Spore.Mesh;

/// <summary>The sizes of everything a node takes memory for, all of it at construction.</summary>
public sealed class NodeLimits : NetworkLimits
{
    /// <summary>Members and configured peers that can have a session at one time.</summary>
    public int Peers;

    /// <summary>Guests at one time.</summary>
    public int Guests;

    /// <summary>TFTP transfers at one time, both directions together.</summary>
    public int Transfers;

    /// <summary>
    /// The block size to ask for in own TFTP transfers, in bytes. This one fits the smallest MTU of IPv6 with all
    /// headers.
    /// </summary>
    public int BlockSize = 1228;

    /// <summary>The largest window of a TFTP transfer, in blocks (RFC 7440).</summary>
    public int Window = 4;

    /// <summary>
    /// The windows of all TFTP transfers that receive, together, in blocks: at least <see cref="Transfers"/>. So many
    /// datagrams can arrive at one time, and the socket has to keep them.
    /// </summary>
    public int ReceiveWindows = 4;

    /// <summary>
    /// For how long a peer's transfer keeps its slot while a request of another peer finds none, in milliseconds. It
    /// doubles for a peer with each transfer that has been ended for that reason. It is also the length of a turn to
    /// bring a newer network, in the first round.
    /// </summary>
    public int SlotTime = 5000;

    /// <summary>The most bytes of the file <c>status</c>. They are part of the memory for a network.</summary>
    public int StatusBytes = 1024;

    /// <summary>Peers that let a turn pass and are remembered by key.</summary>
    public int PassedTurns = 16;

    /// <summary>Keys whose last hello is remembered.</summary>
    public int Neighbours = 4;

    /// <summary>
    /// Sources of hellos, each with its newest one, that wait to be asked or are remembered as hints.
    /// </summary>
    public int HelloSources = 10;

    /// <summary>Hellos that are remembered, so that copies are told from new ones.</summary>
    public int HelloNonces = 16;

    /// <summary>
    /// The shortest time between two provoked initiations, in milliseconds. Half of them are kept for endpoints that
    /// a hello itself lists.
    /// </summary>
    public int ProvokedInterval = 50;

    /// <summary>Limits for a desktop.</summary>
    /// <returns>A new object, free to be changed before a node is made with it.</returns>
    public static NodeLimits Desktop()
    {
        return new NodeLimits
        {
            Slots = 288,
            Peers = 256,
            Guests = 32,
            Keypairs = 1024,
            Initiations = 512,
            Transfers = 64,
            Window = 64,
            ReceiveWindows = 4096,
            SlotTime = 5000,
            PassedTurns = 1024,
            StatusBytes = 1 << 16,
            NetworkEntries = 32767,
            NetworkBytes = 1 << 22,
            KeepsHashes = true,
            Prefixes = 65534,
            Mtu = 1420,
            RateLimitSources = 1024,
            HandshakeInterval = 2,
            HandshakeBacklog = 256,
            SourceInterval = 50,
            SourceBurst = 5,
            Neighbours = 64,
            HelloSources = 1024,
            HelloNonces = 1024,
            ProvokedInterval = 50,
        };
    }

    /// <summary>
    /// Limits for a device: eight members with a session, two guests, two transfers, and a network of 64 entries of a
    /// key and an IPv4 address each (41 bytes), or fewer with more in them.
    /// </summary>
    /// <returns>A new object, free to be changed before a node is made with it.</returns>
    public static NodeLimits Device()
    {
        return new NodeLimits
        {
            Slots = 10,
            Peers = 8,
            Guests = 2,
            Keypairs = 12,
            Initiations = 4,
            Transfers = 2,
            Window = 4,
            ReceiveWindows = 4,
            SlotTime = 15000,
            PassedTurns = 16,
            StatusBytes = 1024,
            NetworkEntries = 64,
            NetworkBytes = 2656,
            Prefixes = 64,
            Mtu = 1280,
            RateLimitSources = 8,
            HandshakeInterval = 4500,
            HandshakeBacklog = 2000,
            SourceInterval = 2000,
            SourceBurst = 1,
            MultiplicationTime = 800,
            Neighbours = 4,
            HelloSources = 10,
            HelloNonces = 16,
            ProvokedInterval = 5000,
        };
    }
}
