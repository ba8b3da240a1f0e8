using System.Collections.Generic;
using Spore.Base;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Mesh;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>A <see cref="TunnelEnd"/> whose transport messages are sealed and opened outside the tunnel.</summary>
internal sealed class SealingEnd(byte seed, NodeLimits? limits = null) : TunnelEnd(seed, limits), ISealingTransport
{
    private readonly PacketCipher _cipher = new(new ChaCha20Poly1305());

    /// <summary>The slots of the peers for which messages were sealed, in order.</summary>
    public List<int> Slots { get; } = [];

    /// <summary>How many messages were opened, or were to be.</summary>
    public int Opened { get; private set; }

    public override void Receive(byte[] datagram, Endpoint from)
    {
        if (Find(datagram) is { } found)
        {
            Commit(found, from);
        }
        else
        {
            base.Receive(datagram, from);
        }
    }

    /// <summary>Finds the key of a message and opens it.</summary>
    /// <returns>The message; null where the tunnel has no key for it.</returns>
    public FoundMessage? Find(byte[] datagram)
    {
        // Exact bytes between others, so that reading or writing beyond an end is seen.
        FoundMessage found = new([0xEE, .. datagram, 0xEE], new byte[1 + PacketCipher.KeySize]);
        if (Tunnel.FindKey(found.Buffer, 1, datagram.Length, Now, found.Keys, 1) < 0)
        {
            return null;
        }

        Opened++;
        found.IsAuthentic = _cipher.Open(found.Keys, 1, found.Buffer, 1, datagram.Length);
        return found;
    }

    /// <summary>Gives the tunnel a message that was opened.</summary>
    /// <returns>The peer whose packet is in it, or null.</returns>
    public Peer? Commit(FoundMessage found, Endpoint from)
    {
        Peer? peer = Tunnel.Commit(
            found.Buffer, 1, found.Buffer.Length - 2, found.IsAuthentic, found.Keys, 1, from, Now);
        Take(peer, found.Buffer);
        return peer;
    }

    void ISealingTransport.Seal(
        byte[] buffer, int offset, int length, byte[] keys, int key, int slot, Endpoint endpoint)
    {
        byte[] message = [0xEE, .. buffer[offset..(offset + length)], 0xEE];
        _cipher.Seal(keys, key, message, 1, length);
        Slots.Add(slot);
        Send(message, 1, length, endpoint);
    }
}
