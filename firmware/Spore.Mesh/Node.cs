using System;
using Spore.Base;
using Spore.Crypto;
using Spore.Discovery;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

/// <summary>
/// A mesh node: WireGuard, the hello, and the signed network in one state machine without I/O. Not
/// safe for concurrent use.
/// </summary>
public sealed partial class Node
{
    private const long Never = long.MaxValue;
    private const int WithIpv6 = 1;
    private const int WithoutIpv4 = 2;

    private readonly NodeLimits _limits;
    private readonly ITransport _transport;
    private readonly IEntropy _entropy;
    private readonly INodeHost _host;
    private readonly Blake2s _hash;
    private readonly Tunnel _tunnel;
    private readonly TftpService _tftp;
    private readonly AppliedNetwork _applied;
    private readonly NetworkSync _sync;
    private readonly WallClock _clock;
    private readonly Jitter _jitter;
    private readonly long[] _due = new long[Deadline.Count];

    // One field for both takes 12 bytes less.
    private int _outerFamilies;

    // The time of the call that is being worked on.
    private long _now;

    /// <summary>Makes a node and takes all the memory it will ever use.</summary>
    /// <param name="limits">The sizes of everything.</param>
    /// <param name="identity">A valid <see cref="IdentityRecord"/>, 84 bytes; not kept.</param>
    /// <param name="transport">The way out.</param>
    /// <param name="entropy">The entropy source.</param>
    /// <param name="host">What takes inner packets and events.</param>
    /// <param name="buildTime">When the firmware was built, in Unix seconds: the first wall time.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <param name="aead">
    /// What handshakes and packets are encrypted with; null for <see cref="ChaCha20Poly1305"/>, which gives the same.
    /// </param>
    /// <param name="multiplier">What <see cref="X25519"/> multiplies with; null for its own.</param>
    /// <param name="compression">What <see cref="Blake2s"/> compresses with; null for its own.</param>
    /// <exception cref="ArgumentException">The identity record is not valid.</exception>
    public Node(
        NodeLimits limits,
        byte[] identity,
        ITransport transport,
        IEntropy entropy,
        INodeHost host,
        long buildTime,
        long now,
        IAead aead = null,
        IX25519 multiplier = null,
        IBlake2sCompression compression = null)
    {
        if (IdentityRecord.Check(identity, 0, identity.Length) != IdentityFault.None)
        {
            throw new ArgumentException("The identity record is not valid.");
        }

        _limits = limits;
        for (int i = 0; i < _due.Length; i++)
        {
            _due[i] = Never;
        }

        _transport = transport;
        _entropy = entropy;
        _host = host;
        _now = now;
        _hash = new Blake2s(compression);
        byte[] privateKey = new byte[32];
        Array.Copy(identity, IdentityRecord.PrivateKeyOffset, privateKey, 0, 32);

        CurveScratch scratch = new CurveScratch();
        X25519 idle = new X25519(scratch, multiplier);
        Ed25519 ed25519 = new Ed25519(scratch, idle);
        HeadVerifier verifier = new HeadVerifier(ed25519, identity, IdentityRecord.TrustRootOffset);
        X25519 x25519 = new X25519(scratch, multiplier);
        x25519.MultiplyBase(PublicKey, 0, privateKey, 0);
        LinkLocalAddress.FromKey(_hash, PublicKey, 0, LinkLocal, 0);
        ChaCha20Poly1305 own = new ChaCha20Poly1305();
        XChaCha20Poly1305 xaead = new XChaCha20Poly1305(own);
        _clock = new WallClock(buildTime, now);
        _jitter = new Jitter(entropy);
        limits.Slots = limits.Peers + limits.Guests;
        _tunnel = new Tunnel(
            limits,
            privateKey,
            PublicKey,
            x25519,
            idle,
            _hash,
            aead == null ? own : aead,
            xaead,
            transport,
            entropy,
            this,
            Counters);
        int largest = limits.Mtu - InnerHeaderSize - TftpPacket.DataHeaderSize;
        _tftp = new TftpService(
            limits.Transfers,
            limits.BlockSize < largest ? limits.BlockSize : largest,
            largest,
            limits.Window,
            limits.ReceiveWindows,
            this,
            this,
            entropy);

        _hello = new Hello(xaead, _hash, verifier.TrustRoot);
        _neighbours = new Neighbours(limits.Neighbours);
        _sources = new HelloSources(limits.HelloSources);
        _nonces = new NonceMemory(limits.HelloNonces);
        _budget = new ProvocationBudget(limits.ProvokedInterval);
        _helloLimiter = new RateLimiter(limits.RateLimitSources, HelloInterval, HelloBurst);
        _unreachableLimiter = new RateLimiter(1, UnreachableInterval, UnreachableBurst);
        RestartHello();

        _slots = new PeerSlots(limits.Slots, limits.KeepsHashes ? limits.NetworkEntries : 2 * limits.Peers);
        _applied = new AppliedNetwork(limits, _hash);
        _sync = new NetworkSync(
            this,
            _applied,
            limits,
            limits.Mtu > limits.StatusBytes ? limits.Mtu : limits.StatusBytes,
            limits.SlotTime,
            limits.PassedTurns,
            IdentityRecord.Floor(identity, 0),
            _clock,
            _jitter,
            verifier,
            _hash,
            _tunnel,
            _tftp,
            PublicKey,
            LinkLocal,
            _slots.LinkLocals,
            _due,
            Deadline.FirstOfSync);
        Routing = _applied.Prefixes;
        _tunnel.Routing = this;
    }

    /// <summary>
    /// Whether the application answers ICMP echo to this node's addresses itself, as a machine behind a TUN does.
    /// Guests are always answered by the node.
    /// </summary>
    public bool HostAnswersEcho;

    /// <summary>
    /// Whether the outer network has IPv6, so that hellos go to ff02::1 too, and IPv6 endpoints of the network are
    /// asked. At first it has not.
    /// </summary>
    public bool OuterIpv6
    {
        get { return (_outerFamilies & WithIpv6) != 0; }
        set { _outerFamilies = (_outerFamilies & ~WithIpv6) | (value ? WithIpv6 : 0); }
    }

    /// <summary>
    /// Whether the outer network has IPv4, so that IPv4 endpoints of the network are asked. At first it has.
    /// </summary>
    public bool OuterIpv4
    {
        get { return (_outerFamilies & WithoutIpv4) == 0; }
        set { _outerFamilies = (_outerFamilies & ~WithoutIpv4) | (value ? 0 : WithoutIpv4); }
    }

    /// <summary>
    /// The endpoint of the rendezvous, to which hellos are sent too; unknown at first. The caller resolves its name.
    /// </summary>
    public readonly Endpoint Rendezvous = new Endpoint();

    /// <summary>This node's public key, 32 bytes; not to be changed.</summary>
    public readonly byte[] PublicKey = new byte[32];

    /// <summary>This node's link-local address, 16 bytes; not to be changed.</summary>
    public readonly byte[] LinkLocal = new byte[16];

    /// <summary>What was received, sent and dropped, and why.</summary>
    public readonly NodeCounters Counters = new NodeCounters();

    /// <summary>Where ephemeral keys are logged, or null (the default).</summary>
    public IKeyLog KeyLog
    {
        get { return _tunnel.KeyLog; }
        set { _tunnel.KeyLog = value; }
    }

    /// <summary>
    /// While <see cref="INodeHost.Report"/> runs for an event whose documentation names it: the endpoint that the event
    /// is about; to be read only.
    /// </summary>
    public Endpoint EventEndpoint
    {
        get { return _place; }
    }

    /// <summary>The peer slots, in use or not; to be read only.</summary>
    public Peer[] Peers
    {
        get { return _tunnel.Peers; }
    }

    /// <summary>Looks through the slots in use for a key.</summary>
    /// <param name="key">A buffer with the public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The peer, or null.</returns>
    public Peer FindPeer(byte[] key, int offset)
    {
        return _tunnel.FindSlot(key, offset);
    }

    /// <summary>When <see cref="Advance"/> is to be called next, on the clock that <c>now</c> comes from.</summary>
    public long NextDeadline
    {
        get
        {
            long next = Never;
            for (int i = 0; i < Deadline.Count; i++)
            {
                next = Earlier(next, Due(i));
            }

            return next;
        }
    }

    /// <summary>
    /// Should be called when a datagram was received from the outer network. It is dropped and
    /// counted unless it verifies.
    /// </summary>
    /// <param name="buffer">The buffer that holds it; decryption is in place.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="endpoint">Where it came from; copied where it is kept.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Receive(byte[] buffer, int offset, int length, Endpoint endpoint, long now)
    {
        _now = now;
        if (length > 0 && buffer[offset] == Hello.Type)
        {
            Counters.DatagramsReceived++;
            Counters.BytesReceived += length;
            ReceiveHello(buffer, offset, length, endpoint, now);
        }
        else
        {
            Peer peer = _tunnel.Receive(buffer, offset, length, endpoint, now);
            if (peer != null)
            {
                // From here, where a device's stack is not as deep: what an inner packet leads to is
                // the deepest there is.
                Receive(peer, buffer, _tunnel.PacketStart, _tunnel.PacketLength, now);
                RemoveExpelled(now);
            }
        }
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
    /// The slot of the peer; -1 where the datagram belongs to
    /// <see cref="Receive(byte[], int, int, Endpoint, long)"/>.
    /// </returns>
    public int FindKey(byte[] buffer, int offset, int length, long now, byte[] keys, int key)
    {
        return _tunnel.FindKey(buffer, offset, length, now, keys, key);
    }

    /// <summary>
    /// Should be called, in the order of reception, with each message whose key <see cref="FindKey"/> has found. It is
    /// dropped and counted unless it was opened, its session is still there, and its counter is new.
    /// </summary>
    /// <param name="buffer">The buffer that holds the message, decrypted.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="isAuthentic">Whether it was opened.</param>
    /// <param name="keys">Holds the 32-byte key that has opened it.</param>
    /// <param name="key">Where it starts.</param>
    /// <param name="endpoint">Where it came from; copied where it is kept.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Commit(
        byte[] buffer, int offset, int length, bool isAuthentic, byte[] keys, int key, Endpoint endpoint, long now)
    {
        _now = now;
        Peer peer = _tunnel.Commit(buffer, offset, length, isAuthentic, keys, key, endpoint, now);
        if (peer != null)
        {
            Receive(peer, buffer, _tunnel.PacketStart, _tunnel.PacketLength, now);
            RemoveExpelled(now);
        }
    }

    /// <summary>Should be called when <see cref="NextDeadline"/> has come: timers fire, idle work goes on.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Advance(long now)
    {
        _now = now;
        for (int i = 0; i < Deadline.Count; i++)
        {
            if (Due(i) <= now)
            {
                Do(i, now);
            }
        }

        RemoveExpelled(now);
    }

    private long Due(int deadline)
    {
        switch (deadline)
        {
            case Deadline.Tunnel:
                return _tunnel.TimersDue;
            case Deadline.Tftp:
                return _tftp.NextDeadline;
            case Deadline.Expiry:
                return _sync.ExpiryDue(_now);
            case Deadline.Check:
                return Never;
            case Deadline.Work:
                return _sync.IsChecking || _sync.IsProving ? _now : Earlier(_sync.CheckDue, _tunnel.WorkDue);
            default:
                return _due[deadline];
        }
    }

    // Called when a deadline has passed. Handshakes begin from here, since they need all the stack that a device has.
    private void Do(int deadline, long now)
    {
        switch (deadline)
        {
            case Deadline.Tunnel:
                _tunnel.FireTimers(now);
                break;
            case Deadline.Tftp:
                _tftp.Advance(now);
                break;
            case Deadline.Guests:
                DropOldGuests(now);
                break;
            case Deadline.KeptAlive:
                OpenKeptAlive(now);
                break;
            case Deadline.Hello:
                SendHello(now);
                CallKnownPeers(now);
                break;
            case Deadline.Answer:
                AnswerHellos(now);
                break;
            case Deadline.Probe:
                ProbePeers(now);
                break;
            case Deadline.Expiry:
                _sync.JudgeExpiry(now);
                break;
            case Deadline.Freshness:
                _sync.SeekFreshness(now);
                break;
            case Deadline.Exchange:
                _sync.ExchangeHeads(now);
                _sync.SeekProof(now);
                break;
            case Deadline.Turn:
                _sync.TakeTurns(now);
                break;
            case Deadline.Proofs:
                _sync.RetryProofs(now);
                break;
            case Deadline.Work:
                Work(now);
                break;
        }
    }

    // Idle work: one slice in a call, so that no packet waits for long. Signatures come first, since a peer waits for
    // them, but not before a multiplication is through, whose memory they share.
    private void Work(long now)
    {
        if (_sync.IsChecking)
        {
            _sync.ContinueCheck(now);
        }
        else if (_sync.CheckDue <= now && !_tunnel.IsWorking)
        {
            _sync.BeginCheck(now);
        }
        else if (_sync.IsProving && _tunnel.WorkDue > now)
        {
            _sync.ContinueProof(now);
        }
        else
        {
            _tunnel.Work(now);
        }
    }

    /// <summary>
    /// Feeds wall time, from the operator or a battery-backed clock. It counts alone until it is fed again, and
    /// other nodes may believe it. An earlier time than before is accepted too.
    /// </summary>
    /// <param name="unixMilliseconds">The time since 1970.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void SetWallClock(long unixMilliseconds, long now)
    {
        _clock.Feed(unixMilliseconds, now);
    }

    /// <summary>
    /// Called with a time that nobody has authenticated, as plain SNTP's: one word beside those of the witnesses.
    /// </summary>
    /// <param name="unixMilliseconds">The time since 1970.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void AddSntpTime(long unixMilliseconds, long now)
    {
        _clock.AddSntp(unixMilliseconds, now);
    }

    /// <summary>
    /// The time of day by the witnesses of the network, which counts only where nothing was fed (PROTOCOL section 6).
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>Milliseconds since 1970; 0 where too few witnesses have told it.</returns>
    public long WitnessedTime(long now)
    {
        return _clock.Witnessed(now);
    }

    /// <summary>The number of peers with a session that can carry packets.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>That number.</returns>
    public int SessionCount(long now)
    {
        int count = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && peers[i].HasSession(now))
            {
                count++;
            }
        }

        return count;
    }

    private static long Earlier(long a, long b)
    {
        return a < b ? a : b;
    }
}
