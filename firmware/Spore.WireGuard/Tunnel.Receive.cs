using System;
using Spore.Base;
using Spore.Crypto;
using Spore.Net;

namespace Spore.WireGuard;

// What is received: datagrams from the outer network, and the inner packets in them (paper section 5.4.6).
public sealed partial class Tunnel
{
    /// <summary>
    /// Where the inner packet starts that <see cref="Receive"/> has decrypted, in the buffer that it was given.
    /// </summary>
    public int PacketStart { get; private set; }

    /// <summary>The length of that packet in bytes, without padding.</summary>
    public int PacketLength { get; private set; }

    /// <summary>A datagram of type 1 to 4 was received. State changes only once it has verified.</summary>
    /// <param name="buffer">The buffer that holds it; decryption is in place.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="source">The endpoint that it came from; copied where it is kept.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// The peer whose inner packet is in the buffer, at <see cref="PacketStart"/>, from a source address that cryptokey
    /// routing gives to that peer; null where there is no packet.
    /// </returns>
    public Peer Receive(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        _counters.DatagramsReceived++;
        _counters.BytesReceived += length;
        switch (Message.TypeOf(buffer, offset, length))
        {
            case Message.Transport:
                return ReceiveTransport(buffer, offset, length, source, now);
            case Message.Initiation:
                ReceiveInitiation(buffer, offset, length, source, now);
                break;
            case Message.Response:
                ReceiveResponse(buffer, offset, length, source, now);
                break;
            case Message.CookieReply:
                ReceiveCookieReply(buffer, offset, length, now);
                break;
            default:
                _counters.Invalid++;
                break;
        }

        return null;
    }

    // Called when a transport message has verified: whether what it carries is a packet that this peer may send.
    private bool IsPacketOf(Peer peer, byte[] buffer, int offset, int length)
    {
        int start = offset + Message.TransportHeaderSize;
        int total = length - Message.KeepaliveSize;
        if (Routing != null)
        {
            total = IpPacket.Length(buffer, start, total);
            if (total < 0 || LinkMessages.Contains(buffer, UpperLayer.Find(buffer, start, total), start + total))
            {
                _counters.InnerDropped++;
                return false;
            }

            int version = IpPacket.Version(buffer, start);
            if (Routing.Find(buffer, start + IpPacket.SourceOffset(version), version == 6) != peer.Owner)
            {
                _counters.InnerDropped++;
                return false;
            }
        }

        PacketStart = start;
        PacketLength = total;
        return true;
    }

    /// <summary>
    /// Finds the key of a transport message, for a host that opens it itself and then calls
    /// <see cref="Commit"/>. Nothing changes.
    /// </summary>
    /// <param name="buffer">The buffer that holds the datagram.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <param name="keys">Takes the 32-byte key, to be wiped after use.</param>
    /// <param name="key">Where to.</param>
    /// <returns>
    /// The slot of the peer; -1 where it is no transport message of a live session, and belongs to
    /// <see cref="Receive"/>.
    /// </returns>
    public int FindKey(byte[] buffer, int offset, int length, long now, byte[] keys, int key)
    {
        int keypair = Message.TypeOf(buffer, offset, length) == Message.Transport
            ? FindKeypair(buffer, offset, length)
            : Keypairs.None;
        if (!_keypairs.IsLive(keypair, now))
        {
            return -1;
        }

        Array.Copy(_keypairs.Bytes, Keypairs.Start(keypair) + Keypairs.ReceiveKey, keys, key, Message.KeySize);
        return _keypairs.OwnerOf(keypair).Slot;
    }

    /// <summary>
    /// Should be called, in the order of reception, with each message whose key <see cref="FindKey"/> has found. State
    /// changes only where the message was opened, its session is still there, and its counter is new.
    /// </summary>
    /// <param name="buffer">The buffer that holds the message, decrypted.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="isAuthentic">Whether it was opened; else it is only counted.</param>
    /// <param name="keys">Holds the 32-byte key that has opened it.</param>
    /// <param name="key">Where it starts.</param>
    /// <param name="source">The endpoint that it came from; copied where it is kept.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>As <see cref="Receive"/>.</returns>
    public Peer Commit(
        byte[] buffer, int offset, int length, bool isAuthentic, byte[] keys, int key, Endpoint source, long now)
    {
        _counters.DatagramsReceived++;
        _counters.BytesReceived += length;
        int keypair = isAuthentic ? FindKeypair(buffer, offset, length) : Keypairs.None;
        if (!_keypairs.IsLive(keypair, now) || !ConstantTime.Equal(
            _keypairs.Bytes, Keypairs.Start(keypair) + Keypairs.ReceiveKey, keys, key, Message.KeySize))
        {
            _counters.Invalid++;
            return null;
        }

        return CommitPacket(keypair, buffer, offset, length, source, now);
    }

    // Returns the peer whose inner packet is in the buffer, or null.
    private Peer ReceiveTransport(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        int keypair = FindKeypair(buffer, offset, length);
        if (!_keypairs.IsLive(keypair, now))
        {
            _counters.Invalid++;
            return null;
        }

        Array.Copy(buffer, offset + Message.TransportCounter, _scratch, Nonce + 4, 8);
        if (!_aead.Open(
            _keypairs.Bytes,
            Keypairs.Start(keypair) + Keypairs.ReceiveKey,
            _scratch,
            Nonce,
            null,
            0,
            0,
            buffer,
            offset + Message.TransportHeaderSize,
            length - Message.KeepaliveSize))
        {
            _counters.Invalid++;
            return null;
        }

        return CommitPacket(keypair, buffer, offset, length, source, now);
    }

    // Called when a transport message has verified.
    private Peer CommitPacket(int keypair, byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        if (!_keypairs.Accept(keypair, BitConverter.ToUInt64(buffer, offset + Message.TransportCounter)))
        {
            _counters.Replayed++;
            return null;
        }

        Peer peer = _keypairs.OwnerOf(keypair);
        bool isPacket = length > Message.KeepaliveSize;
        peer.HasSpoken = true;
        peer.Heard(length, source, now);
        peer.AnyAuthenticatedPacketTraversal(now);
        peer.AnyAuthenticatedPacketReceived();
        if (isPacket)
        {
            peer.DataReceived(now);
        }

        if (keypair == peer.Next)
        {
            // The peer has the keys: what was current is kept for what is still under way.
            Release(peer, peer.Previous);
            peer.Previous = peer.Current;
            peer.Current = keypair;
            peer.Next = Keypairs.None;
            SessionConfirmed(peer, false, now);
        }

        KeepKeyFreshReceiving(peer, now);
        Schedule(peer);
        return isPacket && IsPacketOf(peer, buffer, offset, length) ? peer : null;
    }

    private Peer FindPeer(int index)
    {
        int slot = _indices.Find(index);
        return slot < 0 ? null : Peers[slot];
    }

    private int FindKeypair(byte[] buffer, int offset, int length)
    {
        int index = length >= Message.KeepaliveSize
            ? BitConverter.ToInt32(buffer, offset + Message.TransportReceiver)
            : 0;
        Peer peer = FindPeer(index);
        if (peer == null)
        {
            return Keypairs.None;
        }

        int[] indices = _keypairs.LocalIndex;
        if (indices[peer.Current] == index)
        {
            return peer.Current;
        }

        if (indices[peer.Next] == index)
        {
            return peer.Next;
        }

        return indices[peer.Previous] == index ? peer.Previous : Keypairs.None;
    }
}
