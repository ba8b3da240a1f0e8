using System;
using Spore.Base;
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
                Peer peer = ReceiveTransport(buffer, offset, length, source, now);
                return peer != null && length > Message.KeepaliveSize && IsPacketOf(peer, buffer, offset, length)
                    ? peer
                    : null;
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

    // Returns the peer, or null when the message did not verify.
    private Peer ReceiveTransport(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        Peer peer = null;
        int keypair = Keypairs.None;
        if (length >= Message.KeepaliveSize)
        {
            int index = BitConverter.ToInt32(buffer, offset + Message.TransportReceiver);
            peer = FindPeer(index);
            if (peer != null)
            {
                keypair = FindKeypair(peer, index);
            }
        }

        if (!_keypairs.IsLive(keypair, now))
        {
            _counters.Invalid++;
            return null;
        }

        ulong counter = BitConverter.ToUInt64(buffer, offset + Message.TransportCounter);
        int packet = offset + Message.TransportHeaderSize;
        int packetLength = length - Message.KeepaliveSize;
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
            packet,
            packetLength))
        {
            _counters.Invalid++;
            return null;
        }

        if (!_keypairs.Accept(keypair, counter))
        {
            _counters.Replayed++;
            return null;
        }

        peer.HasSpoken = true;
        peer.Heard(length, source, now);
        peer.AnyAuthenticatedPacketTraversal(now);
        peer.AnyAuthenticatedPacketReceived();
        if (packetLength > 0)
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
        return peer;
    }

    private Peer FindPeer(int index)
    {
        int slot = _indices.Find(index);
        return slot < 0 ? null : Peers[slot];
    }

    private int FindKeypair(Peer peer, int index)
    {
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
