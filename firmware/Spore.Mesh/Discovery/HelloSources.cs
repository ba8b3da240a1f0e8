using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.Discovery;

/// <summary>
/// Where hellos came from: for each source its newest one, which waits to be answered, or is a hint. Sources are
/// asked in round-robin order, whatever keys their hellos bear, so that no source keeps another from being asked
/// (PROTOCOL section 5).
/// </summary>
internal sealed class HelloSources
{
    /// <summary>A hello waits for nothing: it is a hint, or was answered.</summary>
    internal const long Never = long.MaxValue;

    /// <summary>How long a source endpoint is remembered as a hint, in milliseconds.</summary>
    internal const long HintLifetime = 600000;

    /// <summary>The hello lists the endpoint.</summary>
    internal const int Named = 1;

    /// <summary>
    /// The hello, or one before it that still waits, says that its sender has no network: its sessions are gone.
    /// </summary>
    internal const int Rebooted = 2;

    /// <summary>It is not a hello but an initiation with an old timestamp.</summary>
    internal const int Stale = 4;

    /// <summary>It was asked because of this hello.</summary>
    internal const int WasAsked = 8;

    /// <summary>The peer has answered from there since it was asked.</summary>
    internal const int Confirmed = 16;

    /// <summary>It is to be asked because its peer does not answer; see <see cref="Want"/>.</summary>
    internal const int Wanted = 32;

    // It has waited for a named one of its key, and does not so again.
    private const int GaveWay = 64;

    private const int KeySize = 32;

    // What is kept of each source as numbers.
    private const int High = 0;
    private const int Low = 1;
    private const int Nonce = 2;
    private const int VersionHeld = 3;
    private const int Numbers = 4;

    // And as times and the like, which are signed.
    private const int PortAndZone = 0;
    private const int Heard = 1;
    private const int AskAt = 2;
    private const int Order = 3;
    private const int Times = 4;

    private const int ZoneShift = 16;
    private const long ZoneMask = 0xFFFFFFFF;
    private const int LocalShift = 48;
    private const int PortMask = 0xFFFF;

    // In Heard, of a source that is not used.
    private const long Free = long.MinValue;

    /// <summary>The keys, 32 bytes for each source; see <see cref="KeyOffset"/>.</summary>
    internal readonly byte[] Keys;

    private readonly ulong[] _numbers;
    private readonly long[] _times;
    private readonly byte[] _flags;
    private readonly Endpoint _endpoint = new Endpoint();
    private long _order;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">The number of sources.</param>
    internal HelloSources(int count)
    {
        Keys = new byte[count * KeySize];
        _numbers = new ulong[count * Numbers];
        _times = new long[count * Times];
        _flags = new byte[count];
        for (int i = 0; i < count; i++)
        {
            _times[(i * Times) + Heard] = Free;
            _times[(i * Times) + AskAt] = Never;
        }
    }

    /// <summary>Where the key of a source's hello starts in <see cref="Keys"/>.</summary>
    internal static int KeyOffset(int index)
    {
        return index * KeySize;
    }

    /// <summary>The network version in the hello.</summary>
    internal ulong Version(int index)
    {
        return _numbers[(index * Numbers) + VersionHeld];
    }

    /// <summary>What identifies the hello.</summary>
    internal ulong NonceOf(int index)
    {
        return _numbers[(index * Numbers) + Nonce];
    }

    /// <summary>
    /// When the hello was heard, in milliseconds on the monotonic clock; with <see cref="Rebooted"/>, when the first
    /// one that says so was.
    /// </summary>
    internal long HeardAt(int index)
    {
        return _times[(index * Times) + Heard];
    }

    /// <summary>Whether a flag is set, or one of several.</summary>
    internal bool Is(int index, int flag)
    {
        return (_flags[index] & flag) != 0;
    }

    /// <summary>Copies the endpoint to be asked.</summary>
    internal void CopyEndpoint(int index, Endpoint endpoint)
    {
        int number = index * Numbers;
        long portAndZone = _times[(index * Times) + PortAndZone];
        endpoint.Set(
            _numbers[number + High],
            _numbers[number + Low],
            (int)portAndZone & PortMask,
            (int)(portAndZone >> ZoneShift));
        endpoint.SetLocal((int)(portAndZone >> LocalShift) & PortMask);
    }

    /// <summary>Sets when a source is to be asked.</summary>
    /// <param name="index">The source.</param>
    /// <param name="due">Milliseconds on the monotonic clock, or <see cref="Never"/>.</param>
    internal void SetDue(int index, long due)
    {
        if (due == Never)
        {
            _flags[index] = (byte)(_flags[index] & ~(GaveWay | Wanted));
        }

        _times[(index * Times) + AskAt] = due;
    }

    /// <summary>Called when the peer does not answer: the source is to be asked, though it was heard since.</summary>
    /// <param name="index">The source.</param>
    /// <param name="due">Not later than then, in milliseconds on the monotonic clock.</param>
    internal void Want(int index, long due)
    {
        int time = (index * Times) + AskAt;
        _times[time] = due < _times[time] ? due : _times[time];
        _flags[index] |= Wanted;
    }

    /// <summary>Called when a source was asked: it is the last in the order, and waits for nothing.</summary>
    internal void Asked(int index)
    {
        SetDue(index, Never);
        _times[(index * Times) + Order] = ++_order;
        _flags[index] |= WasAsked;
    }

    /// <summary>Called when a session with a peer came up: remembers that it was at its endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="key">A buffer with the peer's key.</param>
    /// <param name="offset">Where it starts.</param>
    internal void Confirm(Endpoint endpoint, byte[] key, int offset)
    {
        int index = Find(endpoint);
        if (index >= 0 && ConstantTime.Equal(Keys, index * KeySize, key, offset, KeySize))
        {
            CopyEndpoint(index, _endpoint);
            if (_endpoint.IsSame(endpoint))
            {
                _flags[index] |= Confirmed;
            }
        }
    }

    /// <summary>
    /// Called before a source that is not named is asked: whether it waits, since a named one of its key waits too. It
    /// does so once, so that forgeries do not keep it waiting.
    /// </summary>
    /// <param name="index">The source.</param>
    internal bool GivesWay(int index)
    {
        if (Is(index, GaveWay))
        {
            return false;
        }

        for (int i = 0; i < _flags.Length; i++)
        {
            if (i != index
                && Is(i, Named)
                && _times[(i * Times) + AskAt] != Never
                && ConstantTime.Equal(Keys, i * KeySize, Keys, index * KeySize, KeySize))
            {
                _flags[index] |= GaveWay;
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a hello was heard from a source already.</summary>
    /// <param name="source">An endpoint of the source.</param>
    /// <param name="nonce">What identifies the hello.</param>
    /// <returns>True when it is the newest of that source.</returns>
    internal bool Has(Endpoint source, ulong nonce)
    {
        int index = Find(source);
        return index >= 0 && NonceOf(index) == nonce;
    }

    /// <summary>
    /// Called when a hello was heard: it takes the place of the one of its source, or of another source, the last in
    /// the order of those that wait for nothing, else of all.
    /// </summary>
    /// <param name="endpoint">The endpoint to ask, an address of the source; copied.</param>
    /// <param name="key">A buffer with the sender's key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="nonce">What identifies the hello.</param>
    /// <param name="version">The network version in it.</param>
    /// <param name="flags"><see cref="Named"/> and the others.</param>
    /// <param name="due">
    /// When to ask, in milliseconds on the monotonic clock, or <see cref="Never"/>. It is not later than it was for an
    /// earlier hello of that key and source.
    /// </param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void Hear(
        Endpoint endpoint, byte[] key, int offset, ulong nonce, ulong version, int flags, long due, long now)
    {
        int index = Find(endpoint);
        long heard = now;
        if (index < 0)
        {
            index = IndexForNew(now);
            _times[(index * Times) + Order] = ++_order;
        }
        else if (_times[(index * Times) + AskAt] != Never
            && ConstantTime.Equal(Keys, index * KeySize, key, offset, KeySize))
        {
            long planned = _times[(index * Times) + AskAt];
            due = planned < due ? planned : due;
            flags |= _flags[index] & (GaveWay | Wanted);
            if ((flags & Rebooted) == 0 && Is(index, Rebooted))
            {
                // Its sessions have not come back by that.
                flags |= Rebooted;
                heard = HeardAt(index);
            }
        }

        Array.Copy(key, offset, Keys, index * KeySize, KeySize);
        int number = index * Numbers;
        _numbers[number + High] = endpoint.AddressHigh;
        _numbers[number + Low] = endpoint.AddressLow;
        _numbers[number + Nonce] = nonce;
        _numbers[number + VersionHeld] = version;
        int time = index * Times;
        _times[time + PortAndZone] = ((long)endpoint.Local << LocalShift)
            | (((long)endpoint.Zone & ZoneMask) << ZoneShift)
            | (long)endpoint.Port;
        _times[time + Heard] = heard;
        _times[time + AskAt] = due;
        _flags[index] = (byte)flags;
    }

    /// <summary>Looks for a hint.</summary>
    /// <param name="key">A buffer with the key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="known">The endpoint of the peer, which is no hint, or null.</param>
    /// <param name="isNamed">Whether a named source is wanted rather than another one.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// The source where the key was heard within the last 10 minutes: one of that kind rather than others, then the
    /// first in the order; -1 where there is none.
    /// </returns>
    internal int FindHint(byte[] key, int offset, Endpoint known, bool isNamed, long now)
    {
        int best = -1;
        for (int i = 0; i < _flags.Length; i++)
        {
            if (!IsHeard(i, now) || Is(i, Stale) || !ConstantTime.Equal(Keys, i * KeySize, key, offset, KeySize))
            {
                continue;
            }

            CopyEndpoint(i, _endpoint);
            if (known != null && known.IsSame(_endpoint))
            {
                continue;
            }

            if (best < 0 || (Is(i, Named) == Is(best, Named) ? IsBefore(i, best) : Is(i, Named) == isNamed))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>The next source to be asked.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <param name="named">Whether only those with a named endpoint may be asked now.</param>
    /// <returns>The first in the order of those whose time has come, or -1.</returns>
    internal int Next(long now, bool named)
    {
        int best = -1;
        for (int i = 0; i < _flags.Length; i++)
        {
            if (_times[(i * Times) + AskAt] <= now && (!named || Is(i, Named)) && (best < 0 || IsBefore(i, best)))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>When the next source is to be asked, in milliseconds on the monotonic clock.</summary>
    /// <param name="namedDue">When a named endpoint may be asked.</param>
    /// <param name="unnamedDue">When another one may.</param>
    internal long NextDue(long namedDue, long unnamedDue)
    {
        long next = Never;
        for (int i = 0; i < _flags.Length; i++)
        {
            long due = _times[(i * Times) + AskAt];
            if (due == Never)
            {
                continue;
            }

            long allowed = Is(i, Named) ? namedDue : unnamedDue;
            due = due < allowed ? allowed : due;
            next = due < next ? due : next;
        }

        return next;
    }

    /// <summary>Called when the outer network has changed: those that wait to be asked are looked at now.</summary>
    internal void Hasten(long now)
    {
        for (int i = 0; i < _flags.Length; i++)
        {
            int due = (i * Times) + AskAt;
            if (_times[due] != Never && _times[due] > now)
            {
                _times[due] = now;
            }
        }
    }

    private bool IsHeard(int index, long now)
    {
        return HeardAt(index) != Free && now - HeardAt(index) < HintLifetime;
    }

    private bool IsBefore(int a, int b)
    {
        return _times[(a * Times) + Order] < _times[(b * Times) + Order];
    }

    private int Find(Endpoint source)
    {
        for (int i = 0; i < _flags.Length; i++)
        {
            if (HeardAt(i) != Free && _numbers[(i * Numbers) + High] == source.AddressHigh)
            {
                CopyEndpoint(i, _endpoint);
                if (_endpoint.IsSameSource(source))
                {
                    return i;
                }
            }
        }

        return -1;
    }

    private int IndexForNew(long now)
    {
        int best = 0;
        int bestRank = RankOf(0, now);
        for (int i = 1; i < _flags.Length; i++)
        {
            int rank = RankOf(i, now);
            if (rank < bestRank || (rank == bestRank && IsBefore(best, i)))
            {
                best = i;
                bestRank = rank;
            }
        }

        return best;
    }

    // In which order sources give way to a new one.
    private int RankOf(int index, long now)
    {
        if (_times[(index * Times) + AskAt] != Never)
        {
            return 2;
        }

        return IsHeard(index, now) ? 1 : 0;
    }
}
