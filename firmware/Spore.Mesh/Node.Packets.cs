using Spore.Base;
using Spore.Net;
using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// Inner packets: what may come in from whom, and what is answered here.
public sealed partial class Node : IUdpOutput
{
    private const int InnerHeaderSize = Ipv6.HeaderSize + Udp.HeaderSize;

    // RFC 4443 section 2.4 (f) wants errors limited.
    private const int UnreachableInterval = 100;
    private const int UnreachableBurst = 10;

    private readonly RateLimiter _unreachableLimiter;

    byte[] IUdpOutput.Buffer
    {
        get { return _tunnel.SendBuffer; }
    }

    int IUdpOutput.PayloadOffset
    {
        get { return Tunnel.PacketOffset + InnerHeaderSize; }
    }

    /// <summary>
    /// The application sends an inner IP packet; it is copied, and kept for a while if there is no session yet.
    /// </summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, at most the MTU.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// False when no peer has the destination, or the packet is malformed or must not enter a tunnel. A sparse node
    /// then asks its peers who has the destination, so that a later packet to it arrives.
    /// </returns>
    public bool Send(byte[] buffer, int offset, int length, long now)
    {
        _now = now;
        if (IsToExpired(buffer, offset, length))
        {
            return false;
        }

        bool isSent = _tunnel.Send(buffer, offset, length, now);
        int version = _applied.IsSparse && length >= Ipv4.HeaderSize ? IpPacket.Version(buffer, offset) : 0;
        if (version == 4 || (version == 6 && length >= Ipv6.HeaderSize))
        {
            _sync.NeedRoute(buffer, offset + IpPacket.DestinationOffset(version), version == 6, now);
        }

        return isSent;
    }

    // Whether a packet is to the link-local address of a member whose network has expired.
    private bool IsToExpired(byte[] buffer, int offset, int length)
    {
        return IsExpired
            && length >= Ipv6.HeaderSize
            && IpPacket.Version(buffer, offset) == 6
            && FindOwner(buffer, offset + Ipv6.DestinationOffset, true) >= 0;
    }

    void IUdpOutput.SendUdp(
        byte[] source,
        int sourceOffset,
        int sourcePort,
        byte[] destination,
        int destinationOffset,
        int destinationPort,
        int payloadLength)
    {
        Peer peer = FindLinkLocal(destination, destinationOffset);
        if (peer == null || (peer.IsProvisional && !peer.HasSession(_now)))
        {
            return;
        }

        byte[] buffer = _tunnel.SendBuffer;
        int udp = Tunnel.PacketOffset + Ipv6.HeaderSize;
        Udp.Emit(
            buffer,
            udp,
            payloadLength,
            sourcePort,
            destinationPort,
            source,
            sourceOffset,
            destination,
            destinationOffset,
            Ipv6.AddressSize);
        Ipv6.Emit(
            buffer,
            Tunnel.PacketOffset,
            Udp.HeaderSize + payloadLength,
            IpProtocol.Udp,
            Ipv6.DefaultHopLimit,
            source,
            sourceOffset,
            destination,
            destinationOffset);
        _tunnel.SendTo(peer, InnerHeaderSize + payloadLength, _now);
    }

    // Called when a packet has come out of the tunnel, from an address that is its peer's.
    private void Receive(Peer peer, byte[] buffer, int offset, int total, long now)
    {
        int version = IpPacket.Version(buffer, offset);
        int destination = offset + IpPacket.DestinationOffset(version);
        bool toLinkLocal = version == 6 && IsSame(LinkLocal, 0, buffer, destination, LinkLocalAddress.Size);
        int udp = toLinkLocal ? OwnUdp(peer, buffer, offset, total, now) : -1;
        _requester = peer.Slot;
        if (udp >= 0 && _tftp.Receive(
            buffer,
            udp + Udp.HeaderSize,
            Udp.PayloadLength(buffer, udp),
            buffer,
            offset + Ipv6.SourceOffset,
            Udp.SourcePort(buffer, udp),
            buffer,
            destination,
            Udp.DestinationPort(buffer, udp),
            now))
        {
            _sync.HeardTftp(peer);
            return;
        }

        bool isOwn = toLinkLocal
            || (_applied.OwnEntry >= 0 && FindOwner(buffer, destination, version == 6) == _applied.OwnEntry);
        if (peer.IsProvisional || (IsMember(peer) && IsExpired))
        {
            if (!toLinkLocal || !Echo(peer, buffer, offset, total, now))
            {
                Counters.InnerDropped++;
            }
        }
        else if (isOwn
            && !HostAnswersEcho
            && (toLinkLocal || _applied.IsOwnAddress(buffer, destination, version == 6))
            && Echo(peer, buffer, offset, total, now))
        {
            // Answered.
        }
        else if (isOwn || (HasRights(peer) && !IpPacket.IsUnicast(version, buffer, destination)))
        {
            Counters.InnerDelivered++;
            if (!_host.Deliver(buffer, offset, total))
            {
                SayUnreachable(peer, buffer, offset, total, now);
            }
        }
        else
        {
            Counters.InnerDropped++;
        }
    }

    // Finds the header of a datagram between link-local addresses, which may be TFTP; or hears that a
    // peer has no TFTP server.
    private int OwnUdp(Peer peer, byte[] buffer, int offset, int length, long now)
    {
        if (!LinkLocalAddress.IsLinkLocal(buffer, offset + Ipv6.SourceOffset))
        {
            return -1;
        }

        int protocol = IpPacket.Protocol(buffer, offset);
        if (protocol == IpProtocol.Udp && Udp.PayloadLength(buffer, offset, length) >= 0)
        {
            int header = offset + IpPacket.HeaderLength(buffer, offset);
            if (Udp.DestinationPort(buffer, header) == TftpPacket.Port)
            {
                MakeRoom(peer, now);
            }

            return header;
        }

        if (protocol == IpProtocol.Icmpv6)
        {
            int quoted = IcmpUnreachable.QuotedUdp(buffer, offset, length);
            if (quoted >= 0)
            {
                _tftp.PortUnreachable(
                    Udp.SourcePort(buffer, quoted),
                    buffer,
                    offset + Ipv6.SourceOffset,
                    Udp.DestinationPort(buffer, quoted));
            }
        }

        return -1;
    }

    private bool Echo(Peer peer, byte[] buffer, int offset, int length, long now)
    {
        if (length > _limits.Mtu)
        {
            return false;
        }

        int reply = IcmpEcho.Reply(buffer, offset, length, _tunnel.SendBuffer, Tunnel.PacketOffset);
        if (reply <= 0)
        {
            return false;
        }

        _tunnel.SendTo(peer, reply, now);
        return true;
    }

    private void SayUnreachable(Peer peer, byte[] buffer, int offset, int length, long now)
    {
        // One bucket for all peers: what this node sends is limited, not what one peer gets.
        if (!_unreachableLimiter.Allow(0, now))
        {
            return;
        }

        int answer = IcmpUnreachable.EmitPort(buffer, offset, length, _tunnel.SendBuffer, Tunnel.PacketOffset);
        if (answer > 0)
        {
            _tunnel.SendTo(peer, answer, now);
        }
    }
}
