using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Signing;

namespace Spore.Hostsim.Uapi;

/// <summary>What a peer that a <c>set</c> names, or takes something from, is and will be.</summary>
/// <param name="publicKey">Its public key, 32 bytes.</param>
/// <param name="before">What it is, or null when there is no such peer.</param>
internal sealed class PlannedPeer(byte[] publicKey, PeerState? before)
{
    /// <summary>Its public key, 32 bytes.</summary>
    public byte[] PublicKey => publicKey;

    /// <summary>What it is, or null when there is no such peer.</summary>
    public PeerState? Before => before;

    /// <summary>The link-local address that follows from the key, as a /128, which it always has.</summary>
    public AllowedPrefix LinkLocal { get; } = before?.LinkLocal ?? AllowedPrefix.LinkLocalOf(publicKey);

    /// <summary>Whether the applied network names it.</summary>
    public bool IsMember => before is { IsMember: true };

    /// <summary>Whether there will be such a peer.</summary>
    public bool Exists { get; set; } = before != null;

    /// <summary>Whether it will be one that is configured by hand.</summary>
    public bool IsConfigured { get; set; } = before is { IsConfigured: true };

    /// <summary>The preshared key that it will have, or null.</summary>
    public byte[]? PresharedKey { get; set; } = before?.PresharedKey;

    /// <summary>Where it will be looked for, or null.</summary>
    public IPEndPoint? Endpoint { get; set; } = before?.Endpoint;

    /// <summary>The name of where it will be looked for, or null where the request gives none.</summary>
    public PeerEndpoint? EndpointName { get; set; }

    /// <summary>The seconds at which its session will be kept alive.</summary>
    public int Keepalive { get; set; } = before?.Keepalive ?? 0;

    /// <summary>The prefixes that it will have.</summary>
    public HashSet<AllowedPrefix> AllowedPrefixes { get; } = [.. before?.AllowedPrefixes ?? []];

    /// <summary>The prefixes that it has and will not have.</summary>
    public IEnumerable<AllowedPrefix> Lost => (before?.AllowedPrefixes ?? []).Where(p => !AllowedPrefixes.Contains(p));

    /// <summary>The prefixes that it will have and has not.</summary>
    public IEnumerable<AllowedPrefix> Gained => AllowedPrefixes.Except(before?.AllowedPrefixes ?? []);
}
