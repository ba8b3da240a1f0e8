using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace Spore.Perf;

/// <summary>The echo requests of one phase, and what became of them.</summary>
internal sealed class Echoes
{
    private readonly HashSet<int> _members = [];
    private readonly List<double> _times = [];

    /// <summary>Requests that were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Replies that were received.</summary>
    public int Answered => _times.Count;

    /// <summary>Members that received a reply.</summary>
    public int Members => _members.Count;

    /// <summary>Called when a request was sent.</summary>
    public void Send() => Sent++;

    /// <summary>Called when a reply was received.</summary>
    /// <param name="member">The number of the member.</param>
    /// <param name="sentAt">The <see cref="Stopwatch"/>'s timestamp of its request.</param>
    public void Receive(int member, long sentAt)
    {
        _members.Add(member);
        _times.Add(Stopwatch.GetElapsedTime(sentAt).TotalMicroseconds);
    }

    /// <summary>A round trip that a part of all are not longer than.</summary>
    /// <param name="part">The part, from 0 to 1.</param>
    /// <returns>Microseconds; not a number where there was no reply.</returns>
    public double Time(double part)
    {
        _times.Sort();
        return _times.Count == 0 ? double.NaN : _times[(int)Math.Min(_times.Count * part, _times.Count - 1)];
    }
}
