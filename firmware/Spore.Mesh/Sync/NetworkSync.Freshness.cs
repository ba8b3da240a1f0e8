using Spore.WireGuard;

namespace Spore.Sync;

// Whether the applied network is the current one, which only witnesses can confirm (PROTOCOL section 8.2).
internal sealed partial class NetworkSync
{
    // How long a witness's confirmation counts, in milliseconds.
    private const long FreshFor = 3600000;

    private const long FreshnessRetry = 60000;

    // The longest delay before the first witness is asked, in milliseconds: nodes that apply a network
    // together don't ask together.
    private const int LongestFirstDelay = 2000;

    private long _confirmedAt = -FreshFor;

    // The index of the entry of the witness that was asked last.
    private int _askedWitness;

    // Whether a witness or the operator has brought or confirmed the applied network.
    private bool _hasAuthority;

    // Whether the last report was that the network is fresh.
    private bool _isReportedFresh;

    /// <summary>
    /// Whether another witness has confirmed the applied network within the last hour, in a live session.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal bool IsFresh(long now)
    {
        return _applied.Standing == Standing.Valid && now - _confirmedAt < FreshFor;
    }

    /// <summary>Whether a peer has refused to serve its newer network to this node.</summary>
    internal bool IsBehind
    {
        get { return _candidateState == CandidateState.Refused; }
    }

    /// <summary>
    /// Should be called when <see cref="SyncDeadline.Freshness"/> has come: asks one witness after the other for its
    /// head, until one has confirmed the node's own.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void SeekFreshness(long now)
    {
        SetDue(SyncDeadline.Freshness, Never);
        bool isFresh = IsFresh(now);
        if (isFresh)
        {
            SetDue(SyncDeadline.Freshness, _confirmedAt + FreshFor);
        }
        else if (_isReportedFresh)
        {
            _isReportedFresh = false;
            _host.Report(SyncEvent.FreshnessEnded, null, (long)_applied.Version);
        }

        int members = _applied.Standing == Standing.Valid ? _applied.MemberCount : 0;
        for (int i = 0; i < members; i++)
        {
            _askedWitness = _askedWitness + 1 < members ? _askedWitness + 1 : 0;
            if (_askedWitness == _applied.OwnEntry || !_applied.IsWitness(_askedWitness))
            {
                continue;
            }

            BringForward(SyncDeadline.Freshness, now + FreshnessRetry);
            Peer peer = _host.HasEndpoint(_askedWitness) ? _host.OpenMember(_askedWitness, now) : null;
            if (peer == null)
            {
                continue;
            }

            Agreements.Set(peer.Slot, Agreements.WantsRead, true);
            if (peer.HasSession(now))
            {
                SetDue(SyncDeadline.Exchange, now);
            }
            else
            {
                _tunnel.Initiate(peer, now);
            }

            return;
        }
    }

    // A witness that started without its network does not vouch for one that any member brought.
    private bool ServesHead
    {
        get { return _hasAuthority || _applied.OwnEntry < 0 || !_applied.IsWitness(_applied.OwnEntry); }
    }

    // Called when a peer's header has equalled the node's own at some time.
    private void Confirm(Peer peer, long at, long now)
    {
        if (!IsWitness(peer) || now - at >= FreshFor)
        {
            return;
        }

        _confirmedAt = at > _confirmedAt ? at : _confirmedAt;
        _hasAuthority = true;
        if (!_isReportedFresh)
        {
            _isReportedFresh = true;
            _host.Report(SyncEvent.Fresh, peer, (long)_applied.Version);
        }
    }
}
