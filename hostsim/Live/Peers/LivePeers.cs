using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Uapi;
using Spore.Mesh;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Peers;

/// <summary>
/// The peers of a running node at one moment: every member, whether it has a slot or not, who is configured by hand,
/// and guests with a session.
/// </summary>
internal sealed class LivePeers : ISetTarget
{
    private readonly Node _node;
    private readonly NetworkMembers _members;
    private readonly ConfiguredPrefixes _prefixes;
    private readonly IReadOnlyDictionary<string, DateTimeOffset> _handshakes;
    private readonly Dictionary<string, Peer> _slots = [];
    private readonly int _own;

    /// <summary>Looks at a node, which must not be used by others while this object is.</summary>
    /// <param name="node">The node.</param>
    /// <param name="limits">Its limits.</param>
    /// <param name="members">What its network says; nobody when it has expired.</param>
    /// <param name="prefixes">What peers have by hand.</param>
    /// <param name="handshakes">When the last handshake with a key was complete.</param>
    /// <param name="privateKey">The node's private key, 32 bytes.</param>
    /// <param name="listenPort">The UDP port that it listens on.</param>
    /// <param name="firewallMark">The firewall mark of its outer datagrams, or 0.</param>
    /// <param name="now">The node's clock.</param>
    public LivePeers(
        Node node,
        NodeLimits limits,
        NetworkMembers members,
        ConfiguredPrefixes prefixes,
        IReadOnlyDictionary<string, DateTimeOffset> handshakes,
        byte[] privateKey,
        int listenPort,
        uint firewallMark,
        long now)
    {
        _node = node;
        _members = members;
        _prefixes = prefixes;
        _handshakes = handshakes;
        PrivateKey = privateKey;
        PublicKey = KeyText.Format(node.PublicKey);
        ListenPort = listenPort;
        FirewallMark = firewallMark;
        FreePeers = limits.Peers - node.Peers.Count(p => p.InUse && node.IsConfigured(p));
        _own = members.Find(PublicKey);
        foreach (Peer peer in node.Peers)
        {
            if (peer.InUse && (!peer.IsProvisional || peer.HasSession(now)))
            {
                _slots.Add(KeyText.Format(peer.PublicKey), peer);
            }
        }
    }

    /// <inheritdoc/>
    public byte[] PrivateKey { get; }

    /// <inheritdoc/>
    public string PublicKey { get; }

    /// <inheritdoc/>
    public int ListenPort { get; }

    /// <inheritdoc/>
    public uint FirewallMark { get; }

    /// <inheritdoc/>
    public int FreePeers { get; }

    /// <inheritdoc/>
    public int FreePrefixes => _prefixes.Room;

    /// <inheritdoc/>
    public IEnumerable<PeerState> Peers
    {
        get
        {
            IEnumerable<PeerState> members = Enumerable.Range(0, _members.All.Count)
                .Where(i => i != _own)
                .Select(Member);
            return members.Concat(_slots.Where(s => _members.Find(s.Key) < 0).Select(s => Other(s.Key, s.Value)));
        }
    }

    /// <inheritdoc/>
    public PeerState? Find(string key)
    {
        int place = _members.Find(key);
        return place >= 0 ? Member(place) : _slots.TryGetValue(key, out Peer? peer) ? Other(key, peer) : null;
    }

    /// <inheritdoc/>
    public string? HolderOf(AllowedPrefix prefix, out bool isNetworks)
    {
        string? member = _members.HolderOf(prefix);
        isNetworks = member != null;
        return member ?? _prefixes.HolderOf(prefix);
    }

    private PeerState Member(int place)
    {
        PeerDescription member = _members.All[place];
        string key = KeyText.Format(member.PublicKey);
        PeerEndpoint? endpoint = member.Endpoints.Find(e => e.Address != null);
        PeerState state = new()
        {
            PublicKey = member.PublicKey,
            LinkLocal = _members.LinkLocal(place),
            IsMember = true,
            Endpoint = endpoint == null ? null : new(endpoint.Address!, endpoint.Port),
            Keepalive = member.Keepalive,
            AllowedPrefixes = member.AllowedPrefixes,
        };
        return _slots.TryGetValue(key, out Peer? peer) ? WithSlot(state, key, peer) : state;
    }

    private PeerState Other(string key, Peer peer)
    {
        byte[] publicKey = Convert.FromBase64String(key);
        PeerState state = new()
        {
            PublicKey = publicKey,
            LinkLocal = AllowedPrefix.LinkLocalOf(publicKey),
            Keepalive = peer.KeepaliveInterval,
            AllowedPrefixes = [.. _prefixes.Of(key).Where(p => _members.HolderOf(p) == null)],
        };
        return WithSlot(state, key, peer);
    }

    private PeerState WithSlot(PeerState state, string key, Peer peer)
    {
        return state with
        {
            IsConfigured = _node.IsConfigured(peer),
            PresharedKey = peer.PresharedKey,
            Endpoint = peer.Endpoint.IsKnown ? EndpointAddress.Of(peer.Endpoint) : null,
            LastHandshake = _handshakes.TryGetValue(key, out DateTimeOffset last) ? last : null,
            BytesSent = peer.BytesSent,
            BytesReceived = peer.BytesReceived,
        };
    }
}
