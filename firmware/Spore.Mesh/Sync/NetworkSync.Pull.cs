using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

// Reading the network of a verified header from the peers that showed it, in turn (PROTOCOL section 8.1).
internal sealed partial class NetworkSync
{
    // Milliseconds. The wait after a failed read doubles up to the last.
    private const long FirstPullRetry = 1000;
    private const long LastPullRetry = 64000;

    // How long the first read may take, in milliseconds, before another peer is asked. This doubles too.
    private const long PullPatience = 15000;

    // The number of tries alternates from here on, so that peers with less than the newest network are still asked.
    private const int LastPullTry = 7;

    // The read that is under way, or null.
    private TftpTransfer _pull;
    private long _pullSince;
    private int _pullTries;

    // The slot of the peer that was asked last.
    private int _pullFrom;

    /// <summary>
    /// Should be called when <see cref="SyncDeadline.Pull"/> has come: reads a newer network from the
    /// peer whose turn it is.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void Pull(long now)
    {
        SetDue(SyncDeadline.Pull, Never);
        int slot = _candidateState == CandidateState.None ? -1 : SlotToPullFrom(now);
        if (slot < 0)
        {
            return;
        }

        if (_pull != null)
        {
            // A slow peer, perhaps one that the new network removes, gives its turn to another one.
            long due = _pullSince + (PullPatience << _pullTries);
            if (now < due)
            {
                SetDue(SyncDeadline.Pull, due);
                return;
            }

            _tftp.Abort(_pull, TftpError.NotDefined);
        }

        _pull = StartRead(slot, _networkName, NetworkTag, MostBytes, now);
        if (_pull == null && EndHeadExchange())
        {
            _pull = StartRead(slot, _networkName, NetworkTag, MostBytes, now);
        }

        if (_pull == null)
        {
            SetDue(SyncDeadline.Pull, now + FirstPullRetry);
            return;
        }

        _pullFrom = slot;
        _pullSince = now;
        SetDue(SyncDeadline.Pull, now + (PullPatience << _pullTries));
    }

    // Called when a newer header is known to be signed: its body can be read from this peer, if its node has shown it.
    private void TakeOffer(TftpTransfer transfer, Peer peer, long now)
    {
        int slot = peer.Slot;
        Agreements.Set(slot, Agreements.HasVouched, true);
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
            BringForward(SyncDeadline.Pull, now);
        }
    }

    // The peers in turn, without the one that is being read from. In every second try a peer with less than the newest
    // network will do: the newest may be out of reach, or nobody may have more of it than its header.
    private int SlotToPullFrom(long now)
    {
        int any = -1;
        int slot = _pullFrom;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            slot = slot + 1 < peers.Length ? slot + 1 : 0;
            Peer peer = peers[slot];
            ulong offered = Agreements.Offered[slot];
            bool isAsked = _pull != null && _pull.Peer == slot;
            if (!peer.InUse || !peer.HasSession(now) || offered <= _applied.Version || isAsked)
            {
                continue;
            }

            if (offered == _candidateVersion || (_pullTries & 1) != 0)
            {
                return slot;
            }

            if (any < 0)
            {
                any = slot;
            }
        }

        return any;
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

    private void PullEnded(TftpTransfer transfer, int result, long now)
    {
        _pull = null;
        if (_candidateState == CandidateState.None)
        {
            return;
        }

        if (result == TftpError.AccessViolation && transfer.IsRefused && _candidateState != CandidateState.Refused)
        {
            _candidateState = CandidateState.Refused;
            _host.Report(SyncEvent.Behind, PeerOf(transfer), (long)_candidateVersion);
        }

        long wait = FirstPullRetry << _pullTries;
        SetDue(SyncDeadline.Pull, now + _jitter.Around(wait < LastPullRetry ? wait : LastPullRetry));
        _pullTries = _pullTries < LastPullTry ? _pullTries + 1 : LastPullTry - 1;
    }
}
