using Spore.Base;
using Spore.WireGuard;

namespace Spore.Sync;

// Whether the applied network is the current one, which only witnesses can confirm (PROTOCOL section 8.2).
internal sealed partial class NetworkSync
{
    private const long FreshnessRetry = 60000;

    // The longest delay before the first witness is asked, in milliseconds: nodes that apply a network
    // together don't ask together.
    private const int LongestFirstDelay = 2000;

    private readonly Confirmations _confirmations = new Confirmations();

    // The index of the entry of the witness that was asked last.
    private int _askedWitness;

    // Whether a witness or the operator has brought or confirmed the applied network.
    private bool _hasAuthority;

    // Whether the last report was that the network is fresh.
    private bool _isReportedFresh;

    /// <summary>
    /// Whether two other witnesses have confirmed the applied network within the last hour; where there is only one
    /// other witness, whether it has.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal bool IsFresh(long now)
    {
        return _applied.Standing == Standing.Valid && Needed > 0 && _confirmations.Count(now) >= Needed;
    }

    /// <summary>The number of other witnesses, two at most, that have confirmed the network in the last hour.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal int ConfirmedBy(long now)
    {
        return _confirmations.Count(now);
    }

    /// <summary>
    /// How long ago the oldest confirmation was made that freshness needs, in milliseconds; -1 for never.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal long FreshnessAge(long now)
    {
        long since = Needed == 0 ? Confirmations.LongAgo : _confirmations.Since(Needed);
        return since == Confirmations.LongAgo ? -1 : now - since;
    }

    /// <summary>The number of confirmations since the node started.</summary>
    internal int ConfirmedSinceBoot
    {
        get { return _confirmations.SinceBoot; }
    }

    private int Needed
    {
        get { return _applied.OtherWitnesses < 2 ? _applied.OtherWitnesses : 2; }
    }

    /// <summary>Whether a peer has refused to serve its newer network to this node.</summary>
    internal bool IsBehind
    {
        get { return _candidateState == CandidateState.Refused; }
    }

    /// <summary>
    /// Should be called when <see cref="SyncDeadline.Freshness"/> has come: asks one witness after the other for its
    /// head, until enough have confirmed the node's own.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void SeekFreshness(long now)
    {
        SetDue(SyncDeadline.Freshness, Never);
        bool isFresh = IsFresh(now);
        if (isFresh)
        {
            SetDue(SyncDeadline.Freshness, _confirmations.Since(Needed) + Confirmations.Lifetime);
        }
        else if (_isReportedFresh)
        {
            _isReportedFresh = false;
            _host.Report(SyncEvent.FreshnessEnded, null, (long)_applied.Version);
        }

        int members = _applied.Standing == Standing.Valid ? _applied.MemberCount : 0;
        if (members > 0 && !isFresh)
        {
            NeedWitness(now);
        }

        for (int i = 0; i < members; i++)
        {
            _askedWitness = _askedWitness + 1 < members ? _askedWitness + 1 : 0;
            if (_askedWitness == _applied.OwnEntry || !_applied.IsWitness(_askedWitness))
            {
                continue;
            }

            // One that has confirmed lately is not asked in the place of one that does not answer.
            BringForward(SyncDeadline.Freshness, now + FreshnessRetry);
            if (_confirmations.Has(WitnessId(_askedWitness), now - (Confirmations.Lifetime / 2)))
            {
                continue;
            }

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

    // A witness that started without its network does not vouch for one that any member brought: nobody reads its head.
    private bool ServesHead
    {
        get { return _hasAuthority || !_applied.IsOwnWitness; }
    }

    private ulong WitnessId(int entry)
    {
        return BigEndian.ReadUInt64(_applied.File.Bytes, _applied.KeyOffset(entry));
    }

    // Called when the node has read the head of a peer, and it equalled the node's own at some time. What a peer writes
    // confirms nothing: it may have read it here.
    private void Confirm(Peer peer, long at, long now)
    {
        if (!IsWitness(peer) || now - at >= Confirmations.Lifetime)
        {
            return;
        }

        _confirmations.Add(WitnessId(peer.Owner), at);
        _hasAuthority = true;
        if (!IsFresh(now))
        {
            // The next witness is asked at once.
            SetDue(SyncDeadline.Freshness, now);
            return;
        }

        SetDue(SyncDeadline.Freshness, _confirmations.Since(Needed) + (Confirmations.Lifetime / 2));
        if (!_isReportedFresh)
        {
            _isReportedFresh = true;
            _host.Report(SyncEvent.Fresh, peer, (long)_applied.Version);
        }
    }
}
