using Spore.Base;
using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

// Reading the body of a newer network: each peer that offers one has its turn (PROTOCOL section 7.5).
internal sealed partial class NetworkSync
{
    // The pause between rounds, in milliseconds, doubles up to the last one. A node that is behind asks once a minute,
    // so the last one with its jitter is not longer.
    private const long FirstPause = 1000;
    private const long LastPause = 48000;

    private readonly Turns _turns;

    // The length of a turn in the first round, in milliseconds.
    private readonly int _turnTime;

    // The transfer whose turn it is, or null.
    private TftpTransfer _turn;
    private long _turnSince;

    // The slot of the last peer that had a turn.
    private int _lastTurn;

    /// <summary>Whether a transfer has its turn, which alone limits its time.</summary>
    internal bool HasTurn(TftpTransfer transfer)
    {
        return transfer == _turn;
    }

    /// <summary>
    /// Whether a peer offers a newer network and has had no turn, or is the one from which a sparse node reads proofs.
    /// </summary>
    /// <param name="slot">The slot of the peer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal bool Needs(int slot, long now)
    {
        return AwaitsTurn(slot, now) || (_applied.IsSparse && slot == _lastTurn && Agreements.Agrees(slot));
    }

    /// <summary>Whether a peer let a turn pass.</summary>
    /// <param name="slot">The slot of the peer.</param>
    internal bool HasPassedTurn(int slot)
    {
        return _turns.HasPassed(IdOf(slot));
    }

    /// <summary>Called when a slot is given to another peer.</summary>
    internal void ClearSlot(int slot)
    {
        Agreements.Clear(slot);
        _turns.Clear(slot);
    }

    /// <summary>
    /// Should be called when <see cref="SyncDeadline.Turn"/> has come: ends a turn that is over, or reads the newer
    /// network from the peer that is next.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void TakeTurns(long now)
    {
        SetDue(SyncDeadline.Turn, Never);
        if (_turn != null)
        {
            long first = _turnSince + _turnTime;
            long end = _turnSince + ((long)_turnTime << _turns.Doublings);
            if (now < first || (now < end && !IsFreshOffer(now)))
            {
                SetDue(SyncDeadline.Turn, now < first ? first : end);
            }
            else
            {
                // A peer of which nothing was heard may be out of reach.
                Peer peer = PeerOf(_turn);
                bool isSilent = _turn.IsClient && peer != null && peer.LastHeard < _turnSince;
                _tftp.Abort(_turn, isSilent ? TftpResult.Timeout : TftpError.NotDefined);
            }

            return;
        }

        if (_collectUntil != 0)
        {
            Collect(now);
            return;
        }

        if (_candidateState == CandidateState.None)
        {
            return;
        }

        // A part whose head has come in this turn, in front of entries that do not fit.
        if (_staging.IsPart)
        {
            ContinueTurn(now);
            return;
        }

        int slot = NextTurn(-1, now);
        if (slot < 0)
        {
            EndRound(now);
            return;
        }

        bool isPart = Agreements.Offered[slot] == _candidateVersion && !IsWhole(_candidate, 0);
        TftpTransfer transfer = StartBody(slot, isPart, now);
        if (transfer == null)
        {
            SetDue(SyncDeadline.Turn, now + FirstPause);
            return;
        }

        BeginTurn(transfer, slot, now);
        if (isPart)
        {
            AbortParkedReaders();
            _staging.BeginPart(_candidate, 0);
            _staging.Owner = transfer;
        }
    }

    // Begins to read a body, or the proof of the own entry. A body goes before heads.
    private TftpTransfer StartBody(int slot, bool isPart, long now)
    {
        TftpTransfer transfer;
        do
        {
            transfer = isPart
                ? StartRead(slot, _entryName, OwnProofTag, EntryProof.MaxSize, now)
                : StartRead(slot, _networkName, NetworkTag, int.MaxValue, now);
        }
        while (transfer == null && EndHeadExchange());

        return transfer;
    }

    // Called when the head of a part has come in a turn: the peer goes on with the proof of the own entry.
    private void ContinueTurn(long now)
    {
        TftpTransfer transfer = _tunnel.Peers[_lastTurn].InUse ? StartBody(_lastTurn, true, now) : null;
        if (transfer == null)
        {
            _staging.End();
            SetDue(SyncDeadline.Turn, now);
            return;
        }

        _turn = transfer;
        _staging.Owner = transfer;
        SetDue(SyncDeadline.Turn, _turnSince + _turnTime);
    }

    // Called when a newer header is known to be signed: its body can be read from this peer, if its node has shown it.
    private void TakeOffer(TftpTransfer transfer, Peer peer, long now)
    {
        int slot = peer.Slot;
        if (IsPush(transfer))
        {
            return;
        }

        // A file that is older than the head in front of it is being replaced: the peer is asked again.
        ulong version = NetworkHeader.Version(_heads, HeadOffset(transfer.Index));
        if (transfer.File == HeadTag
            || version > Agreements.Offered[slot]
            || (IsRead(transfer) && version == Agreements.Offered[slot]))
        {
            Agreements.Offered[slot] = version;
            Agreements.OfferedAt[slot] = now;
            Agreements.Set(slot, Agreements.WasRead, IsRead(transfer));
        }

        if (transfer.File == HeadTag)
        {
            BringForward(SyncDeadline.Turn, now);
        }
    }

    // Called when the head of a transfer of network has verified: whether its entries are accepted now. The node's own
    // read has its turn already. A write has one when its writer is next, or in place of a peer that let a turn pass.
    private bool MayBring(TftpTransfer transfer, int header, long now)
    {
        if (_staging.IsPart)
        {
            return false;
        }

        if (_turn != transfer)
        {
            int slot = transfer.Peer;
            if (transfer.IsClient || (_turn == null ? NextTurn(slot, now) != slot : !MayReplace(slot, now)))
            {
                return false;
            }

            if (_turn != null)
            {
                _tftp.Abort(_turn, TftpError.NotDefined);
            }

            BeginTurn(transfer, slot, now);
        }

        AbortParkedReaders();
        return _staging.Begin(_heads, header, transfer) == NetworkFault.None;
    }

    // Called when the head of a transfer has verified: answers it, or goes on with the entries behind it.
    private int AfterHead(TftpTransfer transfer, int header, long now)
    {
        if (transfer.File == HeadTag)
        {
            return TftpResult.Ok;
        }

        if (IsWhole(_heads, header))
        {
            return MayBring(transfer, header, now) ? TftpResult.Ok : Refusal.Busy(transfer);
        }

        if (transfer == _turn && !_staging.IsPart)
        {
            // Ends this transfer, and the turn goes on with the proof of the own entry.
            AbortParkedReaders();
            _staging.BeginPart(_heads, header);
        }

        return Refusal.Network(transfer, NetworkFault.TooLarge);
    }

    private bool MayReplace(int slot, long now)
    {
        return !_turns.HasPassed(IdOf(slot))
            && (now - _turnSince >= _turnTime || _turns.HasPassed(IdOf(_turn.Peer)));
    }

    private void BeginTurn(TftpTransfer transfer, int slot, long now)
    {
        _turns.Begin(slot, IsFirst(_tunnel.Peers[slot]));
        _turn = transfer;
        _turnSince = now;
        _lastTurn = slot;
        SetDue(SyncDeadline.Turn, now + _turnTime);
    }

    // Called when a transfer has ended while it had its turn, and no network of it was applied.
    private void TurnEnded(TftpTransfer transfer, int result, long now)
    {
        _turn = null;
        if (_staging.IsPart && transfer.File == NetworkTag)
        {
            SetDue(SyncDeadline.Turn, now);
            return;
        }

        if (transfer.Peer >= 0)
        {
            _turns.Passed(IdOf(transfer.Peer));
        }

        bool isRefused = transfer.IsClient && result == TftpError.AccessViolation && transfer.IsRefused;
        if (isRefused && _candidateState == CandidateState.Sought)
        {
            _candidateState = CandidateState.Refused;
            _host.Report(SyncEvent.Behind, PeerOf(transfer), (long)_candidateVersion);
        }

        SetDue(SyncDeadline.Turn, now);
    }

    // The slot of the peer that is next: one that offers, or a writer. Negative for none.
    private int NextTurn(int writer, long now)
    {
        int best = -1;
        int bestRank = int.MaxValue;
        int slot = _lastTurn;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            slot = slot + 1 < peers.Length ? slot + 1 : 0;
            if ((slot == writer || Offers(slot, now)) && !_turns.HasHad(slot))
            {
                int rank = _turns.Rank(IsFirst(peers[slot]), IdOf(slot));
                if (rank < bestRank)
                {
                    best = slot;
                    bestRank = rank;
                }
            }
        }

        return best;
    }

    private bool AwaitsTurn(int slot, long now)
    {
        return Offers(slot, now) && !_turns.HasHad(slot) && !_turns.HasPassed(IdOf(slot));
    }

    // Whether a peer waits for its turn that has let none pass.
    private bool IsFreshOffer(long now)
    {
        for (int i = 0; i < _tunnel.Peers.Length; i++)
        {
            if (AwaitsTurn(i, now))
            {
                return true;
            }
        }

        return false;
    }

    private bool Offers(int slot, long now)
    {
        Peer peer = _tunnel.Peers[slot];
        return peer.InUse && Agreements.Offered[slot] > _applied.Version && peer.HasSession(now);
    }

    // Called when nobody is left who offers and had no turn. Peers whose sessions have ended are asked for new ones and
    // a witness, since peers that offer may be sparse. A writer that had its turn has more time in the next one, though
    // it offers nothing.
    private void EndRound(long now)
    {
        bool isOffered = false;
        bool isBegun = false;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            isBegun |= _turns.HasHad(i);
            if (Offers(i, now))
            {
                isOffered = true;
            }
            else if (peers[i].InUse && Agreements.Offered[i] > _applied.Version)
            {
                _tunnel.Initiate(peers[i], now);
            }
        }

        ReachSource(now);
        long pause = FirstPause << _turns.Doublings;
        SetDue(SyncDeadline.Turn, now + _jitter.Around(isOffered && pause < LastPause ? pause : LastPause));
        if (isOffered || isBegun)
        {
            _turns.EndRound();
        }
        else
        {
            _turns.Restart();
        }
    }

    // Frees a transfer slot: a network goes before heads.
    private bool EndHeadExchange()
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (IsHeadExchange(transfer))
            {
                _tftp.Abort(transfer, TftpError.NotDefined);
                return true;
            }
        }

        return false;
    }

    // Members and configured peers have two of three turns.
    private static bool IsFirst(Peer peer)
    {
        return !peer.IsProvisional;
    }

    private ulong IdOf(int slot)
    {
        return BigEndian.ReadUInt64(_linkLocals, (slot * LinkLocalAddress.Size) + (LinkLocalAddress.Size / 2));
    }
}
