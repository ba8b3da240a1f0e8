using System;
using System.Collections.Generic;
using System.Net;
using Spore.Signing;

namespace Spore.Hostsim.Uapi;

/// <summary>A peer as <c>get</c> tells it.</summary>
internal sealed record PeerState
{
    /// <summary>Its public key, 32 bytes.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>The link-local address that follows from the key, as a /128, which it always has.</summary>
    public required AllowedPrefix LinkLocal { get; init; }

    /// <summary>Whether the applied network names it.</summary>
    public bool IsMember { get; init; }

    /// <summary>Whether it was configured by hand.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>Its preshared key, 32 bytes, or null.</summary>
    public byte[]? PresharedKey { get; init; }

    /// <summary>Where it is or would be looked for, or null.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>When the last handshake with it was complete, or null.</summary>
    public DateTimeOffset? LastHandshake { get; init; }

    /// <summary>Bytes sent to it.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes received from it.</summary>
    public long BytesReceived { get; init; }

    /// <summary>The seconds at which the session with it is kept alive, 0 for not at all.</summary>
    public int Keepalive { get; init; }

    /// <summary>Its prefixes, without the link-local one.</summary>
    public IReadOnlyCollection<AllowedPrefix> AllowedPrefixes { get; init; } = [];
}
