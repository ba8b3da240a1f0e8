using System;
using Spore.Base;
using Spore.Net;

namespace Spore.WireGuard;

// What is sent: inner packets of the caller's, keepalives, and packets that wait for a session (paper section 5.4.6).
public sealed partial class Tunnel
{
    /// <summary>
    /// Lends memory for inner packets that wait for a session, or takes it back. Those that wait already move there if
    /// all of them fit; else they are dropped and counted.
    /// </summary>
    /// <param name="room">The memory; null for none.</param>
    /// <param name="start">The first byte of it that is lent.</param>
    /// <param name="size">How many bytes are, not to be used otherwise meanwhile; 0 for none.</param>
    public void QueueIn(byte[] room, int start, int size)
    {
        int most = Constants.MaxStagedPackets * (_mtu + PacketQueue.HeaderSize);
        _counters.InnerDropped += _queue.Use(room, start, size < most ? size : most);
    }

    /// <summary>
    /// Sends an inner IP packet to the peer that cryptokey routing gives its destination; it is copied. Without a
    /// session one is initiated, and the packet waits for it in the memory of <see cref="QueueIn"/>. Needs
    /// <see cref="Routing"/>.
    /// </summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, at most the MTU.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// False when no peer has the destination, or the packet is not valid or must not enter a tunnel.
    /// </returns>
    public bool Send(byte[] buffer, int offset, int length, long now)
    {
        int total = IpPacket.Length(buffer, offset, length);
        Peer peer = null;
        if (total > 0 && total <= _mtu && MayLeave(buffer, offset, total))
        {
            int version = IpPacket.Version(buffer, offset);
            int owner = Routing.Find(buffer, offset + IpPacket.DestinationOffset(version), version == 6);
            if (owner != AllowedIps.None)
            {
                peer = FindOwner(owner);
                peer = peer == null && owner >= 0 ? _host.OpenOwner(owner, now) : peer;
            }
        }

        if (peer == null || peer.IsProvisional)
        {
            _counters.InnerDropped++;
            return false;
        }

        Array.Copy(buffer, offset, SendBuffer, PacketOffset, total);
        SendTo(peer, total, now);
        return true;
    }

    // An outer datagram that the machine's routes lead back into the tunnel would circulate without end.
    private bool MayLeave(byte[] buffer, int offset, int length)
    {
        int header = UpperLayer.Find(buffer, offset, length);
        int end = offset + length;
        if (UpperLayer.Protocol(header) != IpProtocol.Udp)
        {
            return !LinkMessages.Contains(buffer, header, end);
        }

        int payload = UpperLayer.Start(header) + Udp.HeaderSize;
        return !IsOwnMessage(buffer, payload, end - payload);
    }

    /// <summary>
    /// Sends the inner packet that stands in <see cref="SendBuffer"/> at <see cref="PacketOffset"/>, or keeps it
    /// until there is a session.
    /// </summary>
    /// <param name="peer">The peer to send it to.</param>
    /// <param name="length">Its length in bytes, at most the MTU; not 0.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void SendTo(Peer peer, int length, long now)
    {
        if (!_keypairs.CanSend(peer.Current, now))
        {
            _counters.InnerDropped += _queue.Add(peer.Slot, SendBuffer, PacketOffset, length);
            Initiate(peer, now);
            return;
        }

        SendTransport(peer, length, now);
        peer.DataSent(now, Jitter());
        Schedule(peer);
        KeepKeyFreshSending(peer, now);
    }

    private void SendKeepalive(Peer peer, long now)
    {
        if (_keypairs.CanSend(peer.Current, now))
        {
            SendTransport(peer, 0, now);
            KeepKeyFreshSending(peer, now);
        }
        else
        {
            Initiate(peer, now);
        }
    }

    private void SendTransport(Peer peer, int length, long now)
    {
        if (!peer.Endpoint.IsKnown)
        {
            return;
        }

        int keypair = peer.Current;
        ulong counter = _keypairs.SendCounter[keypair];
        byte[] buffer = SendBuffer;
        int padded = (length + Message.PaddingMultiple - 1) & ~(Message.PaddingMultiple - 1);
        if (padded > _mtu)
        {
            padded = _mtu;
        }

        Array.Clear(buffer, PacketOffset + length, padded - length);
        buffer[0] = Message.Transport;
        buffer[1] = 0;
        buffer[2] = 0;
        buffer[3] = 0;
        Message.WriteIndex(buffer, Message.TransportReceiver, _keypairs.RemoteIndex[keypair]);
        Message.WriteCounter(buffer, Message.TransportCounter, counter);
        _keypairs.SendCounter[keypair] = counter + 1;
        if (IsSealedByTransport(peer, keypair, padded + Message.KeepaliveSize, now))
        {
            return;
        }

        Array.Copy(buffer, Message.TransportCounter, _scratch, Nonce + 4, 8);
        _aead.Seal(
            _keypairs.Bytes,
            Keypairs.Start(keypair) + Keypairs.SendKey,
            _scratch,
            Nonce,
            null,
            0,
            0,
            buffer,
            PacketOffset,
            padded);
        Transmit(peer, padded + Message.KeepaliveSize, peer.Endpoint, now);
    }

    // A method of its own, since a device's stack is not deep below its caller.
    private bool IsSealedByTransport(Peer peer, int keypair, int length, long now)
    {
        ISealingTransport transport = _transport as ISealingTransport;
        if (transport == null)
        {
            return false;
        }

        peer.AnyAuthenticatedPacketTraversal(now);
        peer.AnyAuthenticatedPacketSent();
        peer.BytesSent += length;
        Count(length);
        transport.Seal(
            SendBuffer,
            0,
            length,
            _keypairs.Bytes,
            Keypairs.Start(keypair) + Keypairs.SendKey,
            peer.Slot,
            peer.Endpoint);
        return true;
    }

    // Whether a UDP payload that is to enter the tunnel is a message that this tunnel sent. Of one in
    // fragments the first is enough.
    private bool IsOwnMessage(byte[] buffer, int offset, int length)
    {
        if (length < Message.KeepaliveSize)
        {
            return false;
        }

        int type = Message.TypeOf(buffer, offset, length);
        if (type == Message.Transport)
        {
            return _keypairs.IsRemoteIndex(BitConverter.ToInt32(buffer, offset + Message.TransportReceiver));
        }

        // Both have the sender's index in the same place.
        return (type == Message.Initiation || type == Message.Response)
            && FindPeer(BitConverter.ToInt32(buffer, offset + Message.InitiationSender)) != null;
    }

    // What stands at the start of the send buffer.
    private void Transmit(Peer peer, int length, Endpoint endpoint, long now)
    {
        peer.AnyAuthenticatedPacketTraversal(now);
        peer.AnyAuthenticatedPacketSent();
        SendDatagram(peer, length, endpoint);
    }

    private void SendDatagram(Peer peer, int length, Endpoint endpoint)
    {
        peer.BytesSent += length;
        Count(length);
        _transport.Send(SendBuffer, 0, length, endpoint);
    }

    private void Count(int length)
    {
        _counters.DatagramsSent++;
        _counters.BytesSent += length;
    }

    private void KeepKeyFreshSending(Peer peer, long now)
    {
        int keypair = peer.Current;

        // The session that the peer is about to make will do: handshakes that cross would do so again at every rekey,
        // and cost what is under way.
        if (now - _keypairs.CreatedAt[peer.Next] >= Constants.RekeyTimeout
            && (_keypairs.SendCounter[keypair] > Constants.RekeyAfterMessages
                || _keypairs.IsInitiatorsOfAge(keypair, Constants.RekeyAfterTime, now)))
        {
            Initiate(peer, now);
        }
    }

    private void KeepKeyFreshReceiving(Peer peer, long now)
    {
        const long Age = Constants.RejectAfterTime - Constants.KeepaliveTimeout - Constants.RekeyTimeout;
        if (_keypairs.IsInitiatorsOfAge(peer.Current, Age, now) && peer.TakeLastMinuteHandshake())
        {
            Initiate(peer, now);
        }
    }
}
