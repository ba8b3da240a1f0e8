using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Signing;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// An endpoint that is a name: the addresses that were found, and when to resolve the name again, at growing intervals.
/// </summary>
/// <param name="place">The name and its port.</param>
internal sealed class NamedEndpoint(PeerEndpoint place)
{
    /// <summary>The first interval between two lookups in milliseconds; each is twice the one before it.</summary>
    public const long FirstInterval = 1000;

    private IReadOnlyList<Endpoint> _addresses = [];
    private string? _fault;
    private int _turn;
    private long _interval;

    /// <summary>The name and its port.</summary>
    public PeerEndpoint Place => place;

    /// <summary>Whether an address was ever found.</summary>
    public bool IsResolved => _addresses.Count > 0;

    /// <summary>Whether a lookup is under way.</summary>
    public bool IsPending { get; private set; }

    /// <summary>When the next lookup may begin, in milliseconds on the monotonic clock.</summary>
    public long DueAt { get; private set; }

    /// <summary>When the last lookup has begun, in milliseconds on the monotonic clock.</summary>
    public long BegunAt { get; private set; } = long.MinValue;

    /// <summary>Called when a lookup begins.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <param name="longest">The longest interval in milliseconds.</param>
    public void Begin(long now, long longest)
    {
        IsPending = true;
        BegunAt = now;
        _interval = Math.Min(_interval == 0 ? FirstInterval : 2 * _interval, longest);
        DueAt = now + _interval;
    }

    /// <summary>Called when a lookup has ended. After a failure the addresses that were found before stay.</summary>
    /// <param name="addresses">The addresses.</param>
    /// <param name="fault">Why there are none, or null.</param>
    /// <returns>A line for people about what is new, or null.</returns>
    public string? Finish(IReadOnlyList<Endpoint> addresses, string? fault)
    {
        IsPending = false;
        bool isSame = fault == _fault;
        bool wasFailing = _fault != null;
        _fault = fault;
        if (fault != null)
        {
            return isSame ? null : $"{place.Name}: {fault}; the node goes on and asks again";
        }

        if (addresses.Count != _addresses.Count || !addresses.All(Contains))
        {
            _turn = 0;
            _addresses = addresses;
        }

        return wasFailing ? $"{place.Name}: found" : null;
    }

    /// <summary>Starts the intervals again, from now.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Restart(long now)
    {
        _interval = 0;
        DueAt = Math.Min(DueAt, now);
    }

    /// <summary>Tells whether an endpoint is one of the addresses that were found last.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(Endpoint endpoint)
    {
        return _addresses.Any(a => a.IsSame(endpoint));
    }

    /// <summary>Takes the address whose turn it is. There must be one.</summary>
    /// <param name="current">The endpoint that does not answer: its turn is over.</param>
    /// <returns>The address.</returns>
    public Endpoint Next(Endpoint current)
    {
        Endpoint next = Take();
        return next.IsSame(current) ? Take() : next;
    }

    private Endpoint Take()
    {
        return _addresses[_turn++ % _addresses.Count];
    }
}
