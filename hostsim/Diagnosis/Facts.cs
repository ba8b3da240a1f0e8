using System.Collections.Generic;
using Spore.Hostsim.Control;

namespace Spore.Hostsim.Diagnosis;

/// <summary>All that could be found out about a node and one peer of it.</summary>
internal sealed record Facts
{
    /// <summary>What the node knows.</summary>
    public required NodeReport Node { get; init; }

    /// <summary>Whether the node was asked at its control socket: else it tells no more than its status.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether the peer is the node itself.</summary>
    public bool IsSelf => Node.Peer.Key == Node.Key;

    /// <summary>How the peer answers through the tunnel.</summary>
    public PeerAnswer Answer { get; init; }

    /// <summary>The state that the peer reports, or null.</summary>
    public string? PeerState { get; init; }

    /// <summary>The version of the peer's network, where it tells it; else 0.</summary>
    public ulong PeerVersion { get; init; }

    /// <summary>Whether a packet as large as the tunnel's MTU comes back; null where that was not tried.</summary>
    public bool? LargePacketsPass { get; init; }

    /// <summary>The largest MTU that was found to pass, or 0.</summary>
    public int LargestMtu { get; init; }

    /// <summary>How long an echo took in milliseconds, or null.</summary>
    public double? RoundTrip { get; init; }

    /// <summary>What other members report.</summary>
    public IReadOnlyList<MemberView> Others { get; init; } = [];

    /// <summary>What one datagram to the peer's endpoint gave.</summary>
    public ProbeResult Probe { get; init; }

    /// <summary>Rules of this machine's firewall that drop datagrams to or from the peer's endpoint, as text.</summary>
    public IReadOnlyList<string> DroppingRules { get; init; } = [];

    /// <summary>Whether the firewall could be looked at.</summary>
    public bool IsFirewallKnown { get; init; }

    /// <summary>Whether the kernel calls its clock synchronized; null where it does not say.</summary>
    public bool? IsClockSynchronized { get; init; }
}
