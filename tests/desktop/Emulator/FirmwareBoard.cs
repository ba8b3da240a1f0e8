using System;
using System.IO;
using System.Linq;
using System.Net;
using Spore.Emulator;
using Spore.Hostsim.Simulation;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Flash;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>
/// A board with a firmware program in virtual time, on a wire with a peer that has a signed network for both.
/// </summary>
internal sealed class FirmwareBoard : IDisposable
{
    public const byte BoardKey = 11;
    public const byte PeerKey = 12;

    /// <summary>The label that the network gives the peer.</summary>
    public const string PeerLabel = "collector";

    public static readonly IPAddress BoardAddress = IPAddress.Parse("192.0.2.1");

    // About what a board without external memory has, less what the runtime itself takes of it.
    private const int Heap = 100 * 1024;

    private static readonly IPEndPoint _peerAt = new(IPAddress.Parse("192.0.2.2"), 51820);

    private readonly StringWriter _log = new();

    public FirmwareBoard(
        string code, string main, IWire? wire = null, Func<string, IPAddress[]>? resolve = null, int heap = Heap)
    {
        Surroundings = new Surroundings { Wire = wire ?? Wire, Address = BoardAddress, Resolve = resolve ?? (_ => []) };
        DeviceProgram program = new([code]);
        Device = new Device(program, program.FindMethod(main), heap, _log, Surroundings);
    }

    public static FirmwareBoard WithFirmware(
        IWire? wire = null, Func<string, IPAddress[]>? resolve = null, int heap = Heap) =>
        new(DeviceCode.Firmware, "Spore.Firmware.Program::Main", wire, resolve, heap);

    public MemoryWire Wire { get; } = new();

    public Surroundings Surroundings { get; }

    public Device Device { get; }

    public string Text => _log.ToString();

    public static NodeIdentity Identity(byte key) =>
        NodeIdentity.FromPrivateKey(Keys.Fill(key), Keys.Root().PublicKey, 0);

    public static IPAddress Inner(byte key) => new([10, 77, 0, key]);

    public static byte[] Network(ulong version = 1, params byte[] members) =>
        Network(version, PeerKey, 1_760_000_000, 0, members);

    /// <summary>A network of the board and the peer, or of other members; with key 0 it has no witness.</summary>
    public static byte[] Network(ulong version, byte witness, long issued, long expires, params byte[] members) =>
        NetworkSigner.Sign(Describe(version, witness, issued, expires, members), Keys.Root());

    /// <summary>A network of the board and the peer with vendor fields.</summary>
    public static byte[] Network(ulong version, VendorField[] ofBoard, VendorField[] ofPeer)
    {
        NetworkDescription network = Describe(version, PeerKey, 1_760_000_000, 0);
        network.Peers[0].VendorFields.AddRange(ofBoard);
        network.Peers[1].VendorFields.AddRange(ofPeer);
        return NetworkSigner.Sign(network, Keys.Root());
    }

    private static NetworkDescription Describe(
        ulong version, byte witness, long issued, long expires, params byte[] members)
    {
        NetworkDescription network = new() { Version = version, Issued = issued, Expires = expires };
        foreach (byte key in members.Length > 0 ? members : [BoardKey, PeerKey])
        {
            PeerDescription member = new()
            {
                PublicKey = Identity(key).PublicKey,
                Label = key == PeerKey ? PeerLabel : $"node{key}",
                Roles = key == witness ? EntryRoles.Witness : 0,
            };
            member.AllowedPrefixes.Add(new AllowedPrefix(Inner(key), 32));
            network.Peers.Add(member);
        }

        return network;
    }

    /// <summary>Writes the board's identity into the program.</summary>
    public void Provision(NodeIdentity? identity = null) =>
        FlashRecords.WriteIdentity(Device.Program, (identity ?? Identity(BoardKey)).Record);

    /// <summary>Provisions the board and puts the peer beside it; the link comes up after a second.</summary>
    public MeshPeer Join(NodeIdentity? identity = null, byte[]? network = null)
    {
        Provision(identity);
        MeshPeer peer = AddPeer(_peerAt, network);
        Surroundings.At(1_000_000, () => Surroundings.IsLinkUp = true);
        return peer;
    }

    public MeshPeer AddPeer(IPEndPoint at, byte[]? network = null)
    {
        MeshPeer peer = new(Wire, at, Identity(PeerKey));
        byte[] file = network ?? Network();
        Assert.Equal(NetworkFault.None, peer.Node.Load(file, 0, file.Length, 0));
        return peer;
    }

    public bool Ping(MeshPeer peer)
    {
        byte[] payload = new byte[EchoPacket.PayloadSize];
        new Random(peer.Delivered.Count).NextBytes(payload);
        int before = peer.Delivered.Count;
        byte[] request = EchoPacket.Request(
            Inner(PeerKey).GetAddressBytes(), Inner(BoardKey).GetAddressBytes(), 7, (ushort)before, payload);
        Assert.True(peer.Send(request, Surroundings.Clock.Now));
        Device.RunFor(15);
        return peer.Delivered.Skip(before).Any(
            p => EchoPacket.TryReadReply(p, out _, out _, out ReadOnlySpan<byte> echoed)
                && echoed.SequenceEqual(payload));
    }

    public void Dispose()
    {
        Device.Dispose();
        Surroundings.Dispose();
        _log.Dispose();
    }
}
