using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Which other witnesses of the network are gone. A witness is gone when it has answered no initiation for 90 s, and is
/// back with its next session. One that nobody asks is not gone: the node itself asks each in turn while it is not
/// fresh, and within half an hour where it is. The caller locks.
/// </summary>
internal sealed class WitnessWatch
{
    /// <summary>
    /// The time from the report that a peer has not answered for 15 s to the 90 s, in milliseconds. Where packets go
    /// on, the tunnel goes on as well, and gives up later.
    /// </summary>
    public const long Patience = 75_000;

    private readonly HashSet<string> _witnesses = [];
    private readonly HashSet<string> _gone = [];
    private readonly Dictionary<string, (long Since, string Endpoint)> _silent = [];

    /// <summary>Learns the witnesses of a network.</summary>
    /// <param name="witnesses">The keys of the other witnesses, in base64.</param>
    public void Learn(IEnumerable<string> witnesses)
    {
        _witnesses.Clear();
        _witnesses.UnionWith(witnesses);
    }

    /// <summary>Should be called when a peer has not answered for 15 s.</summary>
    /// <param name="key">The peer's key.</param>
    /// <param name="endpoint">Its endpoint.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Silent(string key, string endpoint, long now)
    {
        if (_witnesses.Contains(key))
        {
            _silent.TryAdd(key, (now, endpoint));
        }
    }

    /// <summary>Should be called when the tunnel has given up a peer.</summary>
    /// <param name="key">The peer's key.</param>
    /// <returns>Whether a witness is gone by that.</returns>
    public bool GivenUp(string key)
    {
        _silent.Remove(key);
        return _witnesses.Contains(key) && _gone.Add(key);
    }

    /// <summary>Should be called when a session with a peer has come up.</summary>
    /// <param name="key">The peer's key.</param>
    /// <returns>Whether a witness is back by that.</returns>
    public bool SessionUp(string key)
    {
        _silent.Remove(key);
        return _gone.Remove(key) && _witnesses.Contains(key);
    }

    /// <summary>Should be called when a peer has lost its slot: nobody asks it any more.</summary>
    /// <param name="key">The peer's key.</param>
    public void Removed(string key) => _silent.Remove(key);

    /// <summary>Should be called from time to time.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The witnesses that are gone by now, each with its endpoint.</returns>
    public IReadOnlyList<(string Key, string Endpoint)> Look(long now)
    {
        if (_silent.Count == 0)
        {
            return [];
        }

        (string Key, string Endpoint)[] due =
        [
            .. _silent.Where(s => now - s.Value.Since >= Patience).Select(s => (s.Key, s.Value.Endpoint)),
        ];
        return [.. due.Where(d => GivenUp(d.Key))];
    }

    /// <summary>How many witnesses are left.</summary>
    /// <returns>The text for people.</returns>
    public string Describe()
    {
        int left = _witnesses.Count(w => !_gone.Contains(w));
        return string.Create(
            CultureInfo.InvariantCulture, $"left: {left} of {_witnesses.Count} other witnesses that this node knows");
    }
}
