using Spore.Base;
using Spore.Discovery;
using Spore.WireGuard;

namespace Spore.Mesh;

// When and where a node asks a peer because of a packet that can be forged (PROTOCOL section 4.2): the plans that
// hellos and initiations with an old timestamp make, and the limits of the initiations that they provoke.
public sealed partial class Node
{
    private const int LongestAnswerDelay = 2000;
    private const long CourtesyTime = 1000;
    private const long SignatureTime = 1000;

    private readonly ProvocationBudget _budget;

    // When the hello that was just opened is to be answered: Never where it is only a hint, or others answer it.
    private long DueOf(byte[] buffer, int offset, Peer peer, bool isKnown, long now)
    {
        if (_hello.Version == NetworkVersion)
        {
            return isKnown ? HintDue(peer, false, now) : UnknownDue(_hello.Version, now);
        }

        bool isRebooted = isKnown && _hello.Version == 0 && peer != null && peer.HasSession(now);
        return isRebooted || _hello.IsToAnswer(buffer, offset, PublicKey, _applied.Size)
            ? now + _jitter.Below(LongestAnswerDelay + 1)
            : Never;
    }

    bool ITunnelHost.StaleInitiation(byte[] key, int offset, Endpoint source, long now)
    {
        // Asked in the next Advance, by the rules for hellos.
        _sources.Hear(source, key, offset, 0, 0, HelloSources.Stale, now, now);
        ScheduleAnswers();
        return false;
    }

    // Called when a peer does not answer, or its endpoint is not known: asks where a hello of it came from. A named
    // source and another one are asked in turn, so that neither copies nor forgeries keep the original waiting.
    private bool AskHint(Peer peer, long now)
    {
        peer.CopyPublicKey(_key, 0);
        int index = _sources.FindHint(_key, 0, peer.Endpoint, !peer.WasHintNamed, now);
        if (index < 0)
        {
            return false;
        }

        peer.WasHintNamed = _sources.Is(index, HelloSources.Named);
        _sources.Want(index, peer.IsInDoubt ? now + CourtesyOf(index, peer) : now);
        ScheduleAnswers();
        return true;
    }

    private void ScheduleAnswers()
    {
        _due[Deadline.Answer] = _sources.NextDue(_budget.Due(true), _budget.Due(false));
    }

    // Asks sources in their order, as far as the budget goes.
    private void AnswerHellos(long now)
    {
        while (_budget.Due(true) <= now)
        {
            int index = _sources.Next(now, _budget.Due(false) > now);
            if (index < 0)
            {
                break;
            }

            Ask(index, now);
        }

        ScheduleAnswers();
    }

    // Carries out the plan for a source by one step (PROTOCOL section 4.2), or puts it off, or drops it.
    private void Ask(int index, long now)
    {
        byte[] keys = _sources.Keys;
        int key = HelloSources.KeyOffset(index);
        Peer peer = _tunnel.FindSlot(keys, key);
        int entry = _applied.Find(keys, key);
        _sources.CopyEndpoint(index, _place);
        bool isWanted = _sources.Is(index, HelloSources.Wanted)
            && peer != null
            && (peer.IsWanted || peer.IsInDoubt);
        long due = PlanDue(index, peer, entry >= 0 || (peer != null && !peer.IsProvisional), isWanted, now);
        if (due > now)
        {
            _sources.SetDue(index, due);
            return;
        }

        bool isFirstStep = false;
        if (peer != null && peer.IsEndpointAuthentic && !peer.IsUnresponsive)
        {
            // In doubt an answer from where the peer is proves nothing: others are asked first, and at once.
            bool isSkipped = peer.IsInDoubt && !_sources.Is(index, HelloSources.Stale);
            long gone = isSkipped ? long.MinValue : peer.GoneAt(now);
            isFirstStep = gone == Never;
            if (!isFirstStep)
            {
                gone = Later(gone, _sources.HeardAt(index)) + CourtesyOf(index, peer);
                if (gone > now)
                {
                    _sources.SetDue(index, gone);
                    return;
                }
            }
        }

        bool isNamed = !isFirstStep && _sources.Is(index, HelloSources.Named);
        if (!isWanted && !isFirstStep && !isNamed && _sources.GivesWay(index))
        {
            _sources.SetDue(index, now + Constants.RekeyTimeout);
            return;
        }

        bool isCounted = !isFirstStep && !_sources.Is(index, HelloSources.Stale | HelloSources.Confirmed);
        int memory = isCounted ? _nonces.Find(_sources.NonceOf(index)) : -1;
        if (memory >= 0 ? _nonces.IsUsedUp(memory) : isCounted && _sources.Is(index, HelloSources.WasAsked))
        {
            // The last in the order, so that the next hint is another one.
            _sources.Asked(index);
            return;
        }

        due = LimitDue(isFirstStep ? peer.Endpoint : _place, peer, isNamed, memory);
        if (entry < 0 && (peer == null || peer.IsProvisional))
        {
            due = Later(due, IsSignatureDue ? now + SignatureTime : _tunnel.ProvokeUnknownDue(_place));
        }

        if (due > now)
        {
            _sources.SetDue(index, due);
            return;
        }

        peer = peer ?? (entry >= 0 ? OpenMember(entry, true, now) : OpenGuest(keys, key, now));
        _sources.CopyEndpoint(index, _place);
        if (peer == null || !_tunnel.Provoke(peer, isFirstStep ? peer.Endpoint : _place, now))
        {
            _sources.SetDue(index, peer == null ? Never : now + Constants.RekeyTimeout);
            return;
        }

        _budget.Spend(isNamed, now);
        if (isFirstStep)
        {
            _sources.SetDue(index, now + Constants.RekeyTimeout);
            return;
        }

        _sources.Asked(index);
        if (memory >= 0)
        {
            _nonces.Provoked(memory, now);
        }
    }

    // When a plan is to be carried out on its own account: Never where it is dropped.
    private long PlanDue(int index, Peer peer, bool isKnown, bool isWanted, long now)
    {
        if (peer != null
            && !isWanted
            && ((peer.LastHeard > _sources.HeardAt(index) && peer.LastHeard != peer.Since)
                || (_sources.Is(index, HelloSources.WasAsked) && peer.Endpoint.IsKnown)))
        {
            return Never;
        }

        ulong version = _sources.Version(index);
        if (!isKnown)
        {
            return _sources.Is(index, HelloSources.Stale) ? Never : UnknownDue(version, now);
        }

        bool isRebooted = _sources.Is(index, HelloSources.Rebooted)
            && peer != null
            && peer.HasSession(now)
            && peer.SessionSince < _sources.HeardAt(index);
        return isRebooted || version != NetworkVersion || _sources.Is(index, HelloSources.Stale)
            ? now
            : HintDue(peer, isWanted, now);
    }

    // When a hello of an unknown key is to be answered. On a sparse node it may be a member's: one that holds another
    // version, or one by which this node finds the others again. Else it is only a hint.
    private long UnknownDue(ulong version, long now)
    {
        return version > NetworkVersion
            || (_applied.IsSparse && (version != NetworkVersion || !HasMemberSession(now)))
            ? now
            : Never;
    }

    // When the endpoint in _place is to be asked, where its hello has the node's own version.
    private long HintDue(Peer peer, bool isWanted, long now)
    {
        if (peer == null)
        {
            return Never;
        }

        isWanted = isWanted || peer.IsWanted;
        if (!peer.Endpoint.IsKnown)
        {
            return isWanted ? now : Never;
        }

        if (peer.Endpoint.IsSame(_place) || !(isWanted || peer.HasSession(now)))
        {
            return Never;
        }

        // Silence from before the outer network changed needs no proof.
        long heard = peer.LastHeard;
        return heard < _changedAt || heard == peer.Since || now - heard >= Constants.EndpointPatience
            ? now
            : heard + Constants.EndpointPatience;
    }

    // Two that look for each other would begin handshakes at the same moment, which is too much for devices. So the one
    // with the higher key lets the other one go first.
    private long CourtesyOf(int index, Peer peer)
    {
        peer.CopyPublicKey(_key, 0);
        int i = 0;
        while (i < _key.Length - 1 && _key[i] == PublicKey[i])
        {
            i++;
        }

        return _sources.Is(index, HelloSources.Stale) || PublicKey[i] < _key[i] ? 0 : CourtesyTime;
    }

    // When the limits of provoked initiations allow one.
    private long LimitDue(Endpoint endpoint, Peer peer, bool isNamed, int memory)
    {
        long due = _budget.Due(isNamed);
        if (peer != null)
        {
            long ofKey = _tunnel.ProvokeDue(peer, endpoint);
            due = Later(due, ofKey);
        }

        if (!isNamed && memory >= 0)
        {
            long ofNonce = _nonces.UnnamedDue(memory, _budget.UnnamedInterval);
            due = Later(due, ofNonce);
        }

        return due;
    }

    private static long Later(long a, long b)
    {
        return a > b ? a : b;
    }
}
