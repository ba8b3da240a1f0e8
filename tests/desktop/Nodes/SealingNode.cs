using Spore.Base;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Mesh;
using Spore.WireGuard;

namespace Spore.Tests.Nodes;

/// <summary>A <see cref="MeshNode"/> whose transport messages are sealed and opened outside the node.</summary>
internal sealed class SealingNode(Mesh mesh, byte seed, NodeLimits limits)
    : MeshNode(mesh, seed, limits, 0), ISealingTransport
{
    private readonly PacketCipher _cipher = new(new ChaCha20Poly1305());
    private readonly byte[] _key = new byte[PacketCipher.KeySize];

    /// <summary>How many messages were opened.</summary>
    public int Opened { get; private set; }

    /// <summary>How many messages were sealed.</summary>
    public int Sealed { get; private set; }

    protected override void Handle(byte[] datagram, Endpoint from, long now)
    {
        if (Node.FindKey(datagram, 0, datagram.Length, now, _key, 0) < 0)
        {
            base.Handle(datagram, from, now);
            return;
        }

        bool isAuthentic = _cipher.Open(_key, 0, datagram, 0, datagram.Length);
        Opened += isAuthentic ? 1 : 0;
        Node.Commit(datagram, 0, datagram.Length, isAuthentic, _key, 0, from, now);
    }

    void ISealingTransport.Seal(
        byte[] buffer, int offset, int length, byte[] keys, int key, int slot, Endpoint endpoint)
    {
        byte[] message = buffer[offset..(offset + length)];
        _cipher.Seal(keys, key, message, 0, length);
        Sealed++;
        Send(message, 0, length, endpoint);
    }
}
