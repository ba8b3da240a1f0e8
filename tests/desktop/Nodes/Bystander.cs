using System;
using System.Buffers.Binary;
using System.Linq;
using Spore.Base;
using Spore.Discovery;

namespace Spore.Tests.Nodes;

/// <summary>
/// A station without a key between two nodes: it hears all hellos, sends its own ones from its own address, and
/// forwards to one of the two what it gets from the other. It can't hold up what the nodes send to each other.
/// </summary>
internal sealed class Bystander : IStation
{
    /// <summary>How long after a hello its own one arrives, in milliseconds.</summary>
    public const int Behind = 2;

    private const int KeepaliveSize = 32;

    private readonly Mesh _mesh;
    private readonly MeshNode[] _sides;
    private int _forged;

    public Bystander(Mesh mesh, byte seed, params MeshNode[] sides)
    {
        _mesh = mesh;
        _sides = sides;
        Seed = seed;
        Endpoint.SetIpv4([192, 0, 2, seed], 0, 51820);
        mesh.Stations.Add(this);
    }

    public byte Seed { get; }

    public byte[] Key { get; } = new byte[32];

    public Endpoint Endpoint { get; } = new();

    public bool IsOn { get; set; } = true;

    /// <summary>What it sends behind each hello that it hears; null for nothing.</summary>
    public Func<byte[], byte[]?>? Says { get; set; }

    /// <summary>Which of the datagrams that it gets are forwarded.</summary>
    public Func<byte[], bool> Passes { get; set; } = Nothing;

    /// <summary>How many datagrams it has forwarded.</summary>
    public int Passed { get; private set; }

    /// <summary>The hello itself, as it is.</summary>
    public static byte[] Copy(byte[] hello) => hello;

    public static bool Nothing(byte[] datagram) => false;

    public static bool Everything(byte[] datagram) => true;

    /// <summary>All that keeps a session alive, and no packet in it.</summary>
    public static bool HandshakesAndKeepalives(byte[] datagram) => datagram[0] != 4 || datagram.Length == KeepaliveSize;

    /// <summary>
    /// What somebody can do that still knows the trust root: a hello of the same key that lists this station alone.
    /// </summary>
    /// <param name="hello">The hello that it hears.</param>
    /// <param name="version">The version to name; null for that of the hello.</param>
    public byte[] Forge(byte[] hello, ulong? version = null)
    {
        byte[] plain = HelloTests.OpenWhole(hello);
        return Forge(plain[..32], version ?? BinaryPrimitives.ReadUInt64BigEndian(plain.AsSpan(32)));
    }

    /// <inheritdoc cref="Forge(byte[], ulong?)"/>
    public byte[] Forge(byte[] key, ulong version)
    {
        byte[] nonce = new byte[24];
        BinaryPrimitives.WriteInt32BigEndian(nonce, ++_forged);
        return HelloTests.Hello(key, version, nonce, null, 9, Endpoint);
    }

    /// <summary>Sends a datagram to one of the two, from its own address.</summary>
    public void Inject(MeshNode to, byte[] datagram) => _mesh.Inject(to, datagram, Endpoint, _mesh.Delay);

    public void Receive(byte[] datagram, Endpoint from)
    {
        if (datagram[0] == Hello.Type)
        {
            if (Says?.Invoke(datagram) is { } hello)
            {
                foreach (MeshNode side in _sides.Where(s => !s.Endpoint.IsSame(from)))
                {
                    _mesh.Inject(side, hello, Endpoint, Behind);
                }
            }

            return;
        }

        if (Passes(datagram))
        {
            Passed++;
            _mesh.Transmit(this, datagram, _sides.First(s => !s.Endpoint.IsSame(from)).Endpoint);
        }
    }
}
