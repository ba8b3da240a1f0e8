namespace Spore.WireGuard;

/// <summary>
/// The memory for initiations that wait for a response, shared by all peers. Read first: paper section 5.4.2.
/// </summary>
internal sealed class InitiationPool
{
    /// <summary>Stands for an initiation that a peer has not sent. Never pending, never written.</summary>
    internal readonly Initiation None = new Initiation(null);

    // Tells apart those of one millisecond.
    private const int OrderBits = 8;

    private readonly Initiation[] _initiations;
    private readonly IndexTable _indices;
    private long _sequence;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">The number of initiations under way at one time.</param>
    /// <param name="indices">Where their indices are.</param>
    internal InitiationPool(int count, IndexTable indices)
    {
        _indices = indices;
        _initiations = new Initiation[count];
        for (int i = 0; i < count; i++)
        {
            _initiations[i] = new Initiation(new byte[Initiation.Size]);
        }
    }

    /// <summary>
    /// When the next response to a provoked initiation is no longer accepted, in milliseconds on the monotonic clock.
    /// </summary>
    internal long NextExpiry
    {
        get
        {
            long next = Constants.Never;
            for (int i = 0; i < _initiations.Length; i++)
            {
                Initiation initiation = _initiations[i];
                if (initiation.IsProvoked && ExpiryOf(initiation) < next)
                {
                    next = ExpiryOf(initiation);
                }
            }

            return next;
        }
    }

    /// <summary>
    /// Called to initiate. Where none is free, the oldest provoked one gives way, else the oldest, whose
    /// retransmission makes a new one; but not to a provoked one. One is kept for those that are provoked, where
    /// there are three or more.
    /// </summary>
    /// <param name="owner">The peer.</param>
    /// <param name="isProvoked">Whether a packet that could be forged or replayed is the reason.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>An initiation, for the peer to keep; null when there is none to be had.</returns>
    internal Initiation Take(Peer owner, bool isProvoked, long now)
    {
        Initiation oldest = null;
        Initiation oldestProvoked = null;
        Initiation free = null;
        int unprovoked = 0;
        for (int i = 0; i < _initiations.Length; i++)
        {
            Initiation initiation = _initiations[i];
            if (initiation.Owner == null)
            {
                free = initiation;
            }
            else if (initiation.IsProvoked)
            {
                oldestProvoked = Older(initiation, oldestProvoked);
            }
            else
            {
                unprovoked++;
                oldest = Older(initiation, oldest);
            }
        }

        Initiation best = free ?? oldestProvoked;
        if (!isProvoked && (best == null || (_initiations.Length > 2 && unprovoked == _initiations.Length - 1)))
        {
            best = oldest;
        }

        if (best == null)
        {
            return null;
        }

        if (best.Owner != null)
        {
            best.Owner.Forget(best, None);
            Release(best);
        }

        long order = now << OrderBits;
        _sequence = order > _sequence ? order : _sequence + 1;
        best.Owner = owner;
        best.Order = _sequence;
        best.IsProvoked = isProvoked;
        return best;
    }

    /// <summary>Finds the provoked initiation that a response names.</summary>
    /// <param name="owner">The peer.</param>
    /// <param name="index">The index.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The initiation, or null.</returns>
    internal Initiation FindProvoked(Peer owner, int index, long now)
    {
        for (int i = 0; i < _initiations.Length; i++)
        {
            Initiation initiation = _initiations[i];
            if (initiation.LocalIndex == index
                && initiation.Owner == owner
                && initiation.IsProvoked
                && now < ExpiryOf(initiation))
            {
                return initiation;
            }
        }

        return null;
    }

    /// <summary>
    /// Should be called when <see cref="NextExpiry"/> has come: forgets the provoked initiations whose time is over.
    /// </summary>
    internal void Expire(long now)
    {
        for (int i = 0; i < _initiations.Length; i++)
        {
            if (_initiations[i].IsProvoked && ExpiryOf(_initiations[i]) <= now)
            {
                Release(_initiations[i]);
            }
        }
    }

    /// <summary>Called when the sessions of a peer end: forgets its provoked initiations.</summary>
    internal void ReleaseProvoked(Peer owner)
    {
        for (int i = 0; i < _initiations.Length; i++)
        {
            if (_initiations[i].Owner == owner && _initiations[i].IsProvoked)
            {
                Release(_initiations[i]);
            }
        }
    }

    /// <summary>
    /// Called when an initiation is not waited for any more: its secrets are wiped and its index means nothing.
    /// </summary>
    internal void Release(Initiation initiation)
    {
        _indices.Remove(initiation.LocalIndex);
        Free(initiation);
    }

    /// <summary>Called when the response was taken: the index goes on as that of the session.</summary>
    internal void Free(Initiation initiation)
    {
        initiation.Wipe();
        initiation.Owner = null;
        initiation.IsProvoked = false;
    }

    private static Initiation Older(Initiation a, Initiation b)
    {
        return b == null || a.Order < b.Order ? a : b;
    }

    private static long ExpiryOf(Initiation initiation)
    {
        return (initiation.Order >> OrderBits) + Constants.ProvokedLifetime;
    }
}
