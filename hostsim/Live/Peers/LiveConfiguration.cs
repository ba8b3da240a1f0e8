using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Names;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Uapi;
using Spore.Mesh;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Peers;

/// <summary>
/// What the operator says of peers while a node runs, beside what its signed network says. Everything but the
/// operations of <see cref="IUapiDevice"/>, which take the lock themselves, is called under the node's lock.
/// </summary>
/// <param name="gate">The node's lock.</param>
/// <param name="node">The node.</param>
/// <param name="limits">Its limits.</param>
/// <param name="timeline">Where it is told what was changed.</param>
/// <param name="privateKey">The node's private key, 32 bytes; kept by reference.</param>
/// <param name="listenPort">The UDP port that it listens on.</param>
/// <param name="clock">The node's clock.</param>
/// <param name="changed">Called when the node may have something to do.</param>
internal sealed class LiveConfiguration(
    object gate,
    Node node,
    NodeLimits limits,
    LiveTimeline timeline,
    byte[] privateKey,
    int listenPort,
    Func<long> clock,
    Action changed) : IUapiDevice
{
    private const int PrefixCapacity = 8192;

    private readonly ConfiguredPrefixes _prefixes = new(node, limits, PrefixCapacity);
    private readonly Dictionary<string, int> _keepalives = [];
    private readonly Dictionary<string, DateTimeOffset> _handshakes = [];
    private NetworkMembers _members = NetworkMembers.None;

    /// <summary>Resolves the names of endpoints; null where there is nothing to resolve them.</summary>
    public PeerNames? Names { get; set; }

    /// <summary>The firewall mark of the node's outer datagrams; 0 where they have none.</summary>
    public uint FirewallMark { get; set; }

    /// <summary>What the applied network says, also when it has expired.</summary>
    public NetworkMembers Members
    {
        get
        {
            if (_members.Version != node.NetworkVersion)
            {
                _members = NetworkMembers.Of(node);
            }

            return _members;
        }
    }

    /// <summary>Hears what the node reports, and does not call back into it.</summary>
    /// <param name="what">The event.</param>
    /// <param name="key">The peer's public key, or empty.</param>
    public void Hear(NodeEvent what, ReadOnlySpan<byte> key)
    {
        switch (what)
        {
            case NodeEvent.SessionUp:
                _handshakes[KeyText.Format(key)] = DateTimeOffset.UtcNow;
                break;
            case NodeEvent.PeerRemoved:
                _handshakes.Remove(KeyText.Format(key));
                break;
            case NodeEvent.NetworkApplied
                or NodeEvent.NetworkExpired
                or NodeEvent.NetworkRestored
                or NodeEvent.EntriesChanged:
                _members = NetworkMembers.None;
                _prefixes.Change();
                break;
        }
    }

    /// <summary>Tells when the last handshake with a peer was complete.</summary>
    /// <param name="key">The peer's public key, in base64.</param>
    /// <returns>When; null for never.</returns>
    public DateTimeOffset? LastHandshake(string key)
    {
        return _handshakes.TryGetValue(key, out DateTimeOffset last) ? last : null;
    }

    /// <summary>
    /// Called some time after a network was applied or has expired: who is no member any more is kept alive
    /// as the operator says.
    /// </summary>
    public void FollowNetwork()
    {
        foreach (Peer peer in node.Peers.Where(p => p.InUse && node.IsConfigured(p) && !Node.IsMember(p)))
        {
            node.SetKeepalive(
                peer.PublicKey, 0, _keepalives.GetValueOrDefault(KeyText.Format(peer.PublicKey)), clock());
        }
    }

    /// <inheritdoc/>
    public DeviceState Get()
    {
        lock (gate)
        {
            // Copies of preshared keys, since the node may wipe its own before they are told.
            return new DeviceState(
                privateKey,
                listenPort,
                FirewallMark,
                [.. Peers().Peers.Select(p => p with { PresharedKey = (byte[]?)p.PresharedKey?.Clone() })]);
        }
    }

    /// <inheritdoc/>
    public void Set(SetRequest request)
    {
        lock (gate)
        {
            SetPlan plan = new(Peers(), request);
            foreach ((string key, PlannedPeer peer) in plan.Peers)
            {
                TakeBack(key, peer);
            }

            foreach ((string key, PlannedPeer peer) in plan.Peers.Where(p => p.Value.IsConfigured))
            {
                Configure(key, peer);
            }

            _prefixes.Change();
            changed();
        }
    }

    /// <inheritdoc/>
    public void Refused(UapiException fault)
    {
        lock (gate)
        {
            string peer = fault.Peer == null ? string.Empty : $"{timeline.NameOf(fault.Peer)}: ";
            LineSubject subject = fault.Peer == null ? default : timeline.About(fault.Peer);
            timeline.Tell("set refused", "yellow", peer + fault.Message, subject);
        }
    }

    private LivePeers Peers()
    {
        return new LivePeers(
            node,
            limits,
            node.IsExpired ? NetworkMembers.None : Members,
            _prefixes,
            _handshakes,
            privateKey,
            listenPort,
            FirewallMark,
            clock());
    }

    private void TakeBack(string key, PlannedPeer peer)
    {
        if (peer.IsConfigured)
        {
            foreach (AllowedPrefix prefix in peer.Lost)
            {
                _prefixes.Take(prefix);
            }
        }
        else if (peer.Before != null && (peer.Before.IsConfigured || !peer.Exists))
        {
            _prefixes.TakeAll(key);
            _keepalives.Remove(key);
            Names?.Remove(peer.PublicKey);
            node.RemovePeer(peer.PublicKey, 0, clock());
        }
    }

    private void Configure(string key, PlannedPeer peer)
    {
        long now = clock();
        if (peer.Before is not { IsConfigured: true })
        {
            node.AddPeer(peer.PublicKey, 0, null, now);
            timeline.Tell("configured", "blue", timeline.NameOf(key), timeline.About(key));
        }

        if (peer.PresharedKey != peer.Before?.PresharedKey)
        {
            node.SetPresharedKey(peer.PublicKey, 0, (byte[]?)peer.PresharedKey?.Clone());
        }

        if (peer.Endpoint != null && !peer.Endpoint.Equals(peer.Before?.Endpoint))
        {
            node.SetEndpoint(peer.PublicKey, 0, EndpointAddress.From(peer.Endpoint), now);
            Names?.Set(peer.PublicKey, new PeerEndpoint(peer.Endpoint.Address, null, peer.Endpoint.Port), false);
        }

        if (peer.EndpointName != null)
        {
            Names?.Set(peer.PublicKey, peer.EndpointName, false);
        }

        if (!peer.IsMember)
        {
            _keepalives[key] = peer.Keepalive;
            node.SetKeepalive(peer.PublicKey, 0, peer.Keepalive, now);
        }

        foreach (AllowedPrefix prefix in peer.Gained)
        {
            _prefixes.Give(key, prefix);
        }
    }
}
