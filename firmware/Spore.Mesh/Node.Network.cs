using Spore.Base;
using Spore.Discovery;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// The signed network: how it is applied, agreed upon, fetched, confirmed as current, and how it ends.
public sealed partial class Node
{
    /// <summary>How long a witness's word is good for.</summary>
    private const long FreshFor = 3600000;

    private const long FreshnessRetry = 60000;
    private const long FirstPullRetry = 1000;
    private const long LastPullRetry = 64000;

    // From here on two numbers take turns.
    private const int LastPullTry = 7;

    /// <summary>How long the first read of a network may take before another peer that has it is asked instead; each later one may take twice as long.</summary>
    private const long PullPatience = 15000;

    /// <summary>How long an exchange of heads may take while others wait for its place: longer than a header waits for its signature to be checked.</summary>
    private const long HeadPatience = 20000;

    private readonly Agreements _agreements;
    private readonly EntryField _field = new EntryField();
    private NetworkFile _network;
    private readonly Staging _staging;
    private int _ownEntry = -1;
    private bool _expired;
    private bool _isBehind;
    private bool _hasAuthority;
    private bool _isOnlyWitness;
    private TftpTransfer _pull;
    private long _pullSince;
    private int _pullTries;
    private int _pullFrom;
    private int _exchangedWith;
    private long _confirmedAt = -FreshFor;
    private int _witnessToAsk;

    /// <summary>The applied network, empty when there is none; to be read only, and changed by the node between calls.</summary>
    public NetworkFile Network
    {
        get { return _network; }
    }

    /// <summary>The version of the applied network, 0 when there is none.</summary>
    public ulong NetworkVersion
    {
        get { return _network.IsComplete ? _network.Version : 0; }
    }

    /// <summary>The index of this node's own entry in <see cref="Network"/>, or -1.</summary>
    public int OwnEntry
    {
        get { return _ownEntry; }
    }

    /// <summary>Whether the applied network has expired, so that its members are not trusted any more.</summary>
    public bool IsExpired
    {
        get { return _expired; }
    }

    /// <summary>What this node knows of its network.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The state.</returns>
    public NetworkState State(long now)
    {
        if (!_network.IsComplete)
        {
            return NetworkState.None;
        }

        if (_expired)
        {
            return NetworkState.Expired;
        }

        if (_isBehind)
        {
            return NetworkState.Behind;
        }

        if (IsFresh(now))
        {
            return NetworkState.Fresh;
        }

        return _isOnlyWitness ? NetworkState.Witness : NetworkState.Unconfirmed;
    }

    /// <summary>The number of members with a slot whose head equalled ours within the last hour.</summary>
    /// <param name="now">The monotonic clock in milliseconds.</param>
    /// <returns>That number.</returns>
    public int AgreeingMembers(long now)
    {
        int count = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && IsMember(peers[i]) && now - _agreements.AgreedAt[i] < FreshFor)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>The operator gives a network file. It is verified as one from a peer is, and applied at once.</summary>
    /// <param name="file">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">The monotonic clock in milliseconds.</param>
    /// <returns>What is wrong with it; then nothing has changed.</returns>
    public NetworkFault Load(byte[] file, int offset, int length, long now)
    {
        _now = now;
        if (length < NetworkHeader.Size)
        {
            return NetworkFault.Truncated;
        }

        NetworkFault fault = CheckUnsigned(file, offset);
        if (fault != NetworkFault.None)
        {
            return fault;
        }

        _tunnel.StopWork();
        bool isSigned = NetworkHeader.Verify(_ed25519, _ed25519.PublicKey, 0, file, offset);
        if (_checking >= 0)
        {
            // The check that this one got in the way of begins anew.
            NetworkHeader.BeginVerify(_ed25519, _ed25519.PublicKey, 0, _headers, _checking * NetworkHeader.Size);
        }

        if (!isSigned)
        {
            return NetworkFault.Signature;
        }

        if (NetworkHeader.Version(file, offset) == NetworkVersion)
        {
            for (int i = 0; i < NetworkHeader.Size; i++)
            {
                if (file[offset + i] != _network.Bytes[i])
                {
                    return NetworkFault.Equivocation;
                }
            }

            _hasAuthority = true;
            return NetworkFault.None;
        }

        if (_staging.Owner != null)
        {
            _tftp.Abort(_staging.Owner, TftpError.NotDefined);
        }

        fault = _staging.Begin(file, offset, null, now);
        if (fault == NetworkFault.None)
        {
            fault = _staging.Append(file, offset + NetworkHeader.Size, length - NetworkHeader.Size, now);
        }

        if (fault == NetworkFault.None)
        {
            fault = _staging.Complete();
        }

        if (fault == NetworkFault.None)
        {
            _hasAuthority = true;
            Apply(null, now);
            RemoveExpelled(now);
        }
        else
        {
            _staging.End();
        }

        return fault;
    }

    // The members there are to deal with: none once the network has expired.
    private int MemberCount
    {
        get { return _network.IsComplete && !_expired ? _network.Count : 0; }
    }

    // The entry of a member, or -1.
    private int FindEntry(byte[] key, int offset)
    {
        return MemberCount > 0 ? _network.Find(key, offset) : -1;
    }

    // A witness that started without its network does not vouch for one that any member brought.
    private bool ServesHead
    {
        get { return _hasAuthority || _ownEntry < 0 || !IsWitness(_ownEntry); }
    }

    private long ExpiryDue
    {
        get
        {
            if (_expired || !_network.IsComplete || _network.Expires == 0)
            {
                return Never;
            }

            long left = (_network.Expires * 1000) - _clock.Now(_now);
            return left <= 0 ? _now : _now + left;
        }
    }

    private bool IsWitness(int entry)
    {
        return FindField(entry, EntryField.Roles) && (_network.Bytes[_field.ValueOffset] & EntryRoles.Witness) != 0;
    }

    // The first field of a type in an entry: where there is one, the cursor stands on it.
    private bool FindField(int entry, int type)
    {
        _field.Begin(_network.Bytes, _network.EntryOffset(entry));
        while (_field.Next())
        {
            if (_field.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Called when the staged network is complete and sound: it becomes the applied one, and sessions follow it at once.</summary>
    private void Apply(Peer from, long now)
    {
        _network = _staging.Exchange(_network);
        ulong version = _network.Version;
        if (_candidateVersion <= version)
        {
            _candidateVersion = 0;
            _due[Deadline.Pull] = Never;
        }

        _expired = false;
        _isBehind = false;
        _confirmedAt = now - FreshFor;
        _ownEntry = _network.Find(PublicKey, 0);
        _clock.Learn(_network.Issued * 1000, now);
        AbortReads();
        Route();
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse)
            {
                FollowNetwork(peers[i], version, from, now);
            }
        }

        // Guests that turned out to be members may be more than there is room for.
        while (Count(false) > _limits.Peers)
        {
            Remove(MemberToEvict(now), now);
        }

        if (from != null && IsMember(from) && IsWitness(from.Owner))
        {
            _hasAuthority = true;
        }

        Report(NodeEvent.NetworkApplied, from, (long)version);
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && _agreements.Agrees(i))
            {
                Confirm(peers[i], _agreements.AgreedAt[i]);
            }
        }

        _due[Deadline.KeptAlive] = now;
        _helloInterval = FirstHello;
        _due[Deadline.Hello] = now;
        _due[Deadline.Exchange] = now;
        _due[Deadline.Freshness] = IsFresh(now) ? now + (FreshFor / 2) : now + Random(LongestAnswerDelay + 1);
    }

    // What the new network makes of a peer: its entry, or nobody. One that is not named any more loses its rights
    // here, and its slot in RemoveExpelled.
    private void FollowNetwork(Peer peer, ulong version, Peer from, long now)
    {
        peer.CopyPublicKey(_key, 0);
        int entry = _network.Find(_key, 0);
        bool wasMember = IsMember(peer);
        peer.Owner = peer.SlotOwner;
        if (entry >= 0)
        {
            Enroll(peer, entry, now);
        }
        else if (!_slots.IsConfigured(peer.Slot) && (wasMember || !peer.IsProvisional))
        {
            peer.IsProvisional = true;
            peer.Since = now - GuestLifetime;
            _due[Deadline.Guests] = now;
        }

        int slot = peer.Slot;
        _agreements.Disagree(slot);
        if (_agreements.Offered[slot] == version)
        {
            _agreements.AgreedAt[slot] = _agreements.OfferedAt[slot];
        }
        else if (peer != from && peer.HasSession(now) && (entry >= 0 || _slots.IsConfigured(peer.Slot)))
        {
            _agreements.Set(slot, Agreements.WantsWrite, true);
        }
    }

    private void Route()
    {
        _linkLocals.Fill(_network);
        _routes.Begin(_network.Bytes);
        _isOnlyWitness = _ownEntry >= 0 && IsWitness(_ownEntry);
        for (int i = 0; i < _network.Count; i++)
        {
            _isOnlyWitness = _isOnlyWitness && (i == _ownEntry || !IsWitness(i));
            _field.Begin(_network.Bytes, _network.EntryOffset(i));
            while (_field.Next())
            {
                if (_field.Type == EntryField.Prefix)
                {
                    _routes.Add(_field.ValueOffset, _field.ValueLength == 17, i);
                }
            }
        }

        _routes.Complete();
    }

    // Called after a network was applied, when the stack that it came by is gone: sessions that are to be kept alive are
    // brought up without waiting for a packet.
    private void OpenKeptAlive(long now)
    {
        _due[Deadline.KeptAlive] = Never;
        for (int i = 0; i < MemberCount; i++)
        {
            if (i != _ownEntry && _tunnel.FindOwner(i) == null && IsKeptAlive(i))
            {
                OpenMember(i, now);
            }
        }
    }

    private bool IsKeptAlive(int entry)
    {
        return FindField(entry, EntryField.Keepalive) && BigEndian.ReadUInt16(_network.Bytes, _field.ValueOffset) > 0;
    }

    // Whoever is reading the old network would get a mixture.
    private void AbortReads()
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsActive && transfer.IsSender)
            {
                _tftp.Abort(transfer, TftpError.NotDefined);
            }
        }
    }

    /// <summary>Called when a peer's head equals ours.</summary>
    private void Agree(Peer peer)
    {
        int slot = peer.Slot;
        bool first = !_agreements.Agrees(slot);
        _agreements.AgreedAt[slot] = _now;
        _agreements.Set(slot, Agreements.WantsWrite, false);
        if (first)
        {
            Report(NodeEvent.Agreed, peer, (long)NetworkVersion);
        }

        Confirm(peer, _now);
        _due[Deadline.Freshness] = IsFresh(_now) ? _confirmedAt + (FreshFor / 2) : _due[Deadline.Freshness];
    }

    // Whether another witness has confirmed the applied network within FreshFor, in a live session (PROTOCOL section 8.2).
    private bool IsFresh(long now)
    {
        return MemberCount > 0 && now - _confirmedAt < FreshFor;
    }

    private void Confirm(Peer peer, long at)
    {
        if (!IsMember(peer) || !IsWitness(peer.Owner) || _now - at >= FreshFor)
        {
            return;
        }

        bool wasFresh = IsFresh(_now);
        _confirmedAt = at > _confirmedAt ? at : _confirmedAt;
        _hasAuthority = true;
        if (!wasFresh)
        {
            Report(NodeEvent.Fresh, peer, (long)NetworkVersion);
        }
    }

    /// <summary>Asks one witness after the other for its head, until one has confirmed ours.</summary>
    private void SeekFreshness(long now)
    {
        _due[Deadline.Freshness] = Never;
        for (int i = 0; i < MemberCount; i++)
        {
            _witnessToAsk = _witnessToAsk + 1 < MemberCount ? _witnessToAsk + 1 : 0;
            if (_witnessToAsk == _ownEntry || !IsWitness(_witnessToAsk))
            {
                continue;
            }

            _due[Deadline.Freshness] = now + FreshnessRetry;
            Peer peer = HasEndpoint(_witnessToAsk) ? OpenMember(_witnessToAsk, now) : null;
            if (peer != null)
            {
                _agreements.Set(peer.Slot, Agreements.WantsRead, true);
                if (peer.HasSession(now))
                {
                    _due[Deadline.Exchange] = now;
                }
                else
                {
                    _tunnel.Initiate(peer, now);
                }

                return;
            }
        }
    }

    /// <summary>Reads heads that are to be read and writes ours where it is news, as far as there are transfers free.</summary>
    private void ExchangeHeads(long now)
    {
        _due[Deadline.Exchange] = Never;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            // Behind the one whose turn it was: one that always wants something must not keep the place from the others.
            int slot = (_exchangedWith + 1) % peers.Length;
            Peer peer = peers[slot];
            if (!peer.InUse || !peer.HasSession(now))
            {
                _exchangedWith = slot;
                continue;
            }

            if (_agreements.Is(slot, Agreements.WantsRead))
            {
                TftpTransfer transfer = _tftp.StartRead(LinkLocal, 0, _slots.LinkLocals, PeerSlots.LinkLocal(peer.Slot), _headName, HeadFile, NetworkHeader.Size, now);
                if (transfer == null)
                {
                    WaitForPlace(now);
                    return;
                }

                transfer.Peer = slot;
                _checks[transfer.Index].Since = now;
                _agreements.Set(slot, Agreements.WantsRead, false);
            }

            if (_agreements.Is(slot, Agreements.WantsWrite))
            {
                if (_network.IsComplete && ServesHead)
                {
                    TftpTransfer transfer = _tftp.StartWrite(LinkLocal, 0, _slots.LinkLocals, PeerSlots.LinkLocal(peer.Slot), _headName, HeadFile, NetworkHeader.Size, now);
                    if (transfer == null)
                    {
                        WaitForPlace(now);
                        return;
                    }

                    transfer.Peer = slot;
                    _checks[transfer.Index].Since = now;
                }

                _agreements.Set(slot, Agreements.WantsWrite, false);
            }

            _exchangedWith = slot;
        }
    }

    // Called when no place is left to exchange heads in: who is slow must not keep one from the others for ever.
    private void WaitForPlace(long now)
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsActive && transfer.IsClient && transfer.File == HeadFile)
            {
                long due = _checks[i].Since + HeadPatience;
                if (due <= now)
                {
                    _tftp.Abort(transfer, TftpError.NotDefined);
                    return;
                }

                _due[Deadline.Exchange] = Earlier(_due[Deadline.Exchange], due);
            }
        }
    }

    /// <summary>Reads a network whose header has verified from a peer that showed it.</summary>
    private void Pull(long now)
    {
        _due[Deadline.Pull] = Never;
        if (_candidateVersion <= NetworkVersion)
        {
            return;
        }

        int place = PeerToPullFrom(now);
        if (place < 0)
        {
            return;
        }

        if (_pull != null)
        {
            // A peer that takes its time, as one may which the new network puts out, is left for another.
            long due = _pullSince + (PullPatience << _pullTries);
            if (now < due)
            {
                _due[Deadline.Pull] = due;
                return;
            }

            _tftp.Abort(_pull, TftpError.NotDefined);
        }

        Peer peer = _tunnel.Peers[place];
        _pull = StartPull(peer, now);
        if (_pull == null && EndHeadExchange())
        {
            _pull = StartPull(peer, now);
        }

        if (_pull == null)
        {
            _due[Deadline.Pull] = now + FirstPullRetry;
            return;
        }

        _pullFrom = place;
        _pullSince = now;
        _due[Deadline.Pull] = now + (PullPatience << _pullTries);
    }

    private TftpTransfer StartPull(Peer peer, long now)
    {
        TftpTransfer transfer = _tftp.StartRead(
            LinkLocal, 0, _slots.LinkLocals, PeerSlots.LinkLocal(peer.Slot), _networkName, NetworkFileTag, _limits.NetworkBytes, now);
        if (transfer != null)
        {
            transfer.Peer = peer.Slot;
        }

        return transfer;
    }

    // The peers in turn, without the one that is being read from. Every second time one that has less than the
    // newest will do: the newest may be out of reach, or its header all that there is of it.
    private int PeerToPullFrom(long now)
    {
        int any = -1;
        int place = _pullFrom;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            place = place + 1 < peers.Length ? place + 1 : 0;
            Peer peer = peers[place];
            ulong offered = _agreements.Offered[place];
            if (!peer.InUse || !peer.HasSession(now) || offered <= NetworkVersion || (_pull != null && _pull.Peer == place))
            {
                continue;
            }

            if (offered == _candidateVersion || (_pullTries & 1) != 0)
            {
                return place;
            }

            if (any < 0)
            {
                any = place;
            }
        }

        return any;
    }

    // The network goes before heads.
    private bool EndHeadExchange()
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsActive && transfer.IsClient && transfer.File == HeadFile)
            {
                _tftp.Abort(transfer, TftpError.NotDefined);
                return true;
            }
        }

        return false;
    }

    private void PullEnded(TftpTransfer transfer, int result)
    {
        _pull = null;
        if (_candidateVersion <= NetworkVersion)
        {
            return;
        }

        if (result == TftpError.AccessViolation && transfer.IsRefused && !_isBehind)
        {
            _isBehind = true;
            Report(NodeEvent.Behind, PeerOf(transfer), (long)_candidateVersion);
        }

        long wait = FirstPullRetry << _pullTries;
        _due[Deadline.Pull] = _now + Around(wait < LastPullRetry ? wait : LastPullRetry);
        _pullTries = _pullTries < LastPullTry ? _pullTries + 1 : LastPullTry - 1;
    }

    /// <summary>Called when wall time has passed the end of the network: nobody in it is trusted until there is a newer one.</summary>
    private void Expire(long now)
    {
        _expired = true;
        _routes.Begin(null);
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Peer peer = peers[i];
            if (!peer.InUse || !IsMember(peer))
            {
                continue;
            }

            if (_slots.IsConfigured(peer.Slot))
            {
                peer.Owner = peer.SlotOwner;
            }
            else
            {
                Remove(peer, now);
            }
        }

        Report(NodeEvent.NetworkExpired, null, (long)NetworkVersion);
    }
}
