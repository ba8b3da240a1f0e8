using System;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>WireGuard's messages and timers for a fixed number of peer slots. It knows keys and endpoints, not what a peer may do.</summary>
public sealed class Tunnel
{
    /// <summary>Where an inner packet starts in <see cref="SendBuffer"/>.</summary>
    public const int PacketOffset = Message.TransportHeaderSize;

    /// <summary>The buffer in which all datagrams are built. Inner packets are encrypted in place; a handshake message overwrites what stands there.</summary>
    public readonly byte[] SendBuffer;

    /// <summary>All slots, in use or not.</summary>
    public readonly Peer[] Peers;

    // The bucket that all unknown keys share: that of 0:0:0:1::/64, where nobody is.
    private const ulong StrangersKey = 1;

    private const int Nonce = Message.TimestampSize;

    private readonly int _mtu;
    private readonly int _loadInterval;
    private readonly int _longestLoad;
    private readonly int _multiplicationTime;
    private readonly byte[] _publicKey;
    private readonly ITransport _transport;
    private readonly IEntropy _entropy;
    private readonly ITunnelHost _host;
    private readonly NodeCounters _counters;
    private readonly IAead _aead;
    private readonly X25519 _x25519;
    private readonly EphemeralKeys _ephemeralKeys;
    private readonly Handshake _handshake;
    private readonly Cookies _cookies;
    private readonly RateLimiter _limiter;
    private readonly IndexTable _indices;
    private readonly Keypairs _keypairs;
    private readonly InitiationPool _initiations;
    private readonly PacketQueue _queue = new PacketQueue();
    private readonly Precomputation _precomputation;

    // For a timestamp, or for some bytes of chance; then a nonce.
    private readonly byte[] _scratch = new byte[Nonce + ChaCha20Poly1305.NonceSize];
    private readonly byte[] _strangerSecret = new byte[Message.KeySize];
    private bool _hasStranger;

    // When all handshake messages so far can have been worked on, and until when there is load.
    private long _workedOffAt;
    private long _underLoadUntil;
    private long _nextDeadline = Constants.Never;
    private long _workDue;

    /// <summary>Makes a tunnel and takes all its memory.</summary>
    /// <param name="limits">The sizes.</param>
    /// <param name="privateKey">The 32-byte private key; kept by reference.</param>
    /// <param name="publicKey">Its 32-byte public key; kept by reference.</param>
    /// <param name="x25519">The primitives to work with.</param>
    /// <param name="idle">Another multiplier, for idle work; nobody else uses it while <see cref="IsWorking"/>.</param>
    /// <param name="hash">Likewise.</param>
    /// <param name="aead">Likewise.</param>
    /// <param name="cookieAead">Likewise.</param>
    /// <param name="transport">The way out.</param>
    /// <param name="entropy">The source of chance.</param>
    /// <param name="host">The layer above.</param>
    /// <param name="counters">What to count in.</param>
    /// <exception cref="ArgumentException">The limits leave no keypair to spare or to be confirmed, or no initiation.</exception>
    public Tunnel(
        NodeLimits limits,
        byte[] privateKey,
        byte[] publicKey,
        X25519 x25519,
        X25519 idle,
        Blake2s hash,
        IAead aead,
        XChaCha20Poly1305 cookieAead,
        ITransport transport,
        IEntropy entropy,
        ITunnelHost host,
        NodeCounters counters)
    {
        _mtu = limits.Mtu;
        _loadInterval = limits.HandshakeInterval;
        _longestLoad = limits.HandshakeBacklog;
        _multiplicationTime = limits.MultiplicationTime;
        _publicKey = publicKey;
        _transport = transport;
        _entropy = entropy;
        _host = host;
        _counters = counters;
        _aead = aead;
        _x25519 = x25519;
        _ephemeralKeys = new EphemeralKeys(x25519, hash, entropy, privateKey);
        _precomputation = new Precomputation(idle, _ephemeralKeys, privateKey);
        _handshake = new Handshake(privateKey, publicKey, x25519, hash, new HmacBlake2s(hash), aead, _ephemeralKeys);
        _cookies = new Cookies(publicKey, hash, cookieAead, entropy);
        _limiter = new RateLimiter(limits.RateLimitSources, limits.SourceInterval, limits.SourceBurst);
        int slots = limits.Peers + limits.Guests;
        if (limits.Keypairs < slots + 2 || limits.Initiations < 1)
        {
            throw new ArgumentException("There are fewer keypairs than peers need, or no initiations.");
        }

        _indices = new IndexTable(limits.Keypairs + limits.Initiations);
        Peers = new Peer[slots];
        _keypairs = new Keypairs(limits.Keypairs, Peers, _indices);
        _initiations = new InitiationPool(limits.Initiations, _indices);
        for (int i = 0; i < slots; i++)
        {
            Peers[i] = new Peer(i, _keypairs, _initiations.None);
        }

        SendBuffer = new byte[PacketOffset + limits.Mtu + Message.PaddingMultiple + Message.TagSize];
    }

    /// <summary>Where ephemeral keys are logged, or null.</summary>
    public IKeyLog KeyLog
    {
        get { return _handshake.KeyLog; }
        set { _handshake.KeyLog = value; }
    }

    /// <summary>When <see cref="Advance"/> is to be called next.</summary>
    public long NextDeadline
    {
        get { return _nextDeadline; }
    }

    /// <summary>Lends memory for inner packets that wait for a session, or takes it back; those that wait are dropped and counted.</summary>
    /// <param name="room">The memory; null for none.</param>
    /// <param name="size">How many of its first bytes, not to be used otherwise meanwhile.</param>
    public void QueueIn(byte[] room, int size)
    {
        int most = Constants.MaxStagedPackets * (_mtu + PacketQueue.HeaderSize);
        _counters.InnerDropped += _queue.Use(room, size < most ? size : most);
    }

    /// <summary>Looks through the slots in use for a key.</summary>
    /// <param name="key">A buffer with the public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The slot, or null.</returns>
    public Peer FindSlot(byte[] key, int offset)
    {
        for (int i = 0; i < Peers.Length; i++)
        {
            Peer peer = Peers[i];
            if (peer.InUse && peer.Bytes[Peer.Key] == key[offset] && ConstantTime.Equal(peer.Bytes, Peer.Key, key, offset, Message.KeySize))
            {
                return peer;
            }
        }

        return null;
    }

    /// <summary>Called before a slot is taken for a key.</summary>
    /// <param name="key">A buffer with the public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>False when the key is our own or of small order, and so can be no peer's.</returns>
    public bool CanBePeer(byte[] key, int offset)
    {
        return IsStranger(key, offset)
            || (!ConstantTime.Equal(_publicKey, 0, key, offset, Message.KeySize) && !_x25519.IsSmallOrder(key, offset));
    }

    /// <summary>Called to put a peer into an empty slot.</summary>
    /// <param name="peer">The slot.</param>
    /// <param name="key">A buffer with the public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="now">The monotonic clock.</param>
    /// <returns>False when the key can be no peer's; then the slot stays empty.</returns>
    public bool Open(Peer peer, byte[] key, int offset, long now)
    {
        if (!CanBePeer(key, offset))
        {
            return false;
        }

        Array.Copy(key, offset, peer.Bytes, Peer.Key, Message.KeySize);
        if (IsStranger(key, offset))
        {
            Array.Copy(_strangerSecret, 0, peer.Bytes, Peer.StaticStatic, Message.KeySize);
            peer.HasStaticStatic = true;
        }

        peer.InUse = true;
        peer.Since = now;
        peer.LastHeard = now;
        Schedule(peer);
        return true;
    }

    /// <summary>Called when a peer is gone: its sessions end and its slot is empty.</summary>
    /// <param name="peer">The slot.</param>
    /// <param name="now">The monotonic clock.</param>
    public void Close(Peer peer, long now)
    {
        if (_precomputation.Peer == peer)
        {
            _precomputation.Stop();
        }

        EndSessions(peer, now);
        peer.Wipe();
    }

    /// <summary>Sets the interval at which the session with a peer is kept alive.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="seconds">The interval, 0 for none.</param>
    /// <param name="now">The monotonic clock.</param>
    public void SetKeepalive(Peer peer, int seconds, long now)
    {
        if (seconds == 0)
        {
            peer.PersistentKeepalive = Constants.Never;
        }
        else if (peer.KeepaliveInterval == 0)
        {
            // At once: this is what brings the session up.
            peer.PersistentKeepalive = now;
        }

        peer.KeepaliveInterval = seconds;

        Schedule(peer);
    }

    /// <summary>A datagram of type 1 to 4 came in. State changes only once it has verified.</summary>
    /// <param name="buffer">The buffer that holds it; decryption is in place.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="now">The monotonic clock.</param>
    public void Receive(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        switch (Message.TypeOf(buffer, offset, length))
        {
            case Message.Transport:
                Peer peer = ReceiveTransport(buffer, offset, length, source, now);
                if (peer != null && length > Message.KeepaliveSize)
                {
                    // From here, where a device's stack is not as deep: what an inner packet leads to is the deepest there is.
                    _host.Received(peer, buffer, offset + Message.TransportHeaderSize, length - Message.KeepaliveSize, now);
                }

                break;
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
    }

    /// <summary>Sends the inner packet that stands in <see cref="SendBuffer"/> at <see cref="PacketOffset"/>, or keeps it until there is a session.</summary>
    /// <param name="peer">The peer to send it to.</param>
    /// <param name="length">Its length in bytes, at most the MTU; not 0.</param>
    /// <param name="now">The monotonic clock.</param>
    public void Send(Peer peer, int length, long now)
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

    /// <summary>Called when a session with a peer is wanted: sends an initiation and retransmits it, but not within REKEY_TIMEOUT of another, nor of a response that may yet be confirmed.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="now">The monotonic clock.</param>
    public void Initiate(Peer peer, long now)
    {
        peer.WantedAt = now;
        if (peer.RetransmitHandshake != Constants.Never)
        {
            return;
        }

        long due = peer.InitiatedAt + Constants.RekeyTimeout;
        if (peer.Next != Keypairs.None)
        {
            // The session that the peer is about to make will do; if it is not made, its retransmission goes first.
            long answered = _keypairs.CreatedAt[peer.Next] + Constants.RekeyTimeout + Constants.RekeyTimeoutJitter;
            due = answered > due ? answered : due;
        }

        if (now < due)
        {
            peer.RetransmitHandshake = due + Jitter();
            Schedule(peer);
            return;
        }

        SendInitiation(peer, now);
    }

    /// <summary>Called when there is word of where a peer is: an initiation that is due goes there, and at once if it waits for nothing else.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="endpoint">Where it is.</param>
    /// <param name="now">The monotonic clock.</param>
    public void SetEndpoint(Peer peer, Endpoint endpoint, long now)
    {
        peer.Endpoint.CopyFrom(endpoint);
        peer.Asked = 0;
        if (peer.RetransmitHandshake != Constants.Never && now - peer.InitiatedAt >= Constants.RekeyTimeout)
        {
            peer.RetransmitHandshake = now;
            Schedule(peer);
        }
    }

    /// <summary>When a peer may be asked at an address that a packet suggests which could be forged or replayed (PROTOCOL section 4.2).</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="source">The address.</param>
    /// <returns>When, by the monotonic clock.</returns>
    public long ProvokeDue(Peer peer, Endpoint source)
    {
        // One that has answered may have rebooted since: it is asked again at once, but on average no more often.
        long due = peer.ProvokedAt;
        if (peer.Provoked.IsPending)
        {
            due += Constants.RekeyTimeout;
        }

        // A peer that is asked at an endpoint it has left must be found where it is now. Where it is being asked, what is sent again goes first.
        long retransmitted = peer.InitiatedAt + Constants.RekeyTimeout + Constants.RekeyTimeoutJitter + 1;
        return retransmitted > due && peer.RetransmitHandshake != Constants.Never && peer.Endpoint.IsSame(source) ? retransmitted : due;
    }

    /// <summary>Called when a packet that could be forged or replayed suggests that a peer is at an address: asks there once, without moving the peer's endpoint.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="source">Where to ask.</param>
    /// <param name="now">The monotonic clock.</param>
    public void Provoke(Peer peer, Endpoint source, long now)
    {
        if (now < ProvokeDue(peer, source))
        {
            _counters.Limited++;
            return;
        }

        ReleaseInitiation(peer, peer.Provoked);
        Initiation initiation = _initiations.Take(peer, true);
        if (initiation == null)
        {
            _counters.Limited++;
            return;
        }

        peer.Provoked = initiation;
        if (WriteInitiation(peer, peer.Provoked, now))
        {
            if (peer.Endpoint.IsSame(source))
            {
                peer.InitiatedAt = now;
            }

            // No keepalive is put off by it: whoever replays a packet every few seconds could silence them all.
            peer.ProvokedInitiation(now);
            Schedule(peer);
            SendDatagram(peer, Message.InitiationSize, source);
            _host.Report(NodeEvent.InitiationSent, peer, 1);
        }
    }

    /// <summary>Time has passed: timers fire.</summary>
    /// <param name="now">The monotonic clock.</param>
    public void Advance(long now)
    {
        if (now < _nextDeadline)
        {
            return;
        }

        for (int i = 0; i < Peers.Length; i++)
        {
            Peer peer = Peers[i];
            if (peer.InUse && peer.NextTimer <= now)
            {
                Fire(peer, now);
            }
        }

        // Only now, since one timer that fires may move another.
        _nextDeadline = Constants.Never;
        for (int i = 0; i < Peers.Length; i++)
        {
            if (Peers[i].InUse && Peers[i].NextTimer < _nextDeadline)
            {
                _nextDeadline = Peers[i].NextTimer;
            }
        }
    }

    /// <summary>When <see cref="Work"/> is to be called: in the past while there is something to do.</summary>
    public long WorkDue
    {
        get { return _workDue; }
    }

    /// <summary>Whether idle work is halfway through something.</summary>
    public bool IsWorking
    {
        get { return _precomputation.IsBusy; }
    }

    /// <summary>Gives up what idle work is halfway through; it begins anew.</summary>
    public void StopWork()
    {
        if (_precomputation.IsBusy)
        {
            _precomputation.Stop();
        }
    }

    /// <summary>Nothing else is to be done: makes what a handshake will need, a fifth of a multiplication at most in one call.</summary>
    /// <param name="now">The monotonic clock.</param>
    public void Work(long now)
    {
        if (now < _workDue)
        {
            return;
        }

        // First come the secrets, without which no handshake is answered in time.
        Peer next = _precomputation.IsBusy ? null : FindWork(now, false) ?? FindWork(now, true);
        if (next != null)
        {
            _precomputation.Begin(next, now);
        }
        else if (!_precomputation.IsBusy && _ephemeralKeys.Due <= now)
        {
            _precomputation.BeginKey();
        }

        if (_precomputation.IsBusy)
        {
            _precomputation.Step(now);
        }

        _workDue = _precomputation.IsBusy ? now : _ephemeralKeys.Due;
        for (int i = 0; i < Peers.Length; i++)
        {
            if (Peers[i].InUse && Peers[i].WorkDue < _workDue)
            {
                _workDue = Peers[i].WorkDue;
            }
        }
    }

    /// <summary>Tells how much is to be made ahead of need.</summary>
    /// <param name="work">Takes the numbers.</param>
    /// <param name="now">The monotonic clock.</param>
    public void CountWork(IdleWork work, long now)
    {
        work.Keys = _ephemeralKeys.Due <= now ? 1 : 0;
        work.Secrets = 0;
        work.Pairs = 0;
        for (int i = 0; i < Peers.Length; i++)
        {
            Peer peer = Peers[i];
            if (peer.InUse)
            {
                work.Secrets += peer.HasStaticStatic ? 0 : 1;
                work.Pairs += peer.PairDue <= now ? 1 : 0;
            }
        }
    }

    private Peer FindWork(long now, bool pair)
    {
        for (int i = 0; i < Peers.Length; i++)
        {
            if (Peers[i].InUse && (pair ? Peers[i].PairDue <= now : !Peers[i].HasStaticStatic))
            {
                return Peers[i];
            }
        }

        return null;
    }

    private void Fire(Peer peer, long now)
    {
        if (peer.RetransmitHandshake <= now)
        {
            peer.RetransmitHandshake = Constants.Never;
            if (now - peer.WantedAt >= Constants.RekeyAttemptTime)
            {
                peer.SendKeepalive = Constants.Never;
                _counters.InnerDropped += _queue.Drop(peer.Slot);
                if (peer.ZeroKeyMaterial == Constants.Never)
                {
                    peer.SessionDerived(now);
                }
            }
            else
            {
                if (peer.LastHeard == peer.Since ? peer.Asked > 0 : peer.Asked == Peer.MostAsked && now - peer.LastHeard >= Constants.EndpointPatience)
                {
                    _host.Unanswered(peer);
                }

                SendInitiation(peer, now);
            }
        }

        if (peer.SendKeepalive <= now)
        {
            peer.SendKeepalive = Constants.Never;
            SendKeepalive(peer, now);
            peer.KeepaliveExpired(now);
        }

        if (peer.NewHandshake <= now)
        {
            peer.NewHandshake = Constants.Never;
            Initiate(peer, now);
        }

        if (peer.PersistentKeepalive <= now)
        {
            peer.PersistentKeepalive = now + (peer.KeepaliveInterval * 1000L);
            SendKeepalive(peer, now);
        }

        if (peer.ForgetProvoked <= now)
        {
            ReleaseInitiation(peer, peer.Provoked);
        }

        if (peer.ZeroKeyMaterial <= now)
        {
            peer.ZeroKeyMaterial = Constants.Never;
            EndSessions(peer, now);
        }
    }

    private void ReceiveInitiation(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        if (!IsWelcome(buffer, offset, length, Message.InitiationSize, source, now))
        {
            return;
        }

        if (!_handshake.ConsumeStatic(buffer, offset))
        {
            _counters.Invalid++;
            return;
        }

        byte[] key = _handshake.RemoteStatic;
        Peer peer = FindSlot(key, 0);

        // es; then ss if it is not there yet, and e, ee and se, of which the first and the last may be there.
        int multiplications = _ephemeralKeys.IsReady || (peer != null && peer.HasPair) ? 2 : 3;
        bool sound;
        if (peer != null)
        {
            multiplications += peer.HasPair ? 0 : 1;
            multiplications += peer.HasStaticStatic ? 0 : 1;
            NeedStaticStatic(peer);
            sound = _handshake.ConsumeTimestamp(buffer, offset, peer.Bytes, Peer.StaticStatic);
        }
        else
        {
            if (!_host.IsMember(key, 0) && !_limiter.Allow(StrangersKey, now))
            {
                _counters.Limited++;
                _handshake.Wipe();
                return;
            }

            multiplications += 2;
            _hasStranger = _handshake.StaticStatic(key, 0, _strangerSecret, 0);
            sound = _hasStranger && _handshake.ConsumeTimestamp(buffer, offset, _strangerSecret, 0);
        }

        if (!sound)
        {
            _counters.Invalid++;
            _handshake.Wipe();
            ForgetStranger();
            return;
        }

        if (peer == null)
        {
            peer = _host.Admit(key, 0, now);
            ForgetStranger();
            if (peer == null)
            {
                _counters.Limited++;
                _handshake.Wipe();
                return;
            }
        }

        int age = Tai64n.Compare(_handshake.Timestamp, 0, peer.Bytes, Peer.LatestTimestamp);
        if (age <= 0)
        {
            _counters.Replayed++;
            _handshake.Wipe();
            if (age < 0 && !peer.IsGuest)
            {
                // It rebooted without a clock, or this is a recording: asking tells which.
                Provoke(peer, source, now);
            }

            return;
        }

        if (now - peer.InitiationConsumedAt < Constants.HandshakeInitiationRate || !_host.TimestampVerified(peer, _handshake.Timestamp, now))
        {
            _counters.Limited++;
            _handshake.Wipe();
            return;
        }

        Array.Copy(_handshake.Timestamp, 0, peer.Bytes, Peer.LatestTimestamp, Message.TimestampSize);
        peer.InitiationConsumedAt = now;
        peer.LastHeard = now;
        peer.BytesReceived += length;
        if (!peer.HasKnocked && multiplications * _multiplicationTime > Constants.LongestAnswer)
        {
            // The answer would come too late. By the time it knocks again there is a pair for it.
            peer.HasKnocked = true;
            _handshake.Wipe();
            Schedule(peer);
            return;
        }

        peer.HasKnocked = false;
        SendResponse(peer, BitConverter.ToInt32(buffer, offset + Message.InitiationSender), source, now);
        Schedule(peer);
    }

    // Called when a handshake message came in: whether it is for this node and, under load, whether its sender has shown
    // to be where it seems to be, and has not asked too often.
    private bool IsWelcome(byte[] buffer, int offset, int length, int size, Endpoint source, long now)
    {
        _ephemeralKeys.Stir(now);
        if (length != size || !_cookies.CheckMac1(buffer, offset, length))
        {
            _counters.Invalid++;
            return false;
        }

        if (!IsUnderLoad(now))
        {
            return true;
        }

        if (!_cookies.CheckMac2(buffer, offset, length, source, now))
        {
            _counters.Limited++;
            _cookies.CreateReply(buffer, offset, length, source, SendBuffer, now);
            Count(Message.CookieReplySize);
            _transport.Send(SendBuffer, 0, Message.CookieReplySize, source);
            return false;
        }

        if (!_limiter.Allow(RateLimiter.KeyOf(source), now))
        {
            _counters.Limited++;
            return false;
        }

        return true;
    }

    // Called for each handshake message: whether they come faster than they can be worked on, or did a moment ago.
    private bool IsUnderLoad(long now)
    {
        if (_workedOffAt < now)
        {
            _workedOffAt = now;
        }

        if (_workedOffAt - now > _longestLoad)
        {
            if (now >= _underLoadUntil)
            {
                _host.Report(NodeEvent.UnderLoad, null, 0);
            }

            _underLoadUntil = now + Constants.UnderLoadAfterTime;
        }
        else
        {
            _workedOffAt += _loadInterval;
        }

        return now < _underLoadUntil;
    }

    private void ReceiveCookieReply(byte[] buffer, int offset, int length, long now)
    {
        Peer peer = length == Message.CookieReplySize ? FindPeer(BitConverter.ToInt32(buffer, offset + Message.CookieReceiver)) : null;
        if (peer == null || !_cookies.ConsumeReply(peer, buffer, offset, now))
        {
            _counters.Invalid++;
            return;
        }

        _host.Report(NodeEvent.CookieReceived, peer, 0);
    }

    // Whether a key is the one whose initiation is being worked on, of which the secret is known.
    private bool IsStranger(byte[] key, int offset)
    {
        return _hasStranger && ConstantTime.Equal(_handshake.RemoteStatic, 0, key, offset, Message.KeySize);
    }

    private void ForgetStranger()
    {
        _hasStranger = false;
        Array.Clear(_strangerSecret, 0, Message.KeySize);
    }

    // Idle work makes it soon after a peer is known; a handshake that comes earlier can't wait.
    private void NeedStaticStatic(Peer peer)
    {
        if (!peer.HasStaticStatic)
        {
            _handshake.StaticStatic(peer.Bytes, Peer.Key, peer.Bytes, Peer.StaticStatic);
            peer.HasStaticStatic = true;
        }
    }

    private void SendResponse(Peer peer, int remoteIndex, Endpoint source, long now)
    {
        int localIndex = NewIndex(peer);
        if (!_handshake.CreateResponse(peer, _keypairs, localIndex, remoteIndex, now, SendBuffer, 0))
        {
            _indices.Remove(localIndex);
            _counters.Invalid++;
            return;
        }

        Release(peer, peer.Next);
        Release(peer, peer.Previous);
        peer.Next = _keypairs.Adopt(peer, now);
        peer.SessionDerived(now);
        peer.AnyAuthenticatedPacketReceived();
        peer.HandshakeAnswered(now, Jitter());
        _cookies.AddMacs(peer, SendBuffer, Message.ResponseSize, now);
        Transmit(peer, Message.ResponseSize, source, now);
        _host.Report(NodeEvent.ResponseSent, peer, 0);
    }

    private void ReceiveResponse(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        if (!IsWelcome(buffer, offset, length, Message.ResponseSize, source, now))
        {
            return;
        }

        int index = BitConverter.ToInt32(buffer, offset + Message.ResponseReceiver);
        Peer peer = FindPeer(index);
        Initiation initiation = null;
        if (peer != null)
        {
            if (peer.Initiation.IsPending && peer.Initiation.LocalIndex == index)
            {
                initiation = peer.Initiation;
            }
            else if (peer.Provoked.IsPending && peer.Provoked.LocalIndex == index && now < peer.ForgetProvoked)
            {
                initiation = peer.Provoked;
            }
        }

        if (initiation == null)
        {
            _counters.Invalid++;
            return;
        }

        int remoteIndex = BitConverter.ToInt32(buffer, offset + Message.ResponseSender);
        if (!_handshake.ConsumeResponse(peer, initiation, _keypairs, remoteIndex, now, buffer, offset))
        {
            _counters.Invalid++;
            return;
        }

        peer.Forget(initiation, _initiations.None);
        _initiations.Free(initiation);
        Release(peer, peer.Previous);
        if (peer.Next != Keypairs.None)
        {
            Release(peer, peer.Current);
            peer.Previous = peer.Next;
            peer.Next = Keypairs.None;
        }
        else
        {
            peer.Previous = peer.Current;
        }

        peer.Current = _keypairs.Adopt(peer, now);
        peer.LastHeard = now;
        peer.BytesReceived += length;
        peer.Endpoint.CopyFrom(source);
        peer.AnyAuthenticatedPacketTraversal(now);
        peer.AnyAuthenticatedPacketReceived();
        peer.SessionDerived(now);
        SessionConfirmed(peer, true, now);
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
        if (!_aead.Open(_keypairs.Bytes, Keypairs.Start(keypair) + Keypairs.ReceiveKey, _scratch, Nonce, null, 0, 0, buffer, packet, packetLength))
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
        peer.LastHeard = now;
        peer.BytesReceived += length;
        if (!peer.Endpoint.IsSame(source))
        {
            peer.Endpoint.CopyFrom(source);
        }

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

    private void SessionConfirmed(Peer peer, bool isInitiator, long now)
    {
        peer.HandshakeComplete();
        ReleaseInitiation(peer, peer.Initiation);

        bool queued = false;
        int length = _queue.Take(peer.Slot, SendBuffer, PacketOffset);
        while (length >= 0)
        {
            queued = true;
            SendTransport(peer, length, now);
            peer.DataSent(now, Jitter());
            length = _queue.Take(peer.Slot, SendBuffer, PacketOffset);
        }

        if (isInitiator && !queued)
        {
            // The responder may send nothing before it has heard the first message.
            SendKeepalive(peer, now);
        }

        Schedule(peer);
        peer.SessionReported = true;
        _host.SessionUp(peer, isInitiator, now);
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
        Array.Copy(buffer, Message.TransportCounter, _scratch, Nonce + 4, 8);
        _keypairs.SendCounter[keypair] = counter + 1;
        _aead.Seal(_keypairs.Bytes, Keypairs.Start(keypair) + Keypairs.SendKey, _scratch, Nonce, null, 0, 0, buffer, PacketOffset, padded);
        Transmit(peer, padded + Message.KeepaliveSize, peer.Endpoint, now);
    }

    private void SendInitiation(Peer peer, long now)
    {
        if (!peer.Endpoint.IsKnown)
        {
            _host.Unanswered(peer);
        }

        if (!peer.Endpoint.IsKnown)
        {
            // Nowhere to ask, until a hello tells or the peer comes to us. What is queued waits as long as for an answer.
            peer.RetransmitHandshake = now + Constants.RekeyTimeout + Jitter();
            Schedule(peer);
            return;
        }

        ReleaseInitiation(peer, peer.Initiation);
        peer.Initiation = _initiations.Take(peer, false);
        if (WriteInitiation(peer, peer.Initiation, now))
        {
            peer.HandshakeInitiated(now, Jitter());
            if (peer.Asked < Peer.MostAsked)
            {
                peer.Asked++;
            }

            Schedule(peer);
            Transmit(peer, Message.InitiationSize, peer.Endpoint, now);
            _host.Report(NodeEvent.InitiationSent, peer, 0);
        }
    }

    /// <summary>Tells whether a UDP payload that is to enter the tunnel is a message that this tunnel sent. Of one in fragments the first is enough.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">The bytes of it that there are; may be negative.</param>
    internal bool IsOwnMessage(byte[] buffer, int offset, int length)
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
        return (type == Message.Initiation || type == Message.Response) && FindPeer(BitConverter.ToInt32(buffer, offset + Message.InitiationSender)) != null;
    }

    private bool WriteInitiation(Peer peer, Initiation initiation, long now)
    {
        NeedStaticStatic(peer);
        int index = NewIndex(peer);
        _host.WriteTimestamp(_scratch, now);
        RaiseTimestamp(peer.Bytes, Peer.SentTimestamp);
        RaiseTimestamp(peer.Bytes, Peer.LatestTimestamp);
        if (!_handshake.CreateInitiation(peer, initiation, index, _scratch, SendBuffer, 0))
        {
            _indices.Remove(index);
            ReleaseInitiation(peer, initiation);
            return false;
        }

        _cookies.AddMacs(peer, SendBuffer, Message.InitiationSize, now);
        Array.Copy(_scratch, 0, peer.Bytes, Peer.SentTimestamp, Message.TimestampSize);
        return true;
    }

    private void RaiseTimestamp(byte[] floor, int offset)
    {
        if (Tai64n.Compare(_scratch, 0, floor, offset) <= 0)
        {
            Tai64n.WriteNext(_scratch, 0, floor, offset);
        }
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

        // The session that the peer is about to make will do: handshakes that cross would do so again at every rekey, and cost what is under way.
        if (now - _keypairs.CreatedAt[peer.Next] >= Constants.RekeyTimeout
            && (_keypairs.SendCounter[keypair] > Constants.RekeyAfterMessages || _keypairs.IsInitiatorsOfAge(keypair, Constants.RekeyAfterTime, now)))
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

    private void EndSessions(Peer peer, long now)
    {
        _counters.InnerDropped += _queue.Drop(peer.Slot);
        ReleaseInitiation(peer, peer.Initiation);
        ReleaseInitiation(peer, peer.Provoked);
        Release(peer, peer.Previous);
        Release(peer, peer.Next);
        Release(peer, peer.Current);
        if (peer.SessionReported)
        {
            peer.SessionReported = false;
            _host.SessionDown(peer, now);
        }
    }

    private void Release(Peer peer, int keypair)
    {
        if (keypair != Keypairs.None)
        {
            peer.Forget(keypair);
            _keypairs.Release(keypair);
        }
    }

    private void ReleaseInitiation(Peer peer, Initiation initiation)
    {
        if (initiation != _initiations.None)
        {
            peer.Forget(initiation, _initiations.None);
            _initiations.Release(initiation);
        }
    }

    private int NewIndex(Peer peer)
    {
        for (; ; )
        {
            _entropy.Fill(_scratch, 0, 4);
            int index = BitConverter.ToInt32(_scratch, 0);
            if (_indices.Add(index, peer.Slot))
            {
                return index;
            }
        }
    }

    private int Jitter()
    {
        _entropy.Fill(_scratch, 0, 4);
        return ((_scratch[0] << 8) | _scratch[1]) % (Constants.RekeyTimeoutJitter + 1);
    }

    private void Schedule(Peer peer)
    {
        long next = peer.NextTimer;
        if (next < _nextDeadline)
        {
            _nextDeadline = next;
        }

        if (peer.WorkDue < _workDue)
        {
            _workDue = peer.WorkDue;
        }

        // A handshake may have used the key that was made ahead.
        if (_ephemeralKeys.Due < _workDue)
        {
            _workDue = _ephemeralKeys.Due;
        }
    }
}
