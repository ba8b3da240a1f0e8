using Spore.Base;
using Spore.Discovery;
using Spore.SignedNetwork;
using Spore.WireGuard;

namespace Spore.Mesh;

// Who has a slot: members and configured peers on demand, guests from a small pool of their own.
public sealed partial class Node : ITunnelHost, ICryptokeyRouting
{
    /// <summary>How long a guest may stay.</summary>
    private const long GuestLifetime = 180000;

    /// <summary>How long a guest that has sent a transport message is not evicted, in milliseconds.</summary>
    private const long GuestSafety = 30000;

    /// <summary>
    /// How long the slot of a deferred response is kept for the retransmission, in milliseconds: stock initiators
    /// retransmit after 5 s and a jitter.
    /// </summary>
    private const long RetransmissionTime = 8000;

    /// <summary>The length of an IPv4 address and a port in a network's entry, in bytes.</summary>
    private const int Ipv4EndpointSize = 6;

    // The slot for hellos is the next one that is opened.
    private const int NextSlot = -2;

    private readonly PeerSlots _slots;

    // The slot that is kept for answering hellos; -1 where none was needed yet.
    private int _helloSlot = -1;

    // The public key of the peer that is being worked on.
    private readonly byte[] _key = new byte[32];

    /// <summary>Configures a peer by hand: it is known from the start, and initiated to.</summary>
    /// <param name="publicKey">A buffer with its 32-byte public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="endpoint">Where to find it, or null.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when there is no slot left, or the key is this node's own or no sound key.</returns>
    public bool AddPeer(byte[] publicKey, int offset, Endpoint endpoint, long now)
    {
        _now = now;
        int entry = _applied.Find(publicKey, offset);
        Peer peer = entry >= 0 ? OpenMember(entry, false, now) : _tunnel.FindSlot(publicKey, offset);
        if (peer == null)
        {
            peer = entry < 0 ? Open(publicKey, offset, false, now) : null;
        }
        else if (peer.IsProvisional && !MakeRoom(false, now))
        {
            peer = null;
        }

        if (peer == null)
        {
            return false;
        }

        _slots.SetConfigured(peer.Slot, true);
        SetOwner(peer, peer.Owner);
        peer.IsProvisional = false;
        if (endpoint != null && endpoint.IsKnown)
        {
            peer.MoveTo(endpoint);
            _tunnel.Initiate(peer, now);
        }

        return true;
    }

    bool ITunnelHost.HasUrgentWork
    {
        get { return IsSignatureDue; }
    }

    private bool IsSignatureDue
    {
        get { return _sync.IsChecking || _sync.CheckDue <= _now; }
    }

    bool ITunnelHost.IsKnown(byte[] key, int offset)
    {
        return _applied.Find(key, offset) >= 0;
    }

    int ITunnelHost.CompareTimestamp(byte[] key, int offset, byte[] timestamp)
    {
        return _slots.CompareTimestamp(key, offset, timestamp);
    }

    Peer ITunnelHost.Admit(byte[] key, int offset, long now)
    {
        int entry = _applied.Find(key, offset);
        if (entry >= 0)
        {
            return OpenMember(entry, false, now);
        }

        return OpenGuest(key, offset, now);
    }

    // Null where no guest can be evicted for it, or it can be no peer's key.
    private Peer OpenGuest(byte[] key, int offset, long now)
    {
        if (!_tunnel.CanBePeer(key, offset))
        {
            return null;
        }

        Peer peer = FreeSlot();
        if (peer == null || Count(true) >= _limits.Guests)
        {
            peer = GuestToEvict();
            if (peer == null)
            {
                return null;
            }

            Remove(peer, now);
        }

        if (!Occupy(peer, key, offset, now))
        {
            return null;
        }

        peer.IsProvisional = true;
        _due[Deadline.Guests] = Earlier(_due[Deadline.Guests], now + GuestLifetime);
        Report(NodeEvent.GuestAdmitted, peer, 0);
        return peer;
    }

    void ITunnelHost.WriteTimestamp(byte[] timestamp, long now)
    {
        Tai64n.Write(timestamp, 0, _clock.Now(now));
        if (!_clock.IsFed)
        {
            Tai64n.Mark(timestamp, 0);
        }
    }

    bool ITunnelHost.TimestampVerified(Peer peer, byte[] timestamp, long now)
    {
        if (peer.IsProvisional && peer.HasSpoken)
        {
            if (Count(true) >= _limits.Guests)
            {
                return false;
            }

            peer.Since = now;
        }

        if (!Tai64n.IsMarked(timestamp, 0) && IsMember(peer) && _applied.IsWitness(peer.Owner))
        {
            peer.CopyPublicKey(_key, 0);
            _clock.AddWord(_key, 0, Tai64n.ToUnixMilliseconds(timestamp, 0), now);
        }

        return true;
    }

    void ITunnelHost.SessionUp(Peer peer, bool isInitiator, long now)
    {
        Report(NodeEvent.SessionUp, peer, isInitiator ? 1 : 0);
        peer.CopyPublicKey(_key, 0);
        _sources.Confirm(peer.Endpoint, _key, 0);
        _sync.SessionUp(peer, isInitiator, now);
    }

    void ITunnelHost.SessionDown(Peer peer, long now)
    {
        _tftp.AbortRemote(_slots.LinkLocals, PeerSlots.LinkLocal(peer.Slot));
        Report(NodeEvent.SessionDown, peer, 0);
        if (IsMember(peer) && !HasMemberSession(now))
        {
            RestartHello();
        }
    }

    void ITunnelHost.Report(TunnelEvent what, Peer peer, long value)
    {
        // The events of a tunnel are the first of a node's.
        if (what == TunnelEvent.Unanswered || what == TunnelEvent.GivenUp)
        {
            _place.CopyFrom(peer.Endpoint);
        }

        Report((NodeEvent)(int)what, peer, value);
    }

    Peer ITunnelHost.OpenOwner(int owner, long now)
    {
        return owner == _applied.OwnEntry ? null : OpenMember(owner, false, now);
    }

    /// <inheritdoc/>
    int ICryptokeyRouting.Find(byte[] address, int offset, bool isIpv6)
    {
        return FindOwner(address, offset, isIpv6);
    }

    // A link-local address follows from a key, so no prefix holds one, however wide it is (PROTOCOL section 3).
    private int FindOwner(byte[] address, int offset, bool isIpv6)
    {
        if (!isIpv6 || !LinkLocalAddress.IsLinkLocal(address, offset))
        {
            return Routing.Find(address, offset, isIpv6);
        }

        Peer peer = FindLinkLocal(address, offset);
        if (peer != null)
        {
            return peer.Owner;
        }

        return _applied.FindLinkLocal(address, offset);
    }

    private void Report(NodeEvent what, Peer peer, long value)
    {
        if (peer != null)
        {
            peer.CopyPublicKey(_key, 0);
        }

        _host.Report(what, peer != null ? _key : null, 0, value);
    }

    /// <summary>
    /// The slot of a member; one is taken for it if it has none, from the member heard longest ago if need be.
    /// </summary>
    /// <returns>Null when every slot belongs to a configured peer, or the entry is our own.</returns>
    private Peer OpenMember(int entry, bool isForHello, long now)
    {
        _sync.Use(entry, now);
        Peer known = _tunnel.FindOwner(entry);
        if (known != null)
        {
            return known;
        }

        int key = _applied.KeyOffset(entry);
        Peer peer = _tunnel.FindSlot(_applied.File.Bytes, key);
        if (peer == null)
        {
            peer = Open(_applied.File.Bytes, key, isForHello, now);
            if (peer == null)
            {
                return null;
            }
        }
        else if (peer.IsProvisional && !MakeRoom(isForHello, now))
        {
            return null;
        }

        Enroll(peer, entry, now);
        return peer;
    }

    // Whether it is known where to ask a member, without taking a slot for it.
    private bool HasEndpoint(int entry)
    {
        Peer peer = _tunnel.FindOwner(entry);
        return (peer != null && peer.Endpoint.IsKnown)
            || FindEndpoint(entry, 0)
            || _sources.FindHint(_applied.File.Bytes, _applied.KeyOffset(entry), null, true, _now) >= 0;
    }

    // Looks for the endpoint of an entry, address or name, that has so many before it.
    private bool FindEndpoint(int entry, int turn)
    {
        _applied.Field.Begin(_applied.File.Bytes, _applied.File.EntryOffset(entry));
        while (_applied.Field.Next())
        {
            if (HasReachableAddress() || _applied.Field.Type == EntryField.EndpointName)
            {
                if (turn == 0)
                {
                    return true;
                }

                turn--;
            }
        }

        return false;
    }

    // Whether the current field is an endpoint address of a family that the outer network has.
    private bool HasReachableAddress()
    {
        return _applied.Field.Type == EntryField.EndpointAddress
            && (_applied.Field.ValueLength == Ipv4EndpointSize ? OuterIpv4 : OuterIpv6);
    }

    void ITunnelHost.Unanswered(Peer peer)
    {
        AskHint(peer, _now);
        peer.CopyPublicKey(_key, 0);
        if ((_slots.IsConfigured(peer.Slot) && _host.FindEndpoint(_key, 0, null, 0, 0, peer.Endpoint))
            || !IsMember(peer))
        {
            return;
        }

        int turn = _slots.Turn(peer.Slot);
        if (!FindEndpoint(peer.Owner, turn))
        {
            turn = 0;
            if (!FindEndpoint(peer.Owner, 0))
            {
                return;
            }
        }

        _slots.SetTurn(peer.Slot, turn + 1);
        if (_applied.Field.Type == EntryField.EndpointAddress)
        {
            ReadEndpoint(_place, _applied.File.Bytes, _applied.Field.ValueOffset, _applied.Field.ValueLength);
            peer.TryAt(_place);
        }
        else
        {
            _host.FindEndpoint(
                _key,
                0,
                _applied.File.Bytes,
                _applied.Field.ValueOffset,
                _applied.Field.ValueLength,
                peer.Endpoint);
        }
    }

    /// <summary>Called when a peer in a slot turns out to be a member, or its entry has changed.</summary>
    private void Enroll(Peer peer, int entry, long now)
    {
        SetOwner(peer, entry);
        peer.IsProvisional = false;
        int keepalive = 0;

        // Where it was last heard counts while there is a session, and what the operator said always; else
        // what the network says.
        bool isSettled = peer.Endpoint.IsKnown && (_slots.IsConfigured(peer.Slot) || peer.HasSession(now));
        _applied.Field.Begin(_applied.File.Bytes, _applied.File.EntryOffset(entry));
        while (_applied.Field.Next())
        {
            if (_applied.Field.Type == EntryField.Keepalive)
            {
                keepalive = BigEndian.ReadUInt16(_applied.File.Bytes, _applied.Field.ValueOffset);
            }
            else if (!isSettled && HasReachableAddress())
            {
                isSettled = true;
                _slots.SetTurn(peer.Slot, 1);
                ReadEndpoint(_place, _applied.File.Bytes, _applied.Field.ValueOffset, _applied.Field.ValueLength);
                peer.MoveTo(_place);
            }
        }

        _tunnel.SetKeepalive(peer, keepalive, now);
    }

    // A configured peer keeps its own rights beside an expired network.
    private void SetOwner(Peer peer, int entry)
    {
        peer.Owner = IsExpired && _slots.IsConfigured(peer.Slot) ? peer.SlotOwner : entry;
    }

    private static void ReadEndpoint(Endpoint endpoint, byte[] value, int offset, int length)
    {
        int port = BigEndian.ReadUInt16(value, offset + length - 2);
        if (length == Ipv4EndpointSize)
        {
            endpoint.SetIpv4(value, offset, port);
        }
        else
        {
            endpoint.SetIpv6(value, offset, port, 0);
        }
    }

    private Peer Open(byte[] key, int offset, bool isForHello, long now)
    {
        if (!_tunnel.CanBePeer(key, offset) || !MakeRoom(isForHello, now))
        {
            return null;
        }

        Peer peer = FreeSlot();
        if (peer == null)
        {
            // Until they are dropped, members that a new network made guests of fill more than the guests' pool.
            peer = OldestGuest();
            Remove(peer, now);
        }

        if (_helloSlot == NextSlot)
        {
            _helloSlot = peer.Slot;
        }

        if (!Occupy(peer, key, offset, now))
        {
            return null;
        }

        _slots.Recall(key, offset, peer);
        return peer;
    }

    // Room for one more peer that is no guest. A hello ends no live session, but that in the one slot that is kept for
    // answering hellos: the first that was needed. Whoever gets it later is the first to be evicted.
    private bool MakeRoom(bool isForHello, long now)
    {
        if (Count(false) < _limits.Peers)
        {
            return true;
        }

        Peer peer = MemberToEvict(now);
        if (peer == null)
        {
            return false;
        }

        bool isHelloSlot = peer.Slot == _helloSlot || (isForHello && IsNeeded(peer, now));
        Remove(peer, now);
        if (isHelloSlot)
        {
            _helloSlot = NextSlot;
        }

        return true;
    }

    private bool Occupy(Peer peer, byte[] key, int offset, long now)
    {
        if (!_tunnel.Open(peer, key, offset, now))
        {
            return false;
        }

        _sync.ClearSlot(peer.Slot);
        _slots.Clear(peer.Slot);
        LinkLocalAddress.FromKey(_hash, key, offset, _slots.LinkLocals, PeerSlots.LinkLocal(peer.Slot));
        return true;
    }

    private void Remove(Peer peer, long now)
    {
        Report(NodeEvent.PeerRemoved, peer, 0);
        if (IsMember(peer))
        {
            peer.CopyPublicKey(_key, 0);
            _slots.Remember(_key, peer);
        }

        _sync.Use(peer.Owner, now);
        if (peer.Slot == _helloSlot)
        {
            _helloSlot = -1;
        }

        _tunnel.Close(peer, now);
    }

    // Should be called at the end of each call in which a network may be applied: whoever it does not name loses its
    // slot within that call. Not sooner, since it may be the peer whose last block is still to be acknowledged.
    private void RemoveExpelled(long now)
    {
        if (_due[Deadline.Guests] <= now)
        {
            DropOldGuests(now);
        }
    }

    private void DropOldGuests(long now)
    {
        _due[Deadline.Guests] = Never;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Peer peer = peers[i];
            if (peer.InUse && peer.IsProvisional)
            {
                if (now - peer.Since >= GuestLifetime)
                {
                    Remove(peer, now);
                }
                else
                {
                    _due[Deadline.Guests] = Earlier(_due[Deadline.Guests], peer.Since + GuestLifetime);
                }
            }
        }
    }

    private Peer FreeSlot()
    {
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (!peers[i].InUse)
            {
                return peers[i];
            }
        }

        return null;
    }

    // Of the guests of the source that has most slots: the one that has stayed longest without a transport message,
    // else the one that has stayed longest, once it has had some time. Null where none of them may be evicted.
    private Peer GuestToEvict()
    {
        ulong source = FullestSource();
        Peer found = null;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Peer peer = peers[i];
            if (!peer.InUse || !peer.IsProvisional || RateLimiter.KeyOf(peer.Endpoint) != source)
            {
                continue;
            }

            // One whose response was deferred needs its slot for the retransmission. The tunnel works for no other
            // unknown key before that must have arrived.
            bool isSafe = peer.HasSpoken && _now - peer.Since < GuestSafety;
            if (!isSafe
                && (found == null
                    || (found.HasSpoken && !peer.HasSpoken)
                    || (found.HasSpoken == peer.HasSpoken && peer.Since < found.Since)))
            {
                found = peer;
            }
        }

        return found;
    }

    // The source of which most guests have slots; of several, that of the oldest guest.
    private ulong FullestSource()
    {
        Peer first = null;
        int most = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Peer peer = peers[i];
            if (!peer.InUse || !peer.IsProvisional)
            {
                continue;
            }

            int count = 0;
            for (int j = 0; j < peers.Length; j++)
            {
                count += peers[j].InUse
                    && peers[j].IsProvisional
                    && RateLimiter.KeyOf(peers[j].Endpoint) == RateLimiter.KeyOf(peer.Endpoint)
                    ? 1
                    : 0;
            }

            if (count > most || (count == most && peer.Since < first.Since))
            {
                most = count;
                first = peer;
            }
        }

        return first == null ? 0 : RateLimiter.KeyOf(first.Endpoint);
    }

    private Peer OldestGuest()
    {
        Peer oldest = null;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && peers[i].IsProvisional && (oldest == null || peers[i].Since < oldest.Since))
            {
                oldest = peers[i];
            }
        }

        return oldest;
    }

    // First peers without a session and without a handshake under way, then the one in the slot for hellos, then those
    // that let a turn pass; of others the peer that has stayed longest. The peers that the sync needs stay.
    private Peer MemberToEvict(long now)
    {
        Peer oldest = null;
        int oldestRank = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Peer peer = peers[i];
            if (!peer.InUse || peer.IsProvisional || _slots.IsConfigured(i) || _sync.Needs(i, now))
            {
                continue;
            }

            int rank = EvictionRank(peer, now);
            if (oldest == null || rank < oldestRank || (rank == oldestRank && peer.Since < oldest.Since))
            {
                oldest = peer;
                oldestRank = rank;
            }
        }

        return oldest;
    }

    private int EvictionRank(Peer peer, long now)
    {
        return !IsNeeded(peer, now) ? 0 : peer.Slot == _helloSlot ? 1 : _sync.HasPassedTurn(peer.Slot) ? 2 : 3;
    }

    private static bool IsNeeded(Peer peer, long now)
    {
        return peer.HasSession(now)
            || (peer.InitiationConsumedAt >= peer.Since && now - peer.InitiationConsumedAt < RetransmissionTime);
    }

    private int Count(bool guests)
    {
        int count = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && peers[i].IsProvisional == guests)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Whether the applied network names a peer.</summary>
    /// <param name="peer">The peer, one of <see cref="Peers"/>.</param>
    /// <returns>True for a member.</returns>
    public static bool IsMember(Peer peer)
    {
        return peer.Owner >= 0;
    }

    // The members of an expired network have the rights of guests, though they keep their slots.
    private bool HasRights(Peer peer)
    {
        return IsMember(peer) && !IsExpired;
    }

    /// <summary>Whether the operator has configured a peer.</summary>
    /// <param name="peer">The peer, one of <see cref="Peers"/>.</param>
    /// <returns>True for a configured peer, which may be a member too.</returns>
    public bool IsConfigured(Peer peer)
    {
        return _slots.IsConfigured(peer.Slot);
    }

    /// <summary>The version of the last network that a peer has shown.</summary>
    /// <param name="peer">The peer, one of <see cref="Peers"/>.</param>
    /// <returns>The version, 0 for none.</returns>
    public ulong ShownVersion(Peer peer)
    {
        return _sync.ShownVersion(peer.Slot);
    }

    private bool HasMemberSession(long now)
    {
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && IsMember(peers[i]) && peers[i].HasSession(now))
            {
                return true;
            }
        }

        return false;
    }

    private Peer FindLinkLocal(byte[] address, int offset)
    {
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse
                && IsSame(_slots.LinkLocals, i * LinkLocalAddress.Size, address, offset, LinkLocalAddress.Size))
            {
                return peers[i];
            }
        }

        return null;
    }

    // Of public values: it stops at the first difference, from the end, where addresses differ most.
    private static bool IsSame(byte[] a, int aOffset, byte[] b, int bOffset, int length)
    {
        for (int i = length - 1; i >= 0; i--)
        {
            if (a[aOffset + i] != b[bOffset + i])
            {
                return false;
            }
        }

        return true;
    }
}
