using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using Spore.Signing;

namespace Spore.Tests.Interop;

/// <summary>
/// A place in a signed network. Member N has 10.99.0.N and fd99::N, so nothing overlaps with the wire.
/// </summary>
/// <param name="Key">The public key, 32 bytes.</param>
/// <param name="Number">The member's number.</param>
/// <param name="Endpoint">Where it can be reached, as the network tells it, or null.</param>
/// <param name="Keepalive">After how many seconds others keep their sessions with it alive; 0 for never.</param>
internal sealed record Member(byte[] Key, int Number, string? Endpoint = null, int Keepalive = 0)
{
    /// <summary>More prefixes of the member's, as the network tells them.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [];

    /// <summary>Its label, or null for that of its number.</summary>
    public string? Label { get; init; }

    /// <summary>Its roles, bits of <see cref="SignedNetwork.EntryRoles"/>.</summary>
    public int Roles { get; init; }

    /// <summary>Its vendor fields.</summary>
    public IReadOnlyList<VendorField> VendorFields { get; init; } = [];

    /// <summary>The key as <c>wg</c> writes it.</summary>
    public string KeyText => Signing.KeyText.Format(Key);

    /// <summary>The assigned IPv4 address.</summary>
    public string Ipv4 => string.Create(CultureInfo.InvariantCulture, $"10.99.0.{Number}");

    /// <summary>The assigned IPv6 address.</summary>
    public string Ipv6 => string.Create(CultureInfo.InvariantCulture, $"fd99::{Number}");

    /// <summary>The link-local address that follows from the key.</summary>
    public string LinkLocal => new IPAddress(NodeKey.LinkLocal(Key)).ToString();

    /// <summary>All three addresses, as prefixes.</summary>
    public string AllowedIps => $"{LinkLocal}/128,{Ipv4}/32,{Ipv6}/128";

    /// <summary>What a network says about the member.</summary>
    /// <returns>Its description.</returns>
    public PeerDescription Describe()
    {
        PeerDescription peer = new()
        {
            PublicKey = Key,
            Label = Label ?? string.Create(CultureInfo.InvariantCulture, $"member-{Number}"),
            Keepalive = Keepalive,
            Roles = Roles,
        };
        peer.AllowedPrefixes.Add(new AllowedPrefix(IPAddress.Parse(Ipv4), 32));
        peer.AllowedPrefixes.Add(new AllowedPrefix(IPAddress.Parse(Ipv6), 128));
        peer.AllowedPrefixes.AddRange(Prefixes.Select(p => AllowedPrefix.TryParse(p, out _)!));
        peer.VendorFields.AddRange(VendorFields);
        if (Endpoint != null)
        {
            peer.Endpoints.Add(PeerEndpoint.TryParse(Endpoint, EndpointUse.Published, out _)!);
        }

        return peer;
    }
}
