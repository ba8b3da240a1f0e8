using Spore.SignedNetwork;
using System.Collections.Generic;

namespace Spore.Signing;

/// <summary>All that a signed network says about one member.</summary>
public sealed class PeerDescription
{
    /// <summary>Its X25519 public key, 32 bytes.</summary>
    public byte[] PublicKey { get; set; } = [];

    /// <summary>Its name for people, or null.</summary>
    public string? Label { get; set; }

    /// <summary>The prefixes it may send from and is sent to; its own addresses are the /32s and /128s.</summary>
    public List<AllowedPrefix> AllowedPrefixes { get; } = [];

    /// <summary>Where it can be reached, the first being tried first among addresses and among names.</summary>
    public List<PeerEndpoint> Endpoints { get; } = [];

    /// <summary>The seconds at which others keep their session with it alive, 0 for not at all.</summary>
    public int Keepalive { get; set; }

    /// <summary>Bits of <see cref="EntryRoles"/>.</summary>
    public int Roles { get; set; }

    /// <summary>What vendors say about it.</summary>
    public List<VendorField> VendorFields { get; } = [];

    /// <summary>Fields of types that this version does not know, kept as they are.</summary>
    public List<UnknownField> UnknownFields { get; } = [];

    /// <summary>Copies the member.</summary>
    /// <returns>A copy with lists of its own.</returns>
    public PeerDescription Copy()
    {
        PeerDescription copy = new() { PublicKey = PublicKey, Label = Label, Keepalive = Keepalive, Roles = Roles };
        copy.AllowedPrefixes.AddRange(AllowedPrefixes);
        copy.Endpoints.AddRange(Endpoints);
        copy.VendorFields.AddRange(VendorFields);
        copy.UnknownFields.AddRange(UnknownFields);
        return copy;
    }
}
