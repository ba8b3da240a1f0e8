using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Spore.Hostsim.Control;
using Spore.Hostsim.Display;
using Spore.Hostsim.Endpoints;
using Spore.Mesh;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Peers;

/// <summary>Tells what a node knows of itself and of one peer. Used under the node's lock.</summary>
/// <param name="members">The members of the applied network.</param>
/// <param name="history">What has happened with peers.</param>
/// <param name="tunnel">The name of the interface, or null.</param>
/// <param name="mtu">The interface's MTU in bytes.</param>
/// <param name="port">The UDP port that the node listens on.</param>
internal sealed class PeerInspector(
    Func<NetworkMembers> members, PeerHistory history, string? tunnel, int mtu, int port)
{
    // A key in base64 has 43 characters of its own. Two that differ in fewer were meant to be one.
    private const int MostDifferences = 6;

    /// <summary>Finds a peer, and tells what is known.</summary>
    /// <param name="whom">A public key, a label, or an inner address.</param>
    /// <param name="node">The node.</param>
    /// <param name="now">Milliseconds on the node's clock.</param>
    /// <returns>The report.</returns>
    /// <exception cref="HostsimException">No peer is meant, or several are.</exception>
    public NodeReport Inspect(string whom, Node node, long now)
    {
        string own = KeyText.Format(node.PublicKey);
        string key = Find(whom, node);
        return new NodeReport
        {
            Key = own,
            State = node.NetworkVersion == 0 ? "none" : NetworkStateText.Word(node.State(now)),
            Version = node.NetworkVersion,
            IsMember = node.OwnEntry >= 0,
            Expires = node.NetworkVersion == 0 ? 0 : node.Network.Expires,
            Clock = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            WitnessClock = node.WitnessedTime(now) / 1000,
            Interface = tunnel,
            Mtu = mtu,
            ListenPort = port,
            TwinHeard = Ago(history.TwinAt, now),
            TwinEndpoint = history.TwinPlace,
            ExpiredHeader = Ago(history.ExpiredHeaderAt, now),
            Peer = Peer(key, node, now),
        };
    }

    private string Find(string whom, Node node)
    {
        if (KeyText.TryParse(whom) is { } key)
        {
            return KeyText.Format(key);
        }

        // A label may look like an address: "7" does.
        PeerDescription[] found = [.. members().All.Where(m => m.Label == whom)];
        string? former = found.Length == 0 ? history.FindFormer(whom)?.Key : null;
        if (found.Length == 0 && former == null && IPAddress.TryParse(whom, out IPAddress? address))
        {
            return FindByAddress(address, node)
                ?? throw new HostsimException($"no peer has the address {MessageText.Quote(whom)}");
        }

        return found.Length switch
        {
            1 => KeyText.Format(found[0].PublicKey),
            > 1 => throw new HostsimException(
                $"{found.Length} members have the label {MessageText.Quote(whom)}; give the key"),
            _ => former ?? throw new HostsimException(
                $"no peer has the label {MessageText.Quote(whom)}"
                + PeerName.Labels(members().All.Select(m => m.Label))),
        };
    }

    private string? FindByAddress(IPAddress address, Node node)
    {
        byte[] bytes = address.GetAddressBytes();
        int entry = node.NetworkVersion == 0
            ? -1
            : node.FindEntry(bytes, 0, address.AddressFamily == AddressFamily.InterNetworkV6);
        if (entry >= 0)
        {
            return KeyText.Format(members().All[entry].PublicKey);
        }

        // A peer that no network names has its link-local address alone.
        Peer? peer = node.Peers.FirstOrDefault(
            p => p.InUse && NodeKey.LinkLocal(p.PublicKey).AsSpan().SequenceEqual(bytes));
        return peer == null ? null : KeyText.Format(peer.PublicKey);
    }

    private PeerReport Peer(string key, Node node, long now)
    {
        int place = members().Find(key);
        PeerDescription? member = place < 0 ? null : members().All[place];
        (string Key, string? Label, ulong Version)? former = member == null ? history.FindFormer(key) : null;
        Peer? slot = node.Peers.FirstOrDefault(p => p.InUse && KeyText.Format(p.PublicKey) == key);
        PeerHistory.Record record = history.Of(key);
        return new PeerReport
        {
            Key = key,
            Label = member?.Label ?? former?.Label,
            IsMember = member != null,
            IsConfigured = slot != null && node.IsConfigured(slot),
            RemovedAfter = former?.Version ?? 0,
            SimilarTo = member == null ? Similar(key) : null,
            AllowedIps = [.. member?.AllowedPrefixes.Select(p => p.ToString()) ?? []],
            Published = [.. member?.Endpoints.Select(e => e.ToString()) ?? []],
            Keepalive = member?.Keepalive ?? slot?.KeepaliveInterval ?? 0,
            Endpoint = slot is { Endpoint.IsKnown: true } ? EndpointAddress.Of(slot.Endpoint).ToString() : null,
            IsEndpointHeard = slot is { IsEndpointAuthentic: true },
            HasSlot = slot != null,
            Session = slot != null && slot.HasSession(now) ? (now - slot.SessionSince) / 1000 : null,
            Heard = slot != null && slot.LastHeard > slot.Since ? (now - slot.LastHeard) / 1000 : null,
            IsSilent = slot is { IsSilent: true },
            InitiationSent = Ago(Last(record.Initiations), now),
            Unanswered = record.Initiations.Count(t => slot == null || t > slot.LastHeard),
            ResponseSent = Ago(Last(record.Responses), now),
            Unconfirmed = record.Responses.Count(t => slot == null
                || t > (slot.HasSession(now) ? slot.SessionSince : slot.LastHeard)),
            Cookie = Ago(record.CookieAt, now),
            Agreed = Ago(record.AgreedAt, now),
            Equivocation = Ago(record.EquivocationAt, now),
            Places =
            [
                .. record.Places.Select(p => new PeerPlace(
                    EndpointAddress.Of(p.Endpoint).ToString(), (now - p.Since) / 1000)),
            ],
        };
    }

    private string? Similar(string key) => members().All
        .Select(m => (Key: KeyText.Format(m.PublicKey), m.Label))
        .Select(m => (Name: m.Label ?? m.Key, Differences: m.Key.Zip(key).Count(c => c.First != c.Second)))
        .Where(m => m.Differences is > 0 and <= MostDifferences)
        .OrderBy(m => m.Differences)
        .Select(m => m.Name)
        .FirstOrDefault();

    private static long? Last(List<long> times) => times.Count == 0 ? null : times[^1];

    private static long? Ago(long? at, long now) => at == null ? null : (now - at) / 1000;
}
