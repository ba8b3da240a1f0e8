using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.Discovery;

/// <summary>
/// What hellos have told: where a key was heard, and when it is to be asked there by an initiation. A fixed table; the
/// one heard longest ago makes room, of those that are not to be answered if there are any.
/// </summary>
internal sealed class Neighbours
{
    private const int KeySize = 32;

    /// <summary>No answer is planned.</summary>
    internal const long NoPlan = long.MaxValue;

    /// <summary>No answer is planned, but it is to be asked there once if it does not answer elsewhere.</summary>
    internal const long Hint = NoPlan - 1;

    private readonly byte[] _keys;
    private readonly Endpoint[] _endpoints;
    private readonly ulong[] _versions;
    private readonly long[] _due;
    private readonly long[] _heardAt;
    private readonly long[] _lostAt;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">The number of keys remembered.</param>
    internal Neighbours(int count)
    {
        _keys = new byte[count * KeySize];
        _endpoints = new Endpoint[count];
        _versions = new ulong[count];
        _due = new long[count];
        _heardAt = new long[count];
        _lostAt = new long[count];
        for (int i = 0; i < count; i++)
        {
            _endpoints[i] = new Endpoint();
            _due[i] = NoPlan;
            _heardAt[i] = long.MinValue;
            _lostAt[i] = long.MinValue;
        }
    }

    /// <summary>The earliest planned answer.</summary>
    internal long NextDue
    {
        get
        {
            long next = NoPlan;
            for (int i = 0; i < _due.Length; i++)
            {
                if (_due[i] < next)
                {
                    next = _due[i];
                }
            }

            return next;
        }
    }

    /// <summary>The buffer that holds all keys, for <see cref="KeyOffset"/>.</summary>
    internal byte[] Keys
    {
        get { return _keys; }
    }

    /// <summary>Where the key at a place starts in <see cref="Keys"/>.</summary>
    internal static int KeyOffset(int place)
    {
        return place * KeySize;
    }

    /// <summary>Where the key at a place was heard.</summary>
    internal Endpoint EndpointAt(int place)
    {
        return _endpoints[place];
    }

    /// <summary>The network version that the key at a place last told.</summary>
    internal ulong VersionAt(int place)
    {
        return _versions[place];
    }

    /// <summary>
    /// When the key at a place last told that it has no network: what it had before, sessions included, is gone.
    /// </summary>
    internal long LostAt(int place)
    {
        return _lostAt[place];
    }

    /// <summary>Looks for a key.</summary>
    /// <returns>Its place, or -1.</returns>
    internal int Find(byte[] key, int offset)
    {
        for (int i = 0; i < _heardAt.Length; i++)
        {
            if (_heardAt[i] != long.MinValue && ConstantTime.Equal(_keys, i * KeySize, key, offset, KeySize))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Called when an authentic hello was heard: remembers it. A plan there is stays.</summary>
    /// <returns>The place of the key.</returns>
    internal int Hear(byte[] key, int offset, ulong version, Endpoint source, long now)
    {
        int place = Find(key, offset);
        if (place < 0)
        {
            place = 0;
            for (int i = 1; i < _heardAt.Length; i++)
            {
                bool isPlanned = IsPlanned(i);
                if (isPlanned != IsPlanned(place) ? !isPlanned : _heardAt[i] < _heardAt[place])
                {
                    place = i;
                }
            }

            Array.Copy(key, offset, _keys, place * KeySize, KeySize);
            _due[place] = NoPlan;
            _lostAt[place] = long.MinValue;
        }

        if (version == 0)
        {
            _lostAt[place] = now;
        }

        _versions[place] = version;
        _endpoints[place].CopyFrom(source);
        _heardAt[place] = now;
        return place;
    }

    /// <summary>Whether an answer is planned at a place.</summary>
    internal bool IsPlanned(int place)
    {
        return _due[place] < Hint;
    }

    /// <summary>Takes the hint where a key is.</summary>
    /// <returns>Its place, or -1 when there is none.</returns>
    internal int TakeHint(byte[] key, int offset)
    {
        int place = Find(key, offset);
        if (place < 0 || _due[place] != Hint)
        {
            return -1;
        }

        _due[place] = NoPlan;
        return place;
    }

    /// <summary>Plans an answer, or drops the plan with <see cref="NoPlan"/> or <see cref="Hint"/>.</summary>
    internal void Plan(int place, long due)
    {
        _due[place] = due;
    }

    /// <summary>Takes a plan that is due.</summary>
    /// <returns>Its place, or -1 when there is none.</returns>
    internal int TakeDue(long now)
    {
        for (int i = 0; i < _due.Length; i++)
        {
            if (_due[i] <= now)
            {
                _due[i] = NoPlan;
                return i;
            }
        }

        return -1;
    }
}
