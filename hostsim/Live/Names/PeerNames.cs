using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// The names of peers' endpoints: those that the operator has given, on the command line or to <c>wg</c>'s socket, and
/// those that the network publishes. A name is resolved when its peer does not answer, and the addresses of the name
/// have their turns. Used under the node's lock.
/// </summary>
/// <param name="gate">The node's lock.</param>
/// <param name="node">The node.</param>
/// <param name="resolver">Resolves names.</param>
/// <param name="timeline">Where failures are reported.</param>
/// <param name="clock">The node's clock.</param>
/// <param name="changed">Called under the lock when the node may have something to do.</param>
internal sealed class PeerNames(
    object gate,
    Node node,
    NameResolver resolver,
    LiveTimeline timeline,
    Func<long> clock,
    Action changed)
{
    // In milliseconds, between two lookups of one name.
    private const long LongestInterval = 64_000;

    // In milliseconds: how long a published name stays wanted after the node has asked for it. Then it is forgotten.
    private const long Memory = 90_000;

    // By the peer's key. Of a peer whose endpoint the operator gave as an address, null.
    private readonly Dictionary<string, Name?> _configured = [];
    private readonly Dictionary<(string Key, PeerEndpoint Place), Name> _published = [];

    /// <summary>When <see cref="Advance"/> is to be called, in milliseconds on the monotonic clock.</summary>
    public long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Called when the operator says where a peer is. That counts before what the network publishes.</summary>
    /// <param name="peer">The peer's public key.</param>
    /// <param name="place">An address, which the caller gives to the node, or a name.</param>
    /// <param name="initiates">Whether the node initiates as soon as the name is resolved.</param>
    public void Set(byte[] peer, PeerEndpoint place, bool initiates)
    {
        string key = KeyText.Format(peer);
        if (place.Address is { } address)
        {
            _configured[key] = null;
            if (!resolver.HasSocket(address.AddressFamily))
            {
                timeline.Tell(
                    "endpoint",
                    "yellow",
                    $"{place}: this node has no socket for its family; see --listen",
                    timeline.About(key, place.ToString()));
            }

            return;
        }

        _configured[key] = new Name(peer, place) { IsConfigured = true, Initiates = initiates };
        NextDeadline = 0;
    }

    /// <summary>Called when the operator removes a peer.</summary>
    /// <param name="peer">The peer's public key.</param>
    public void Remove(byte[] peer)
    {
        _configured.Remove(KeyText.Format(peer));
    }

    /// <summary>Called when the node wants the endpoint of a peer (<see cref="INodeHost.FindEndpoint"/>).</summary>
    /// <param name="peer">The peer's public key.</param>
    /// <param name="published">
    /// The name that the network publishes, or null where the node asks for a configured endpoint.
    /// </param>
    /// <param name="endpoint">
    /// Where the peer does not answer; gets the address whose turn it is, if there is one.
    /// </param>
    /// <returns>Whether the operator has configured the peer's endpoint.</returns>
    public bool Find(byte[] peer, string? published, Endpoint endpoint)
    {
        string key = KeyText.Format(peer);
        if (published == null)
        {
            if (_configured.TryGetValue(key, out Name? configured) && configured != null)
            {
                Want(configured, endpoint);
            }

            return _configured.ContainsKey(key);
        }

        if (PeerEndpoint.TryParse(published, EndpointUse.Published, out _) is { } place)
        {
            if (!_published.TryGetValue((key, place), out Name? name))
            {
                _published.Add((key, place), name = new Name(peer, place));
            }

            Want(name, endpoint);
        }

        return false;
    }

    /// <summary>Begins the lookups that are due, and forgets names that nobody wants any more.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Advance(long now)
    {
        if (now < NextDeadline)
        {
            return;
        }

        foreach (((string Key, PeerEndpoint Place) old, Name name) in _published.ToArray())
        {
            if (!name.Endpoint.IsPending && now - name.WantedAt >= Memory)
            {
                _published.Remove(old);
            }
        }

        foreach (Name name in _configured.Values.OfType<Name>().Concat(_published.Values))
        {
            if (IsDue(name, out long due) && due <= now)
            {
                name.IsAsked = false;
                name.Endpoint.Begin(now, LongestInterval);
                resolver.Begin(name.Endpoint.Place, (addresses, fault) => Finish(name, addresses, fault));
            }
        }

        Schedule();
    }

    // Whether a name is to be resolved, and when: until there is an address, and then whenever its peer is silent.
    private static bool IsDue(Name name, out long due)
    {
        due = name.Endpoint.DueAt;
        return !name.Endpoint.IsPending && (name.IsAsked || !name.Endpoint.IsResolved);
    }

    private void Schedule()
    {
        long next = long.MaxValue;
        foreach (Name name in _configured.Values.OfType<Name>().Concat(_published.Values))
        {
            next = IsDue(name, out long due) ? Math.Min(next, due) : next;
            next = name.IsConfigured || name.Endpoint.IsPending ? next : Math.Min(next, name.WantedAt + Memory);
        }

        NextDeadline = next;
    }

    private void Want(Name name, Endpoint endpoint)
    {
        long now = clock();
        if (FindPeer(name.Key) is { } peer && peer.LastHeard > Math.Max(peer.Since, name.Endpoint.BegunAt))
        {
            // It has answered since: it is looked for anew.
            name.Endpoint.Restart(now);
        }

        name.WantedAt = now;
        name.IsAsked = true;
        NextDeadline = Math.Min(NextDeadline, name.Endpoint.DueAt);
        if (name.Endpoint.IsResolved)
        {
            endpoint.CopyFrom(name.Endpoint.Next(endpoint));
        }
    }

    // Called on the lookup's thread. In the meantime the operator may have given another endpoint,
    // or the peer has sent.
    private void Finish(Name name, IReadOnlyList<Endpoint> addresses, string? fault)
    {
        lock (gate)
        {
            long now = clock();
            bool wasResolved = name.Endpoint.IsResolved;
            if (name.Endpoint.Finish(addresses, fault) is { } line)
            {
                timeline.Tell(
                    "name",
                    fault == null ? "green" : "yellow",
                    line,
                    timeline.About(KeyText.Format(name.Key), name.Endpoint.Place.ToString()));
            }

            bool isConfigured = _configured.TryGetValue(KeyText.Format(name.Key), out Name? configured);
            if (fault == null && (name.IsConfigured ? configured == name : !isConfigured))
            {
                Apply(name, !wasResolved && name.Initiates, now);
            }

            Schedule();
            changed();
        }
    }

    private void Apply(Name name, bool initiates, long now)
    {
        Peer? peer = FindPeer(name.Key);
        if (peer == null || HasSent(peer, now) || (peer.Endpoint.IsKnown && name.Endpoint.Contains(peer.Endpoint)))
        {
            return;
        }

        Endpoint endpoint = name.Endpoint.Next(peer.Endpoint);
        if (initiates)
        {
            node.AddPeer(name.Key, 0, endpoint, now);
        }
        else
        {
            node.SetEndpoint(name.Key, 0, endpoint, now);
        }
    }

    private Peer? FindPeer(byte[] key)
    {
        return node.Peers.FirstOrDefault(p => p.InUse && p.PublicKey.AsSpan().SequenceEqual(key));
    }

    private static bool HasSent(Peer peer, long now)
    {
        return peer.HasSession(now) && now - peer.LastHeard < Constants.EndpointPatience;
    }

    private sealed class Name(byte[] key, PeerEndpoint place)
    {
        public byte[] Key => key;

        public NamedEndpoint Endpoint { get; } = new(place);

        public bool IsConfigured { get; init; }

        public bool Initiates { get; init; }

        public bool IsAsked { get; set; }

        public long WantedAt { get; set; }
    }
}
