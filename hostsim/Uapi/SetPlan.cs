using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using Spore.Signing;

namespace Spore.Hostsim.Uapi;

/// <summary>
/// What a <c>set</c> leads to, worked out before anything is done, so that one that can't be done whole changes
/// nothing. What it says that is so already is no change: therefore the output of <c>wg showconf</c> can be given back.
/// </summary>
internal sealed class SetPlan
{
    private static readonly AllowedPrefix _linkLocals = new(System.Net.IPAddress.Parse("fe80::"), 10);

    private readonly ISetTarget _target;
    private readonly SetRequest _request;
    private readonly Dictionary<string, PlannedPeer> _peers = [];

    // Of prefixes that the plan moves: their new holders, null for nobody.
    private readonly Dictionary<AllowedPrefix, string?> _holders = [];

    /// <summary>Works out a plan.</summary>
    /// <param name="target">What there is.</param>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="UapiException">It can't be done.</exception>
    public SetPlan(ISetTarget target, SetRequest request)
    {
        _target = target;
        _request = request;
        CheckDevice();
        if (request.ReplacePeers)
        {
            RemovePeers();
        }

        foreach (PeerRequest peer in request.Peers)
        {
            string key = KeyText.Format(peer.PublicKey);

            // As stock implementations have it: a peer with the interface's own key is passed over.
            if (key != target.PublicKey)
            {
                Plan(peer, key);
            }
        }

        CheckRoom();
    }

    /// <summary>All peers that there is something to do for, by their keys.</summary>
    public IReadOnlyDictionary<string, PlannedPeer> Peers => _peers;

    private static UapiException NotPermitted(string? peer, string message)
    {
        return new UapiException(Errno.NotPermitted, peer, message);
    }

    private static int Number(bool condition)
    {
        return condition ? 1 : 0;
    }

    private static bool IsZero(byte[] key)
    {
        return key.All(b => b == 0);
    }

    private static bool IsSame(byte[]? a, byte[]? b)
    {
        return a == null || b == null ? a == b : CryptographicOperations.FixedTimeEquals(a, b);
    }

    // Two private keys with the same clamped bits are the same one (RFC 7748 section 5).
    private static bool IsSamePrivateKey(byte[] a, byte[] b)
    {
        return ((a[0] ^ b[0]) & 0xF8) == 0
            && ((a[31] ^ b[31]) & 0x3F) == 0
            && CryptographicOperations.FixedTimeEquals(a.AsSpan(1, 30), b.AsSpan(1, 30));
    }

    private void CheckDevice()
    {
        if (_request.PrivateKey != null && !IsSamePrivateKey(_request.PrivateKey, _target.PrivateKey))
        {
            throw NotPermitted(null, "the private key is the identity's");
        }

        if (_request.ListenPort is { } port && port != _target.ListenPort)
        {
            throw new UapiException(
                Errno.NotSupported, null, "the port is given by --listen, and stays while the node runs");
        }

        // wg setconf sends 0 for a file that names no mark.
        if (_request.FirewallMark is { } mark and not 0 && mark != _target.FirewallMark)
        {
            throw new UapiException(
                Errno.NotSupported, null, "the firewall mark is the node's own, and stays while the node runs");
        }
    }

    // Guests stay: they are nobody's configuration. A session goes on where the peer is named again.
    private void RemovePeers()
    {
        HashSet<string> named = [.. _request.Peers.Where(p => !p.Remove).Select(p => KeyText.Format(p.PublicKey))];
        foreach (PeerState peer in _target.Peers)
        {
            string key = KeyText.Format(peer.PublicKey);
            if (peer.IsMember && named.Contains(key))
            {
                if (peer.PresharedKey != null)
                {
                    Find(key, peer.PublicKey).PresharedKey = null;
                }
            }
            else if (peer.IsMember || peer.IsConfigured)
            {
                Remove(Find(key, peer.PublicKey), key);
            }
        }
    }

    private void Remove(PlannedPeer peer, string key)
    {
        if (peer.IsMember)
        {
            if (!peer.IsConfigured)
            {
                throw NotPermitted(key, "the network says that it is a member");
            }
        }
        else
        {
            Release(peer);
            peer.Endpoint = peer.Before?.Endpoint;
            peer.Keepalive = 0;
            peer.Exists = false;
        }

        peer.IsConfigured = false;
        peer.PresharedKey = null;
    }

    private void Plan(PeerRequest request, string key)
    {
        PlannedPeer peer = Find(key, request.PublicKey);
        if (request.Remove)
        {
            if (peer.Exists)
            {
                Remove(peer, key);
            }
        }
        else if (peer.IsMember)
        {
            PlanMember(peer, request, key);
        }
        else if (peer.Exists ? !IsGuestAsShown(peer, request) : !request.UpdateOnly)
        {
            PlanConfigured(peer, request, key);
        }
    }

    // In a whole configuration, which setconf and syncconf have a private key in, a guest may stand as showconf wrote
    // it. That must not make a configured peer of a stranger.
    private bool IsGuestAsShown(PlannedPeer peer, PeerRequest request)
    {
        return !peer.IsConfigured
            && _request.PrivateKey != null
            && request.ReplaceAllowedPrefixes
            && request.AllowedPrefixes.All(p => p == (peer.LinkLocal, true))
            && (request.PresharedKey == null || IsZero(request.PresharedKey))
            && request.Keepalive is null or 0;
    }

    private void PlanMember(PlannedPeer peer, PeerRequest request, string key)
    {
        if (request.Keepalive is { } keepalive && keepalive != peer.Keepalive)
        {
            throw NotPermitted(key, "the network says how a member is kept alive");
        }

        HashSet<AllowedPrefix> wanted = request.ReplaceAllowedPrefixes ? [] : [.. peer.AllowedPrefixes];
        foreach ((AllowedPrefix prefix, bool gives) in request.AllowedPrefixes)
        {
            if (!IsLinkLocal(peer, key, prefix, gives))
            {
                _ = gives ? wanted.Add(prefix) : wanted.Remove(prefix);
            }
        }

        if (!wanted.SetEquals(peer.AllowedPrefixes))
        {
            throw NotPermitted(key, "the network says what addresses a member has");
        }

        SetKeyAndEndpoint(peer, request, out bool isChange);

        // Members are many, and who is configured keeps a slot for ever: only for what is news.
        if (isChange)
        {
            Configure(peer, key);
        }
    }

    private void PlanConfigured(PlannedPeer peer, PeerRequest request, string key)
    {
        Configure(peer, key);
        SetKeyAndEndpoint(peer, request, out _);
        peer.Keepalive = request.Keepalive ?? peer.Keepalive;
        if (request.ReplaceAllowedPrefixes)
        {
            Release(peer);
        }

        foreach ((AllowedPrefix prefix, bool gives) in request.AllowedPrefixes)
        {
            if (IsLinkLocal(peer, key, prefix, gives))
            {
                continue;
            }

            if (gives)
            {
                Give(peer, key, prefix);
            }
            else if (peer.AllowedPrefixes.Remove(prefix))
            {
                _holders[prefix] = null;
            }
        }
    }

    private static void Configure(PlannedPeer peer, string key)
    {
        if (!peer.IsConfigured && !NodeKey.IsUsable(peer.PublicKey))
        {
            throw new UapiException(Errno.Invalid, key, NodeKey.Unusable);
        }

        peer.Exists = true;
        peer.IsConfigured = true;
    }

    private static void SetKeyAndEndpoint(PlannedPeer peer, PeerRequest request, out bool isChange)
    {
        isChange = false;
        if (request.PresharedKey != null)
        {
            byte[]? presharedKey = IsZero(request.PresharedKey) ? null : request.PresharedKey;
            isChange |= !IsSame(presharedKey, peer.PresharedKey);
            peer.PresharedKey = presharedKey;
        }

        if (request.Endpoint is { Address: { } address } place)
        {
            System.Net.IPEndPoint endpoint = new(address, place.Port);
            isChange |= !endpoint.Equals(peer.Endpoint);
            peer.Endpoint = endpoint;
            peer.EndpointName = null;
        }
        else if (request.Endpoint != null)
        {
            isChange = true;
            peer.EndpointName = request.Endpoint;
        }
    }

    // Whether there is nothing to do, since the peer has the prefix from its key.
    private static bool IsLinkLocal(PlannedPeer peer, string key, AllowedPrefix prefix, bool gives)
    {
        if (prefix.Length == 0 || !prefix.Overlaps(_linkLocals))
        {
            return false;
        }

        return gives && prefix == peer.LinkLocal
            ? true
            : throw NotPermitted(key, $"{prefix}: link-local addresses follow from the keys");
    }

    private void Give(PlannedPeer peer, string key, AllowedPrefix prefix)
    {
        bool isNetworks = false;
        string? holder = _holders.TryGetValue(prefix, out string? planned)
            ? planned
            : _target.HolderOf(prefix, out isNetworks);
        if (isNetworks)
        {
            throw NotPermitted(
                key, $"the network gives {prefix} to {(holder == _target.PublicKey ? "this node" : "a member")}");
        }

        if (holder != null)
        {
            // Who it was taken from may be a member, for whom it did not count.
            Find(holder, Convert.FromBase64String(holder)).AllowedPrefixes.Remove(prefix);
        }

        peer.AllowedPrefixes.Add(prefix);
        _holders[prefix] = key;
    }

    private void Release(PlannedPeer peer)
    {
        foreach (AllowedPrefix prefix in peer.AllowedPrefixes)
        {
            _holders[prefix] = null;
        }

        peer.AllowedPrefixes.Clear();
    }

    private void CheckRoom()
    {
        if (_peers.Values.Sum(
            p => Number(p.IsConfigured) - Number(p.Before is { IsConfigured: true })) > _target.FreePeers)
        {
            throw new UapiException(Errno.NoSpace, null, "there is no room for so many configured peers");
        }

        if (_holders.Sum(
            h => Number(h.Value != null) - Number(_target.HolderOf(h.Key, out _) != null)) > _target.FreePrefixes)
        {
            throw new UapiException(Errno.NoSpace, null, "there is no room for so many prefixes");
        }
    }

    private PlannedPeer Find(string key, byte[] publicKey)
    {
        if (!_peers.TryGetValue(key, out PlannedPeer? peer))
        {
            _peers.Add(key, peer = new PlannedPeer(publicKey, _target.Find(key)));
        }

        return peer;
    }
}
