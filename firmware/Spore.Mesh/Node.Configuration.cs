using System;
using Spore.Base;
using Spore.WireGuard;

namespace Spore.Mesh;

// What an operator configures of peers, beside AddPeer. It counts until the node ends, and the network has precedence.
public sealed partial class Node
{
    /// <summary>
    /// Who has an inner address that is not link-local. At first, and on a device always, it knows the network's
    /// prefixes alone; a caller whose configured peers have prefixes puts one here that knows both.
    /// </summary>
    public ICryptokeyRouting Routing;

    /// <summary>
    /// Takes back what <see cref="AddPeer"/> did: a member is one as any other again, and who is no member is
    /// put out, also a guest.
    /// </summary>
    /// <param name="publicKey">A buffer with its 32-byte public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when there is nothing to take back: a member that is not configured stays.</returns>
    public bool RemovePeer(byte[] publicKey, int offset, long now)
    {
        _now = now;
        Peer peer = _tunnel.FindSlot(publicKey, offset);
        if (peer == null || (IsMember(peer) && !_slots.IsConfigured(peer.Slot)))
        {
            return false;
        }

        if (IsMember(peer))
        {
            SetPresharedKey(publicKey, offset, null);
            _slots.SetConfigured(peer.Slot, false);
        }
        else
        {
            Remove(peer, now);
        }

        return true;
    }

    /// <summary>Sets the preshared key of a configured peer; handshakes from now on use it.</summary>
    /// <param name="publicKey">A buffer with its 32-byte public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="presharedKey">
    /// 32 bytes, kept by reference and wiped when they are not needed any more; null for none.
    /// </param>
    /// <returns>False when there is no such peer.</returns>
    public bool SetPresharedKey(byte[] publicKey, int offset, byte[] presharedKey)
    {
        Peer peer = FindConfigured(publicKey, offset);
        if (peer == null)
        {
            return false;
        }

        if (peer.PresharedKey != null)
        {
            Array.Clear(peer.PresharedKey, 0, peer.PresharedKey.Length);
        }

        peer.PresharedKey = presharedKey;
        return true;
    }

    /// <summary>
    /// Tells where a peer is to be asked from now on, as an answer to <see cref="INodeHost.FindEndpoint"/> or because
    /// its operator says so. What is authenticated later moves it again.
    /// </summary>
    /// <param name="publicKey">A buffer with its 32-byte public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="endpoint">Where it is.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when it is no member or configured peer that this node deals with.</returns>
    public bool SetEndpoint(byte[] publicKey, int offset, Endpoint endpoint, long now)
    {
        Peer peer = _tunnel.FindSlot(publicKey, offset);
        if (peer == null || peer.IsProvisional)
        {
            return false;
        }

        _now = now;
        _tunnel.SetEndpoint(peer, endpoint, now);
        return true;
    }

    /// <summary>
    /// Called when the address of the rendezvous was found, or is another one: says hello there soon, unless a member
    /// has a session.
    /// </summary>
    /// <param name="endpoint">Where the rendezvous is.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void SetRendezvous(Endpoint endpoint, long now)
    {
        Rendezvous.CopyFrom(endpoint);
        if (!HasMemberSession(now))
        {
            _due[Deadline.Hello] = Earlier(_due[Deadline.Hello], now + _jitter.Around(FirstHello));
        }
    }

    /// <summary>
    /// Sets the interval at which the session with a configured peer is kept alive; that of a member is
    /// the network's to say.
    /// </summary>
    /// <param name="publicKey">A buffer with its 32-byte public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="seconds">The interval, 0 for none.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when there is no such peer, or it is a member.</returns>
    public bool SetKeepalive(byte[] publicKey, int offset, int seconds, long now)
    {
        Peer peer = FindConfigured(publicKey, offset);
        if (peer == null || IsMember(peer))
        {
            return false;
        }

        _tunnel.SetKeepalive(peer, seconds, now);
        return true;
    }

    private Peer FindConfigured(byte[] publicKey, int offset)
    {
        Peer peer = _tunnel.FindSlot(publicKey, offset);
        return peer != null && _slots.IsConfigured(peer.Slot) ? peer : null;
    }
}
