using System;
using System.Linq;
using System.Net;
using Spore.Hostsim.Control;
using Spore.Hostsim.Transfers;
using Spore.Signing;

namespace Spore.Hostsim.Status;

/// <summary>
/// Makes a <see cref="NodeReport"/> of what everyone on the machine may read: the node's status and its network. What
/// the node alone knows is left out.
/// </summary>
internal static class PublicReport
{
    /// <summary>Makes a report.</summary>
    /// <param name="whom">The peer: its key, its label, or an address of it in the tunnel.</param>
    /// <param name="status">The node's status.</param>
    /// <param name="network">Its network, or null.</param>
    /// <param name="ownKey">Its public key, or null.</param>
    /// <param name="tunnel">Its interface.</param>
    /// <returns>The report.</returns>
    /// <exception cref="HostsimException">No peer is meant, or several are.</exception>
    public static NodeReport Of(
        string whom, StatusFile status, NetworkDescription? network, byte[]? ownKey, LocalInterface tunnel)
    {
        PeerDescription? member = FindByAddress(whom, network);
        string key = KeyText.Format(
            member?.PublicKey ?? RemotePeer.Find("LABEL|KEY|ADDRESS", whom, network, "the network").Key);
        member ??= network?.Peers.FirstOrDefault(p => KeyText.Format(p.PublicKey) == key);
        StatusPeer? peer = status.Peers.FirstOrDefault(p => p.Key == key);
        return new NodeReport
        {
            Key = ownKey == null ? string.Empty : KeyText.Format(ownKey),
            State = status.State,
            Version = status.Version,
            IsMember = ownKey != null,
            Expires = network?.Expires ?? 0,
            Clock = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            Interface = tunnel.Name,
            Mtu = tunnel.Mtu,
            Peer = new PeerReport
            {
                Key = key,
                Label = member?.Label ?? peer?.Label,
                IsMember = member != null,
                AllowedIps = [.. member?.AllowedPrefixes.Select(p => p.ToString()) ?? []],
                Published = [.. member?.Endpoints.Select(e => e.ToString()) ?? []],
                Keepalive = member?.Keepalive ?? 0,
                Endpoint = peer?.Endpoint?.ToString(),
                HasSlot = peer != null,
                Session = peer?.Session,
            },
        };
    }

    // A label may look like an address: "7" does.
    private static PeerDescription? FindByAddress(string whom, NetworkDescription? network) =>
        network?.Peers.Any(p => p.Label == whom) == true || !IPAddress.TryParse(whom, out IPAddress? address)
            ? null
            : network?.Peers
                .SelectMany(p => p.AllowedPrefixes.Append(AllowedPrefix.LinkLocalOf(p.PublicKey)), (p, a) => (p, a))
                .Where(c => c.a.Overlaps(new AllowedPrefix(address, address.GetAddressBytes().Length * 8)))
                .OrderByDescending(c => c.a.Length)
                .FirstOrDefault()
                .p ?? throw new HostsimException($"no member has the address {MessageText.Quote(whom)}");
}
