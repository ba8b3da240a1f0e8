namespace Spore.WireGuard;

// The timers of a peer (paper section 6) as deadlines; what they do when they fire is the tunnel's.
public sealed partial class Peer
{
    internal long RetransmitHandshake;
    internal long SendKeepalive;
    internal long NewHandshake;
    internal long ZeroKeyMaterial;
    internal long PersistentKeepalive;

    /// <summary>When a session was last wanted while there was none, or a new one.</summary>
    internal long WantedAt;

    /// <summary>When the peer's endpoint was last sent an initiation; long ago at first.</summary>
    internal long InitiatedAt;

    /// <summary>
    /// When the last provoked initiation was sent, or would have been in its turn if it was sent
    /// earlier; long ago at first.
    /// </summary>
    internal long ProvokedAt;

    /// <summary>The earliest deadline.</summary>
    internal long NextTimer
    {
        get
        {
            long next = RetransmitHandshake;
            if (SendKeepalive < next)
            {
                next = SendKeepalive;
            }

            if (NewHandshake < next)
            {
                next = NewHandshake;
            }

            if (ZeroKeyMaterial < next)
            {
                next = ZeroKeyMaterial;
            }

            return PersistentKeepalive < next ? PersistentKeepalive : next;
        }
    }

    /// <summary>Should be called after a packet with data is sent.</summary>
    internal void DataSent(long now, int jitter)
    {
        if (NewHandshake == Constants.Never)
        {
            NewHandshake = now + Constants.KeepaliveTimeout + Constants.RekeyTimeout + jitter;
        }
    }

    /// <summary>Should be called after a packet with data is received and has verified.</summary>
    internal void DataReceived(long now)
    {
        IsInDoubt = false;
        if (SendKeepalive == Constants.Never)
        {
            SendKeepalive = now + Constants.KeepaliveTimeout;
        }
        else
        {
            Set(NeedAnotherKeepaliveFlag, true);
        }
    }

    /// <summary>Should be called after anything authenticated is sent: keepalive, data or handshake.</summary>
    internal void AnyAuthenticatedPacketSent()
    {
        SendKeepalive = Constants.Never;
    }

    /// <summary>Should be called after anything authenticated is received: keepalive, data or handshake.</summary>
    internal void AnyAuthenticatedPacketReceived()
    {
        NewHandshake = Constants.Never;
    }

    /// <summary>
    /// Should be called before anything authenticated is sent, and after anything authenticated is received.
    /// </summary>
    internal void AnyAuthenticatedPacketTraversal(long now)
    {
        if (PersistentKeepalive != Constants.Never)
        {
            PersistentKeepalive = now + (KeepaliveInterval * 1000L);
        }
    }

    /// <summary>Should be called after an initiation is sent that is to be retransmitted.</summary>
    internal void HandshakeInitiated(long now, int jitter)
    {
        InitiatedAt = now;
        RetransmitHandshake = now + Constants.RekeyTimeout + jitter;
    }

    /// <summary>
    /// Should be called after an initiation is sent because of a packet that could be forged or replayed.
    /// </summary>
    internal void ProvokedInitiation(long now)
    {
        ProvokedAt = now - ProvokedAt >= Constants.RekeyTimeout ? now : ProvokedAt + Constants.RekeyTimeout;
        IsProvoked = true;
    }

    /// <summary>
    /// Should be called after an initiation of the peer is answered: ours waits, so that two slow nodes don't
    /// destroy each other's.
    /// </summary>
    internal void HandshakeAnswered(long now, int jitter)
    {
        if (RetransmitHandshake != Constants.Never)
        {
            RetransmitHandshake = now + Constants.RekeyTimeout + jitter;
        }
    }

    /// <summary>
    /// Should be called after a response is taken, or the first message of a session that the peer initiated.
    /// </summary>
    internal void HandshakeComplete()
    {
        RetransmitHandshake = Constants.Never;
        Asked = 0;
        Unanswered = 0;
        Set(LastMinuteHandshakeFlag, false);
    }

    /// <summary>Should be called after session keys are derived.</summary>
    internal void SessionDerived(long now)
    {
        ZeroKeyMaterial = now + (Constants.RejectAfterTime * 3);
    }

    /// <summary>Should be called after the keepalive that was due is sent; more data since asks for another.</summary>
    internal void KeepaliveExpired(long now)
    {
        SendKeepalive = Constants.Never;
        if ((_flags & NeedAnotherKeepaliveFlag) != 0)
        {
            Set(NeedAnotherKeepaliveFlag, false);
            SendKeepalive = now + Constants.KeepaliveTimeout;
        }
    }

    /// <summary>Whether an old session that received should be replaced now; true once in a session.</summary>
    internal bool TakeLastMinuteHandshake()
    {
        bool first = (_flags & LastMinuteHandshakeFlag) == 0;
        Set(LastMinuteHandshakeFlag, true);
        return first;
    }

    private void StopTimers()
    {
        RetransmitHandshake = Constants.Never;
        SendKeepalive = Constants.Never;
        NewHandshake = Constants.Never;
        ZeroKeyMaterial = Constants.Never;
        PersistentKeepalive = Constants.Never;
        WantedAt = 0;
        InitiatedAt = -Constants.RekeyAttemptTime;
        ProvokedAt = -Constants.RekeyAttemptTime;
    }
}
