using System;
using Spore.Base;

namespace Spore.WireGuard;

/// <summary>
/// One slot for a peer: its keys, sessions, handshakes and timers. Slots are made once and used again. Read first:
/// paper sections 5.4 and 6.
/// </summary>
public sealed partial class Peer
{
    /// <summary>Where the 32-byte public key starts in <see cref="Bytes"/>.</summary>
    internal const int Key = 0;

    // Likewise, what else is kept as bytes.
    internal const int StaticStatic = Key + Message.KeySize;
    internal const int LatestTimestamp = StaticStatic + Message.KeySize;
    internal const int SentTimestamp = LatestTimestamp + Message.TimestampSize;
    internal const int LastMac1 = SentTimestamp + Message.TimestampSize;
    internal const int Cookie = LastMac1 + Message.MacSize;
    internal const int Pair = Cookie + Cookies.Size;

    // The owner number of slot 0; those of other slots are below it.
    private const int FirstOwner = AllowedIps.None - 1;

    private const int Size = Pair + EphemeralPair.Size;
    private const long NoPair = long.MinValue;

    private const int InUseFlag = 1;
    private const int ProvisionalFlag = 2;
    private const int AuthenticFlag = 4;
    private const int SpokenFlag = 8;
    private const int ReportedFlag = 16;
    private const int StaticStaticFlag = 32;
    private const int NeedAnotherKeepaliveFlag = 64;
    private const int LastMinuteHandshakeFlag = 128;
    private const int SentMac1Flag = 256;
    private const int DeferredFlag = 512;
    private const int AskedShift = 10;
    private const int SilentFlag = 1 << 12;
    private const int UnresponsiveFlag = 1 << 13;
    private const int ProvokedFlag = 1 << 14;
    private const int HintNamedFlag = 1 << 15;
    private const int KeepaliveShift = 16;
    private const int UnansweredShift = 32;
    private const long InDoubtFlag = 1L << 36;

    /// <summary>How many initiations one that has been heard is sent to its endpoint before another is tried.</summary>
    internal const int MostAsked = 3;

    /// <summary>The number of this slot.</summary>
    public readonly int Slot;

    /// <summary>Where it is sent to: where it was last heard, or is thought to be.</summary>
    public readonly Endpoint Endpoint = new Endpoint();

    /// <summary>
    /// The number by which cryptokey routing knows it: at first that of its slot, or one of the caller's own,
    /// which is not negative.
    /// </summary>
    public int Owner;

    /// <summary>When the slot was taken.</summary>
    public long Since;

    /// <summary>
    /// When it last sent a transport message or a response, or the slot was taken. An initiation does not count: a node
    /// that has just started can't tell a recorded one.
    /// </summary>
    public long LastHeard;

    /// <summary>Bytes of datagrams received from it that verified.</summary>
    public long BytesReceived;

    /// <summary>Bytes of datagrams sent to it.</summary>
    public long BytesSent;

    /// <summary>
    /// The public key, the static-static secret, the latest timestamp from it and the last one to it, the first MAC of
    /// the last handshake message to it, the cookie it has sent, and its ephemeral pair; in one array, since each takes
    /// a device's memory of its own.
    /// </summary>
    internal readonly byte[] Bytes = new byte[Size];

    /// <summary>The 32-byte preshared key, or null for none; not to be changed.</summary>
    public byte[] PresharedKey;

    /// <summary>When its ephemeral pair was made; the lowest number while there is none.</summary>
    internal long PairMadeAt;

    /// <summary>When its cookie came; long ago while there is none.</summary>
    internal long CookieAt;

    // Out of the tunnel's pools; where there is none, the pool's None.
    internal readonly Keypairs Keypairs;
    internal int Previous;
    internal int Current;
    internal int Next;
    internal Initiation Initiation;

    /// <summary>When its last initiation was accepted; long ago at first.</summary>
    public long InitiationConsumedAt;

    // One field for all, and above them for counts and for the interval of the persistent keepalive: each of its own
    // would take 12 bytes too.
    private long _flags;

    /// <summary>Makes an empty slot.</summary>
    /// <param name="slot">Its number.</param>
    /// <param name="keypairs">Where its keypairs are.</param>
    /// <param name="noInitiation">What stands for an initiation that it has not sent.</param>
    internal Peer(int slot, Keypairs keypairs, Initiation noInitiation)
    {
        Slot = slot;
        Keypairs = keypairs;
        Initiation = noInitiation;
        Wipe();
    }

    /// <summary>Whether the slot holds a peer.</summary>
    public bool InUse
    {
        get { return (_flags & InUseFlag) != 0; }
        internal set { Set(InUseFlag, value); }
    }

    /// <summary>
    /// Whether it was admitted without being known: packets are not routed to it. The layer above sets it.
    /// </summary>
    public bool IsProvisional
    {
        get { return (_flags & ProvisionalFlag) != 0; }
        set { Set(ProvisionalFlag, value); }
    }

    /// <summary>Whether it has sent a transport message.</summary>
    public bool HasSpoken
    {
        get { return (_flags & SpokenFlag) != 0; }
        internal set { Set(SpokenFlag, value); }
    }

    /// <summary>The owner number that follows from its slot.</summary>
    public int SlotOwner
    {
        get { return FirstOwner - Slot; }
    }

    /// <summary>When the keys of the present session were made.</summary>
    public long SessionSince
    {
        get { return Keypairs.CreatedAt[Current]; }
    }

    internal bool SessionReported
    {
        get { return (_flags & ReportedFlag) != 0; }
        set { Set(ReportedFlag, value); }
    }

    /// <summary>Whether the static-static secret is there.</summary>
    internal bool HasStaticStatic
    {
        get { return (_flags & StaticStaticFlag) != 0; }
        set { Set(StaticStaticFlag, value); }
    }

    /// <summary>
    /// Whether the first MAC of a handshake message to it is there, which no cookie has answered yet.
    /// </summary>
    internal bool HasSentMac1
    {
        get { return (_flags & SentMac1Flag) != 0; }
        set { Set(SentMac1Flag, value); }
    }

    /// <summary>Whether the response to an initiation of it was deferred, and waits for its retransmission.</summary>
    public bool IsDeferred
    {
        get { return (_flags & DeferredFlag) != 0; }
        internal set { Set(DeferredFlag, value); }
    }

    /// <summary>
    /// Whether an authentic message came from its endpoint, so that this is its last authentic endpoint.
    /// </summary>
    public bool IsEndpointAuthentic
    {
        get { return (_flags & AuthenticFlag) != 0; }
    }

    /// <summary>
    /// Whether it has sent nothing for 15 s since data was sent to it. The next message that verifies ends that.
    /// </summary>
    public bool IsSilent
    {
        get { return (_flags & SilentFlag) != 0; }
        internal set { Set(SilentFlag, value); }
    }

    /// <summary>
    /// Whether it has been heard after a silence, but has sent no data since: perhaps only its handshakes get through
    /// (PROTOCOL section 4.2).
    /// </summary>
    public bool IsInDoubt
    {
        get { return (_flags & InDoubtFlag) != 0; }
        internal set { Set(InDoubtFlag, value); }
    }

    /// <summary>
    /// Whether the layer above has given up waiting for something from it. The next message that verifies ends that.
    /// </summary>
    public bool IsUnresponsive
    {
        get { return (_flags & UnresponsiveFlag) != 0; }
        set { Set(UnresponsiveFlag, value); }
    }

    /// <summary>Whether a session with it is being asked for.</summary>
    public bool IsWanted
    {
        get { return RetransmitHandshake != Constants.Never; }
    }

    /// <summary>
    /// Whether the hint at which it was asked last was named by its hello. The layer above sets it.
    /// </summary>
    public bool WasHintNamed
    {
        get { return (_flags & HintNamedFlag) != 0; }
        set { Set(HintNamedFlag, value); }
    }

    /// <summary>Whether it was sent a provoked initiation since it last responded to an initiation.</summary>
    internal bool IsProvoked
    {
        get { return (_flags & ProvokedFlag) != 0; }
        set { Set(ProvokedFlag, value); }
    }

    /// <summary>
    /// How many initiations in vain were sent to where its endpoint is now, at most <see cref="MostAsked"/>.
    /// </summary>
    internal int Asked
    {
        get { return (int)(_flags >> AskedShift) & MostAsked; }
        set { _flags = (_flags & ~((long)MostAsked << AskedShift)) | ((long)value << AskedShift); }
    }

    /// <summary>
    /// How many times an initiation was to be sent again since a session was first wanted, at most 15.
    /// </summary>
    internal int Unanswered
    {
        get { return (int)(_flags >> UnansweredShift) & 15; }
        set { _flags = (_flags & ~(15L << UnansweredShift)) | ((long)value << UnansweredShift); }
    }

    /// <summary>The interval of the persistent keepalive in seconds, at most 65535; 0 for none.</summary>
    public int KeepaliveInterval
    {
        get { return (int)(_flags >> KeepaliveShift) & 0xFFFF; }
        internal set { _flags = (_flags & ~(0xFFFFL << KeepaliveShift)) | ((long)value << KeepaliveShift); }
    }

    internal bool HasPair
    {
        get { return PairMadeAt != NoPair; }
    }

    /// <summary>
    /// When its ephemeral pair is to be made, or made anew; a provisional peer has one only for a deferred response.
    /// </summary>
    internal long PairDue
    {
        get
        {
            if (IsProvisional && !IsDeferred)
            {
                return Constants.Never;
            }

            return HasPair ? PairMadeAt + EphemeralPair.Lifetime : Since;
        }
    }

    /// <summary>When there is something to make ahead of need.</summary>
    internal long WorkDue
    {
        get { return HasStaticStatic ? PairDue : Since; }
    }

    /// <summary>Finds a peer's slot by the owner number that follows from it.</summary>
    /// <param name="owner">The owner number.</param>
    /// <returns>The number of the slot; -1 for another owner number.</returns>
    internal static int SlotOf(int owner)
    {
        return owner > FirstOwner ? -1 : FirstOwner - owner;
    }

    /// <summary>Moves its endpoint, where the caller knows better than what was heard.</summary>
    /// <param name="endpoint">The endpoint; copied.</param>
    public void MoveTo(Endpoint endpoint)
    {
        TryAt(endpoint);
        Asked = 0;
    }

    /// <summary>
    /// Called when a peer does not answer: its next initiation goes to another endpoint, and if that is in vain, the
    /// one after it to yet another.
    /// </summary>
    /// <param name="endpoint">The endpoint; copied.</param>
    public void TryAt(Endpoint endpoint)
    {
        if (!Endpoint.IsSame(endpoint))
        {
            Endpoint.CopyFrom(endpoint);
            Set(AuthenticFlag, false);
        }
    }

    /// <summary>
    /// Whether packets go to or come from it: it was heard within 15 s, or data was sent to it since.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>True when it is in use.</returns>
    public bool IsActive(long now)
    {
        return NewHandshake != Constants.Never || now - LastHeard < Constants.EndpointPatience;
    }

    /// <summary>
    /// When the peer counts as gone from its endpoint: 5 s after an initiation to it that nothing has answered.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// That time, on the same clock; <see cref="Constants.Never"/> where there was no such initiation in the last 15 s.
    /// </returns>
    public long GoneAt(long now)
    {
        if (InitiatedAt <= LastHeard || now - InitiatedAt >= Constants.ProvokedLifetime)
        {
            return Constants.Never;
        }

        // Of two in vain the first was sent 5 s before the second.
        return (Asked >= 2 ? LastHeard : InitiatedAt) + Constants.RekeyTimeout;
    }

    /// <summary>
    /// Called when a transport message or a response has verified: where it came from is the endpoint.
    /// </summary>
    internal void Heard(int length, Endpoint source, long now)
    {
        if (IsSilent)
        {
            IsInDoubt = true;
        }

        LastHeard = now;
        BytesReceived += length;
        Endpoint.CopyFrom(source);
        _flags = (_flags | AuthenticFlag) & ~(long)(SilentFlag | UnresponsiveFlag);
    }

    /// <summary>Copies its public key.</summary>
    /// <param name="buffer">Takes the 32 bytes.</param>
    /// <param name="offset">Where to.</param>
    public void CopyPublicKey(byte[] buffer, int offset)
    {
        Array.Copy(Bytes, Key, buffer, offset, Message.KeySize);
    }

    /// <summary>Whether an initiation of it has verified, so that its latest timestamp is known.</summary>
    public bool HasTimestamp
    {
        // TAI64N has 0x40 there for this time.
        get { return Bytes[LatestTimestamp] != 0; }
    }

    /// <summary>Copies the latest timestamp of an initiation of it that has verified.</summary>
    /// <param name="buffer">Takes the 12 bytes.</param>
    /// <param name="offset">Where to.</param>
    public void CopyTimestamp(byte[] buffer, int offset)
    {
        Array.Copy(Bytes, LatestTimestamp, buffer, offset, Message.TimestampSize);
    }

    /// <summary>
    /// Should be called when it gets its slot, and its latest timestamp is known from an earlier stay.
    /// </summary>
    /// <param name="buffer">A buffer with the 12 bytes.</param>
    /// <param name="offset">Where they start.</param>
    public void SetTimestamp(byte[] buffer, int offset)
    {
        Array.Copy(buffer, offset, Bytes, LatestTimestamp, Message.TimestampSize);
    }

    /// <summary>Whether there is a session that can carry packets to it.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>True when there is.</returns>
    public bool HasSession(long now)
    {
        return Keypairs.IsLive(Current, now);
    }

    /// <summary>Called when a keypair is taken from this peer.</summary>
    internal void Forget(int keypair)
    {
        if (Previous == keypair)
        {
            Previous = Keypairs.None;
        }
        else if (Next == keypair)
        {
            Next = Keypairs.None;
        }
        else if (Current == keypair)
        {
            Current = Keypairs.None;
        }
    }

    /// <summary>Called when an initiation is taken from this peer.</summary>
    internal void Forget(Initiation initiation, Initiation none)
    {
        if (Initiation == initiation)
        {
            Initiation = none;
        }
    }

    /// <summary>Called when the ephemeral pair is used or too old.</summary>
    internal void WipePair()
    {
        Array.Clear(Bytes, Pair, EphemeralPair.Size);
        PairMadeAt = NoPair;
    }

    /// <summary>Called when the peer is gone and its sessions have ended; the slot is as new.</summary>
    internal void Wipe()
    {
        Array.Clear(Bytes, 0, Size);
        if (PresharedKey != null)
        {
            Array.Clear(PresharedKey, 0, Message.KeySize);
            PresharedKey = null;
        }

        Endpoint.Clear();
        StopTimers();
        PairMadeAt = NoPair;
        CookieAt = -Constants.CookieSecretMaxAge;
        Owner = AllowedIps.None;
        Since = 0;
        LastHeard = 0;
        BytesReceived = 0;
        BytesSent = 0;
        InitiationConsumedAt = -Constants.RekeyTimeout;
        _flags = 0;
    }

    private void Set(long flag, bool value)
    {
        _flags = value ? _flags | flag : _flags & ~flag;
    }
}
