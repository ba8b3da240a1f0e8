using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.WireGuard;

// Handshakes (paper section 5.4): initiations, responses, cookies (section 5.3), and the sessions that follow.
public sealed partial class Tunnel
{
    /// <summary>
    /// Called when a session with a peer is wanted: sends an initiation and retransmits it, but not within
    /// REKEY_TIMEOUT of another, nor of a response that may yet be confirmed.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
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
            due = Later(due, AnsweredUntil(peer));
        }

        if (now < due)
        {
            peer.RetransmitHandshake = due + Jitter();
            Schedule(peer);
            return;
        }

        SendInitiation(peer, now);
    }

    /// <summary>
    /// When a peer may be asked at an address that a packet suggests which could be forged or replayed
    /// (PROTOCOL section 4.2).
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="source">The address.</param>
    /// <returns>When, by the monotonic clock.</returns>
    public long ProvokeDue(Peer peer, Endpoint source)
    {
        // One that has answered may have rebooted since: it is asked again at once, but on average no more often.
        long due = peer.ProvokedAt;
        if (peer.IsProvoked)
        {
            due += Constants.RekeyTimeout;
        }

        if (peer.Next != Keypairs.None)
        {
            due = Later(due, AnsweredUntil(peer));
        }

        // A peer that is asked at an endpoint it has left must be found where it is now. Where it is being asked, what
        // is sent again goes first.
        long retransmitted = peer.InitiatedAt + Constants.RekeyTimeout + Constants.RekeyTimeoutJitter + 1;
        return retransmitted > due && peer.RetransmitHandshake != Constants.Never && peer.Endpoint.IsSame(source)
            ? retransmitted
            : due;
    }

    /// <summary>
    /// Called when a packet that could be forged or replayed suggests that a peer is at an address: asks there once,
    /// without moving the peer's endpoint.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="source">Where to ask.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when it was not sent: <see cref="ProvokeDue"/> has not come, or no initiation is free.</returns>
    public bool Provoke(Peer peer, Endpoint source, long now)
    {
        Initiation initiation = now < ProvokeDue(peer, source) ? null : _initiations.Take(peer, true, now);
        if (initiation == null)
        {
            _counters.Limited++;
            return false;
        }

        if (peer.IsProvisional)
        {
            NoteAsked(RateLimiter.KeyOf(source), now);
        }

        if (!WriteInitiation(peer, initiation, now))
        {
            return false;
        }

        if (peer.Endpoint.IsSame(source))
        {
            peer.InitiatedAt = now;
        }

        // No keepalive is put off by it: a sender that replays a packet every few seconds could silence them all.
        peer.ProvokedInitiation(now);
        ScheduleExpiry();
        Schedule(peer);
        SendDatagram(peer, Message.InitiationSize, source);
        _host.Report(TunnelEvent.InitiationSent, peer, 1);
        return true;
    }

    // The session that the peer is about to make will do; if it is not made, its retransmission goes first.
    private long AnsweredUntil(Peer peer)
    {
        return _keypairs.CreatedAt[peer.Next] + Constants.RekeyTimeout + Constants.RekeyTimeoutJitter;
    }

    private static long Later(long a, long b)
    {
        return a > b ? a : b;
    }

    private void ReceiveInitiation(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        if (!IsWelcome(buffer, offset, length, Message.InitiationSize, source, now))
        {
            return;
        }

        // es. What is charged is given back where it turns out to be a handshake of a known peer.
        long due = _unknownDue;
        ChargeUnknown(DroppedQuarters, now);
        if (!_handshake.ConsumeStatic(buffer, offset))
        {
            _counters.Invalid++;
            return;
        }

        byte[] key = _handshake.RemoteStatic;
        Peer peer = FindSlot(key, 0);

        // es; then ss if it is not there yet, and e, ee and se, of which the first and the last may be there.
        int multiplications = _ephemeralKeys.IsReady || (peer != null && peer.HasPair) ? 2 : 3;
        bool isKnown = peer != null;
        bool valid;
        if (isKnown)
        {
            multiplications += peer.HasPair ? 0 : 1;
            multiplications += peer.HasStaticStatic ? 0 : 1;
            if (peer.IsProvisional)
            {
                ChargeUnknown((4 * (multiplications - 1)) + 1, now);
            }

            NeedStaticStatic(peer);
            valid = _handshake.ConsumeTimestamp(buffer, offset, peer.Bytes, Peer.StaticStatic);
        }
        else
        {
            if (!_admitsUnknown)
            {
                _counters.Invalid++;
                _handshake.Wipe();
                return;
            }

            isKnown = _host.IsKnown(key, 0);
            if (!isKnown && (now < due || !_limiter.Allow(UnknownKeys, now)))
            {
                _counters.Limited++;
                _handshake.Wipe();
                return;
            }

            multiplications += 2;
            ChargeUnknown(isKnown ? 4 : UnknownQuarters - DroppedQuarters, now);
            _hasUnknown = _handshake.StaticStatic(key, 0, _unknownSecret, 0);
            valid = _hasUnknown && _handshake.ConsumeTimestamp(buffer, offset, _unknownSecret, 0);
        }

        if (!valid)
        {
            _counters.Invalid++;
            _handshake.Wipe();
            ForgetUnknown();
            return;
        }

        int age = peer != null ? Tai64n.Compare(_handshake.Timestamp, 0, peer.Bytes, Peer.LatestTimestamp)
            : isKnown ? _host.CompareTimestamp(key, 0, _handshake.Timestamp)
            : 1;
        if (age <= 0)
        {
            _counters.Replayed++;
            _handshake.Wipe();
            ForgetUnknown();
            bool isStale = age < 0 && (peer == null || !peer.IsProvisional);
            if (isStale && _host.StaleInitiation(key, 0, source, now) && peer != null)
            {
                Provoke(peer, source, now);
            }

            return;
        }

        if (peer == null)
        {
            peer = _host.Admit(key, 0, now);
            ForgetUnknown();
            if (peer == null)
            {
                _counters.Limited++;
                _handshake.Wipe();
                return;
            }
        }

        if (now - peer.InitiationConsumedAt < Constants.HandshakeInitiationRate
            || !_host.TimestampVerified(peer, _handshake.Timestamp, now))
        {
            _counters.Limited++;
            _handshake.Wipe();
            return;
        }

        _unknownSource = RateLimiter.KeyOf(source);
        if (!peer.IsProvisional)
        {
            _unknownDue = due;
        }

        Array.Copy(_handshake.Timestamp, 0, peer.Bytes, Peer.LatestTimestamp, Message.TimestampSize);
        peer.InitiationConsumedAt = now;
        peer.BytesReceived += length;
        if (!peer.IsDeferred && multiplications * _multiplicationTime > Constants.LongestAnswer)
        {
            // Drop it: the response would miss the initiator's 5 s timeout. Its retransmission will
            // find a precomputed pair.
            peer.IsDeferred = true;
            _handshake.Wipe();
            Schedule(peer);
            return;
        }

        peer.IsDeferred = false;
        SendResponse(peer, BitConverter.ToInt32(buffer, offset + Message.InitiationSender), source, now);
        Schedule(peer);
    }

    // Called when a handshake message was received: whether it is for this node and, under load, whether its sender has
    // shown to be where it seems to be, and has not asked too often.
    private bool IsWelcome(byte[] buffer, int offset, int length, int size, Endpoint source, long now)
    {
        _ephemeralKeys.Stir(now);
        if (length != size || !_cookies.CheckMac1(buffer, offset, length))
        {
            _counters.Invalid++;
            return false;
        }

        bool isLimited = size == Message.InitiationSize && _multiplicationTime > 0;
        ulong key = RateLimiter.KeyOf(source);
        bool isUnknown = isLimited && !IsKnownSource(key);
        if (isLimited && !IsTurnOf(key, isUnknown, now))
        {
            _counters.Limited++;
            return false;
        }

        if (IsUnderLoad(now) && !HasCookie(buffer, offset, length, source, now))
        {
            return false;
        }

        if (isUnknown)
        {
            NoteWorked(key, now);
        }

        return true;
    }

    private bool HasCookie(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
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

    // Called for each handshake message: whether they come faster than they can be handled, or did a moment ago.
    private bool IsUnderLoad(long now)
    {
        if (_handledAt < now)
        {
            _handledAt = now;
        }

        if (_handledAt - now > _longestLoad)
        {
            if (now >= _underLoadUntil)
            {
                _host.Report(TunnelEvent.UnderLoad, null, 0);
            }

            _underLoadUntil = now + Constants.UnderLoadAfterTime;
        }
        else
        {
            _handledAt += _loadInterval;
        }

        return now < _underLoadUntil;
    }

    private void ReceiveCookieReply(byte[] buffer, int offset, int length, long now)
    {
        Peer peer = length == Message.CookieReplySize
            ? FindPeer(BitConverter.ToInt32(buffer, offset + Message.CookieReceiver))
            : null;
        if (peer == null || !_cookies.ConsumeReply(peer, buffer, offset, now))
        {
            _counters.Invalid++;
            return;
        }

        _host.Report(TunnelEvent.CookieReceived, peer, 0);
    }

    // Whether a key is the one whose initiation is being worked on, of which the secret is known.
    private bool IsUnknown(byte[] key, int offset)
    {
        return _hasUnknown && ConstantTime.Equal(_handshake.RemoteStatic, 0, key, offset, Message.KeySize);
    }

    private void ForgetUnknown()
    {
        _hasUnknown = false;
        Array.Clear(_unknownSecret, 0, Message.KeySize);
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
        _host.Report(TunnelEvent.ResponseSent, peer, 0);
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
            else
            {
                initiation = _initiations.FindProvoked(peer, index, now);
            }
        }

        if (initiation == null)
        {
            _counters.Invalid++;
            return;
        }

        if (peer.IsProvisional && initiation.IsProvoked)
        {
            ChargeProvoked(UnknownQuarters - InitiationQuarters, now);
        }

        int remoteIndex = BitConverter.ToInt32(buffer, offset + Message.ResponseSender);
        if (!_handshake.ConsumeResponse(peer, initiation, _keypairs, remoteIndex, now, buffer, offset))
        {
            _counters.Invalid++;
            if (peer.IsProvisional && _multiplicationTime > 0)
            {
                // Or an unknown key could go on with such responses.
                ReleaseInitiation(peer, initiation);
            }

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
        peer.IsProvoked = false;
        peer.Heard(length, source, now);
        peer.AnyAuthenticatedPacketTraversal(now);
        peer.AnyAuthenticatedPacketReceived();
        peer.SessionDerived(now);
        SessionConfirmed(peer, true, now);
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

    private void SendInitiation(Peer peer, long now)
    {
        if (!peer.Endpoint.IsKnown)
        {
            _host.Unanswered(peer);
        }

        if (!peer.Endpoint.IsKnown)
        {
            // Nowhere to ask, until a hello tells or the peer comes to us. What is queued waits as
            // long as for an answer.
            peer.RetransmitHandshake = now + Constants.RekeyTimeout + Jitter();
            Schedule(peer);
            return;
        }

        if (peer.IsProvisional)
        {
            long due = Later(_unknownDue, _initiateUnknownDue);
            if (now < due)
            {
                peer.RetransmitHandshake = due;
                Schedule(peer);
                return;
            }

            NoteInitiated(now);
        }

        ReleaseInitiation(peer, peer.Initiation);
        peer.Initiation = _initiations.Take(peer, false, now);
        if (WriteInitiation(peer, peer.Initiation, now))
        {
            peer.HandshakeInitiated(now, Jitter());
            if (peer.Asked < Peer.MostAsked)
            {
                peer.Asked++;
            }

            Schedule(peer);
            Transmit(peer, Message.InitiationSize, peer.Endpoint, now);
            _host.Report(TunnelEvent.InitiationSent, peer, 0);
        }
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
}
