namespace Spore.WireGuard;

// Timers (paper section 6), and what is made ahead of need while there is time.
public sealed partial class Tunnel
{
    /// <summary>
    /// When <see cref="Advance"/> is to be called next, in milliseconds on the monotonic clock; in the past while there
    /// is idle work. Any other call may move it.
    /// </summary>
    public long NextDeadline
    {
        get { return _workDue < _nextDeadline ? _workDue : _nextDeadline; }
    }

    /// <summary>
    /// Time has passed: timers fire, and one slice of idle work is done, which takes a device up to a fifth of a
    /// multiplication. What was received meanwhile should be handled before the next call, also when
    /// <see cref="NextDeadline"/> is in the past.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Advance(long now)
    {
        FireTimers(now);
        Work(now);
    }

    /// <summary>When <see cref="FireTimers"/> is to be called next, in milliseconds on the monotonic clock.</summary>
    public long TimersDue
    {
        get { return _nextDeadline; }
    }

    /// <summary>
    /// Time has passed: timers fire. For a layer above that has idle work of its own, and calls
    /// <see cref="Work"/> in turn with it.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void FireTimers(long now)
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

        _initiations.Expire(now);

        // Only now, since one timer that fires may move another.
        _nextDeadline = _initiations.NextExpiry;
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

    /// <summary>
    /// Nothing else is to be done: makes what a handshake will need, a fifth of a multiplication at most in one call.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Work(long now)
    {
        if (now < _workDue)
        {
            return;
        }

        if (_precomputation.IsBusy || BeginWork(now))
        {
            _precomputation.Step(now);
            _workDue = now;
        }
    }

    /// <summary>Tells how much is to be made ahead of need.</summary>
    /// <param name="work">Takes the numbers.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
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

    // First come the secrets, without which no handshake is answered in time. Where there is nothing to begin with,
    // finds when there will be.
    private bool BeginWork(long now)
    {
        Peer next = null;
        _workDue = _ephemeralKeys.Due;
        for (int i = 0; i < Peers.Length; i++)
        {
            Peer peer = Peers[i];
            if (!peer.InUse)
            {
                continue;
            }

            if (!peer.HasStaticStatic)
            {
                next = peer;
                break;
            }

            long due = peer.PairDue;
            if (due <= now && next == null)
            {
                next = peer;
            }

            if (due < _workDue)
            {
                _workDue = due;
            }
        }

        if (next != null)
        {
            _precomputation.Begin(next, now);
        }
        else if (_ephemeralKeys.Due <= now)
        {
            _precomputation.BeginKey();
        }

        return _precomputation.IsBusy;
    }

    private void Fire(Peer peer, long now)
    {
        if (peer.RetransmitHandshake <= now)
        {
            peer.RetransmitHandshake = Constants.Never;
            if (now - peer.WantedAt >= Constants.RekeyAttemptTime)
            {
                peer.Unanswered = 0;
                _host.Report(TunnelEvent.GivenUp, peer, 0);
                peer.SendKeepalive = Constants.Never;
                _counters.InnerDropped += _queue.Drop(peer.Slot);
                if (peer.ZeroKeyMaterial == Constants.Never)
                {
                    peer.SessionDerived(now);
                }
            }
            else
            {
                ReportUnanswered(peer);
                if (peer.LastHeard == peer.Since
                    ? peer.Asked > 0
                    : peer.Asked == Peer.MostAsked && now - peer.LastHeard >= Constants.EndpointPatience)
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
            bool isSilentNow = !peer.IsSilent;
            peer.IsSilent = true;
            if (isSilentNow && _host.Silent(peer, now) && peer.RetransmitHandshake == Constants.Never)
            {
                // A peer that is asked in two places at a time answers both, and forgets the first session.
                peer.RetransmitHandshake = now + Constants.RekeyTimeout + Jitter();
            }

            Initiate(peer, now);
        }

        if (peer.PersistentKeepalive <= now)
        {
            peer.PersistentKeepalive = now + (peer.KeepaliveInterval * 1000L);
            SendKeepalive(peer, now);
        }

        if (peer.ZeroKeyMaterial <= now)
        {
            peer.ZeroKeyMaterial = Constants.Never;
            EndSessions(peer, now);
        }
    }

    // Called when an initiation is to be sent again. Reported once, with the third one in vain.
    private void ReportUnanswered(Peer peer)
    {
        if (peer.Unanswered <= Constants.ReportedInitiations)
        {
            peer.Unanswered++;
            if (peer.Unanswered == Constants.ReportedInitiations)
            {
                _host.Report(TunnelEvent.Unanswered, peer, Constants.ReportedInitiations);
            }
        }
    }
}
