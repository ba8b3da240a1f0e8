using System;
using System.Globalization;
using System.Linq;
using System.Net;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Display;
using Spore.Hostsim.Endpoints;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// What a real node reports of itself: the banner, the status and a line for each peer. Called under the node's lock.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="timeline">Where it is written.</param>
internal sealed class StatusReport(Node node, LiveTimeline timeline)
{
    private readonly NodeIdleWork _idleWork = new();

    /// <summary>Writes the banner.</summary>
    /// <param name="listening">Where the node listens.</param>
    /// <param name="tun">The name of its TUN interface, or null.</param>
    /// <param name="mtu">The interface's MTU.</param>
    public void ShowBanner(string listening, string? tun, int mtu)
    {
        string key = KeyText.Format(node.PublicKey);
        timeline.Banner("public key", key, new LineSubject(key));
        timeline.Banner("link-local", new IPAddress(node.LinkLocal).ToString());
        timeline.Banner("listening", listening);
        if (tun != null)
        {
            timeline.Banner("interface", $"{tun}, MTU {mtu}");
        }

        if (node.NetworkVersion != 0)
        {
            string role = node.OwnEntry < 0 ? "this node is not in it" : "this node is in it";
            timeline.Banner("network", $"{Version()}, {Members()}; {role}", Subject());
        }
    }

    /// <summary>Writes whose primitives the node uses, where they are not the fastest that it knows of.</summary>
    /// <param name="primitives">Those of the host.</param>
    public void ShowPrimitives(HostPrimitives primitives)
    {
        if (primitives == HostPrimitives.Own)
        {
            timeline.Banner("crypto", "the core's own (--own-crypto)");
        }

        foreach (string fault in primitives.Faults)
        {
            timeline.Tell("crypto", "yellow", fault);
        }
    }

    private LineSubject Subject()
    {
        return new LineSubject(Version: node.NetworkVersion == 0 ? null : VersionText.Format(node.NetworkVersion));
    }

    private string Members()
    {
        int members = NetworkHeader.Count(node.Network.Bytes, 0);
        return node.Network.IsSparse
            ? $"{members} members, of which this node holds {node.Network.Count}"
            : $"{members} members";
    }

    /// <summary>Writes the status and the peers.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Show(long now)
    {
        timeline.Answer("status", Line(now), Subject());
        foreach (Peer peer in node.Peers.Where(p => p.InUse))
        {
            string kind = peer.IsProvisional ? "guest" : Node.IsMember(peer) ? "member" : "configured";
            string? endpoint = peer.Endpoint.IsKnown ? EndpointAddress.Of(peer.Endpoint).ToString() : null;
            string session = peer.HasSession(now) ? $"session for {Seconds(now - peer.SessionSince)}" : "no session";
            string key = KeyText.Format(peer.PublicKey);
            timeline.Answer(
                kind,
                $"{timeline.NameOf(key)} at {endpoint ?? "nowhere yet"}; {session}; "
                + $"heard {Seconds(now - peer.LastHeard)} ago; {Traffic(peer.BytesReceived, peer.BytesSent)}",
                timeline.About(key, endpoint) with { Event = "status_peer" });
        }
    }

    /// <summary>The status in one line, as for the end of a run.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The text.</returns>
    public string Line(long now)
    {
        NodeCounters counters = node.Counters;
        string state = NetworkStateText.Describe(node, now);
        string network = node.NetworkVersion == 0 ? state : $"{Version()}, {state}";
        string uptime = TimeSpan.FromSeconds(now / 1000).ToString("c", CultureInfo.InvariantCulture);
        int sessions = node.SessionCount(now);
        return $"up {uptime}; {network}; {sessions} session{(sessions == 1 ? string.Empty : "s")}; {IdleWork(now)}; "
            + $"{Traffic(counters.BytesReceived, counters.BytesSent)}; "
            + $"{counters.Invalid} invalid, {counters.Replayed} replayed, {counters.Limited} limited, "
            + $"{counters.InnerDropped} dropped inside";
    }

    private string Version() => $"version {VersionText.Format(node.NetworkVersion)}";

    private static string Traffic(long received, long sent)
    {
        return $"{ByteSize.Describe(received)} in, {ByteSize.Describe(sent)} out";
    }

    private static string Seconds(long milliseconds)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000} s");
    }

    private string IdleWork(long now)
    {
        node.CountIdleWork(_idleWork, now);
        return (_idleWork.Checks | _idleWork.Secrets | _idleWork.Keys | _idleWork.Pairs) == 0
            ? "nothing due"
            : $"due: {_idleWork.Checks} signatures, {_idleWork.Secrets} secrets, {_idleWork.Keys} keys, "
                + $"{_idleWork.Pairs} pairs";
    }
}
