using System;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>What a node knew of a peer at one moment.</summary>
internal sealed record PeerReading
{
    /// <summary>Its public key, in base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Its label in the network; empty where it has none.</summary>
    public required string Label { get; init; }

    /// <summary>When it got its slot, in milliseconds on the monotonic clock. Its counters began at 0 then.</summary>
    public long Since { get; init; }

    /// <summary>Bytes of datagrams received from it.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes of datagrams sent to it.</summary>
    public long BytesSent { get; init; }

    /// <summary>Whether there is a session with it.</summary>
    public bool HasSession { get; init; }

    /// <summary>When the last handshake with it was complete; null for never.</summary>
    public DateTimeOffset? LastHandshake { get; init; }

    /// <summary>The version of the last network that it has shown, 0 for none.</summary>
    public ulong ShownVersion { get; init; }
}
