using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Peers;
using Spore.Mesh;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// The names of a running node's peers: those that the operator has given, and those that the network publishes.
/// Resolves a name when the node asks for it, and gives the node what was found.
/// </summary>
/// <param name="gate">The node's lock.</param>
/// <param name="node">The node.</param>
/// <param name="configuration">Knows of which peers wg has set the endpoint.</param>
/// <param name="peers">The peers that the node was started with.</param>
/// <param name="clock">The node's clock.</param>
/// <param name="changed">Called under the lock when the node may have something to do.</param>
internal sealed class PeerNames(
    object gate,
    Node node,
    LiveConfiguration configuration,
    IReadOnlyList<PeerArgument> peers,
    Func<long> clock,
    Action changed)
{
    private NameResolver? _resolver;

    private NameResolver Resolver => _resolver ??= new NameResolver(SetEndpoint);

    /// <summary>Called when the node wants the endpoint of a peer; under the lock.</summary>
    /// <param name="peer">The peer's public key.</param>
    /// <param name="published">
    /// The name that the network publishes, or null where the node asks for a configured endpoint.
    /// </param>
    /// <returns>Whether the operator has configured the peer's endpoint.</returns>
    public bool Find(byte[] peer, string? published)
    {
        if (published != null)
        {
            if (PeerEndpoint.TryParse(published, EndpointUse.Published, out _) is { } named)
            {
                Resolver.Resolve(peer, named);
            }

            return false;
        }

        if (configuration.HasPlaced(KeyText.Format(peer)))
        {
            return true;
        }

        PeerEndpoint? configured = peers.FirstOrDefault(p => p.Key.AsSpan().SequenceEqual(peer))?.Endpoint;
        if (configured is { Name: not null })
        {
            Resolver.Resolve(peer, configured);
        }

        return configured != null;
    }

    // Called on a thread of the resolver. In the meantime wg may have set the endpoint, or the peer may have sent.
    private void SetEndpoint(byte[] key, Endpoint endpoint)
    {
        lock (gate)
        {
            long now = clock();
            if (!configuration.HasPlaced(KeyText.Format(key)) && !HasSent(key, now))
            {
                node.SetEndpoint(key, 0, endpoint, now);
                changed();
            }
        }
    }

    private bool HasSent(byte[] key, long now)
    {
        return node.Peers.Any(
            p => p.InUse
                && p.HasSession(now)
                && now - p.LastHeard < Constants.EndpointPatience
                && p.PublicKey.AsSpan().SequenceEqual(key));
    }
}
