using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>
/// A WireGuard endpoint for a fixed number of peers: the paper's protocol, cryptokey routing included, without I/O.
/// Read first: the paper's sections 5 and 6. Whom to admit and what a peer may do is decided above it
/// (<see cref="ITunnelHost"/>). Not safe for concurrent use.
/// </summary>
public sealed partial class Tunnel
{
    /// <summary>Where an inner packet starts in <see cref="SendBuffer"/>.</summary>
    public const int PacketOffset = Message.TransportHeaderSize;

    /// <summary>
    /// The buffer in which all datagrams are built. Inner packets are encrypted in place; a handshake message
    /// overwrites what stands there.
    /// </summary>
    public readonly byte[] SendBuffer;

    /// <summary>All slots, in use or not.</summary>
    public readonly Peer[] Peers;

    private const int Nonce = Message.TimestampSize;

    private readonly int _mtu;
    private readonly int _loadInterval;
    private readonly int _longestLoad;
    private readonly int _multiplicationTime;
    private readonly bool _admitsUnknown;
    private readonly byte[] _publicKey;
    private readonly ITransport _transport;
    private readonly IEntropy _entropy;
    private readonly ITunnelHost _host;
    private readonly TunnelCounters _counters;
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

    // For a timestamp, or for some bytes of entropy; then a nonce.
    private readonly byte[] _scratch = new byte[Nonce + ChaCha20Poly1305.NonceSize];
    // The static-static secret of the unknown key whose initiation is being handled.
    private readonly byte[] _unknownSecret = new byte[Message.KeySize];
    private bool _hasUnknown;

    // The peer that a packet was last routed to: packets in a row are mostly for one and the same.
    private Peer _latest;

    // When all handshake messages so far can have been handled, and until when there is load.
    private long _handledAt;
    private long _underLoadUntil;

    private long _nextDeadline = Constants.Never;
    private long _workDue;

    /// <summary>
    /// Makes a plain endpoint, which has configured peers only, and takes all its memory. It drops an initiation from
    /// an unknown key as soon as it has decrypted that key.
    /// </summary>
    /// <param name="limits">The sizes: <see cref="TunnelLimits.OnePeer"/>, or others.</param>
    /// <param name="privateKey">The 32-byte private key; kept by reference.</param>
    /// <param name="transport">The way out.</param>
    /// <param name="entropy">The entropy source. It must work already: the first key is made soon.</param>
    /// <param name="host">What knows the wall time, and is called about sessions.</param>
    /// <exception cref="ArgumentException">
    /// The limits leave no keypair to spare or to be confirmed, or no initiation.
    /// </exception>
    public Tunnel(TunnelLimits limits, byte[] privateKey, ITransport transport, IEntropy entropy, ConfiguredHost host)
        : this(limits, privateKey, new Primitives(privateKey), transport, entropy, host)
    {
        _admitsUnknown = false;
    }

    /// <summary>
    /// Makes a tunnel with the primitives of the layer above, and takes all the memory that is its own.
    /// </summary>
    /// <param name="limits">The sizes.</param>
    /// <param name="privateKey">The 32-byte private key; kept by reference.</param>
    /// <param name="publicKey">Its 32-byte public key; kept by reference.</param>
    /// <param name="x25519">The primitives to work with.</param>
    /// <param name="idle">Another multiplier, for idle work; nobody else uses it while <see cref="IsWorking"/>.</param>
    /// <param name="hash">Likewise.</param>
    /// <param name="aead">Likewise.</param>
    /// <param name="cookieAead">Likewise.</param>
    /// <param name="transport">The way out.</param>
    /// <param name="entropy">The entropy source.</param>
    /// <param name="host">The layer above.</param>
    /// <param name="counters">What to count in.</param>
    /// <exception cref="ArgumentException">
    /// The limits leave no keypair to spare or to be confirmed, or no initiation.
    /// </exception>
    public Tunnel(
        TunnelLimits limits,
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
        TunnelCounters counters)
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
        _admitsUnknown = true;
        _aead = aead;
        _x25519 = x25519;
        _ephemeralKeys = new EphemeralKeys(x25519, hash, entropy, privateKey);
        _precomputation = new Precomputation(idle, _ephemeralKeys, privateKey);
        _handshake = new Handshake(privateKey, publicKey, x25519, hash, new HmacBlake2s(hash), aead, _ephemeralKeys);
        _cookies = new Cookies(publicKey, hash, cookieAead, entropy);
        _limiter = new RateLimiter(limits.RateLimitSources, limits.SourceInterval, limits.SourceBurst);
        int slots = limits.Slots;
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

        _latest = Peers[0];
        SendBuffer = new byte[PacketOffset + limits.Mtu + Message.PaddingMultiple + Message.TagSize];
    }

    private Tunnel(
        TunnelLimits limits,
        byte[] privateKey,
        Primitives own,
        ITransport transport,
        IEntropy entropy,
        ITunnelHost host)
        : this(
            limits,
            privateKey,
            own.PublicKey,
            own.X25519,
            own.Idle,
            own.Hash,
            own.Aead,
            own.CookieAead,
            transport,
            entropy,
            host,
            new TunnelCounters())
    {
    }

    /// <summary>
    /// Cryptokey routing: from which inner addresses a peer may send, and to which peer a packet goes. Null for no
    /// check, where inner packets are not IP.
    /// </summary>
    public ICryptokeyRouting Routing { get; set; }

    /// <summary>What the tunnel has counted.</summary>
    public TunnelCounters Counters
    {
        get { return _counters; }
    }

    /// <summary>Where ephemeral keys are logged, or null.</summary>
    public IKeyLog KeyLog
    {
        get { return _handshake.KeyLog; }
        set { _handshake.KeyLog = value; }
    }

    /// <summary>Copies the public key.</summary>
    /// <param name="buffer">Takes the 32 bytes.</param>
    /// <param name="offset">Where to.</param>
    public void CopyPublicKey(byte[] buffer, int offset)
    {
        Array.Copy(_publicKey, 0, buffer, offset, Message.KeySize);
    }

    /// <summary>
    /// Adds a configured peer. With a keepalive interval the session comes up by itself, without one when the
    /// first packet is sent.
    /// </summary>
    /// <param name="key">A buffer with the peer's public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="presharedKey">
    /// The 32-byte preshared key, or null for none; kept by reference, and wiped when the peer is closed.
    /// </param>
    /// <param name="endpoint">The peer's endpoint, or null if the peer is to initiate first; copied.</param>
    /// <param name="keepaliveSeconds">The interval of persistent keepalives, at most 65535; 0 for none.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// The peer; null, with nothing changed, when no slot is free, the key has a slot already, or it can be no peer's.
    /// </returns>
    public Peer AddPeer(byte[] key, int offset, byte[] presharedKey, Endpoint endpoint, int keepaliveSeconds, long now)
    {
        Peer peer = FindSlot(key, offset) == null ? FreeSlot() : null;
        if (peer == null || !Open(peer, key, offset, now))
        {
            return null;
        }

        peer.PresharedKey = presharedKey;
        if (endpoint != null)
        {
            peer.MoveTo(endpoint);
        }

        SetKeepalive(peer, keepaliveSeconds, now);
        return peer;
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
            if (peer.InUse
                && peer.Bytes[Peer.Key] == key[offset]
                && ConstantTime.Equal(peer.Bytes, Peer.Key, key, offset, Message.KeySize))
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
        return IsUnknown(key, offset)
            || (!ConstantTime.Equal(_publicKey, 0, key, offset, Message.KeySize) && !_x25519.IsSmallOrder(key, offset));
    }

    /// <summary>Called to put a peer into an empty slot.</summary>
    /// <param name="peer">The slot.</param>
    /// <param name="key">A buffer with the public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when the key can be no peer's; then the slot stays empty.</returns>
    public bool Open(Peer peer, byte[] key, int offset, long now)
    {
        if (!CanBePeer(key, offset))
        {
            return false;
        }

        Array.Copy(key, offset, peer.Bytes, Peer.Key, Message.KeySize);
        if (IsUnknown(key, offset))
        {
            Array.Copy(_unknownSecret, 0, peer.Bytes, Peer.StaticStatic, Message.KeySize);
            peer.HasStaticStatic = true;
        }

        peer.InUse = true;
        peer.Owner = peer.SlotOwner;
        peer.Since = now;
        peer.LastHeard = now;
        Schedule(peer);
        return true;
    }

    /// <summary>Called when a peer is gone: its sessions end and its slot is empty.</summary>
    /// <param name="peer">The slot.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
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
    /// <param name="now">Milliseconds on the monotonic clock.</param>
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

    /// <summary>
    /// Called when there is word of where a peer is: an initiation that is due goes there, and at once if it
    /// waits for nothing else.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="endpoint">Where it is.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void SetEndpoint(Peer peer, Endpoint endpoint, long now)
    {
        peer.MoveTo(endpoint);
        if (peer.RetransmitHandshake != Constants.Never && now - peer.InitiatedAt >= Constants.RekeyTimeout)
        {
            peer.RetransmitHandshake = now;
            Schedule(peer);
        }
    }

    /// <summary>Finds the peer with an owner number.</summary>
    /// <param name="owner">The owner number.</param>
    /// <returns>The peer, or null where no slot is in use for it.</returns>
    public Peer FindOwner(int owner)
    {
        if (_latest.Owner == owner && owner != AllowedIps.None)
        {
            return _latest;
        }

        int slot = Peer.SlotOf(owner);
        if (slot >= 0)
        {
            return Peers[slot].Owner == owner ? Peers[slot] : null;
        }

        for (int i = 0; owner >= 0 && i < Peers.Length; i++)
        {
            if (Peers[i].Owner == owner)
            {
                _latest = Peers[i];
                return _latest;
            }
        }

        return null;
    }

    private Peer FreeSlot()
    {
        for (int i = 0; i < Peers.Length; i++)
        {
            if (!Peers[i].InUse)
            {
                return Peers[i];
            }
        }

        return null;
    }

    private void EndSessions(Peer peer, long now)
    {
        _counters.InnerDropped += _queue.Drop(peer.Slot);
        ReleaseInitiation(peer, peer.Initiation);
        _initiations.ReleaseProvoked(peer);
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

    private int Jitter()
    {
        _entropy.Fill(_scratch, 0, 4);
        return ((_scratch[0] << 8) | _scratch[1]) % (Constants.RekeyTimeoutJitter + 1);
    }

    private void ScheduleExpiry()
    {
        long expiry = _initiations.NextExpiry;
        if (expiry < _nextDeadline)
        {
            _nextDeadline = expiry;
        }
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
