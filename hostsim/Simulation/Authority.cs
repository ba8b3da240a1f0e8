using System.Collections.Generic;
using System.Net;
using Spore.Hostsim.Crypto;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// Who decides who is a member: makes the flash records and signs the networks of a run. All keys follow from the seed.
/// </summary>
internal sealed class Authority(long seed)
{
    private readonly TrustRootKey _root = TrustRootKey.FromSeed(
        new SeededEntropy(seed, "trust root").Bytes(KeyText.KeySize));

    /// <summary>Makes what a node is given before it first boots.</summary>
    /// <param name="name">The node's name.</param>
    /// <returns>Its flash record and its public key.</returns>
    public NodeIdentity MakeIdentity(string name)
    {
        byte[] privateKey = new SeededEntropy(seed, $"{name}, private key").Bytes(KeyText.KeySize);
        return NodeIdentity.FromPrivateKey(privateKey, _root.PublicKey, 0);
    }

    /// <summary>Signs a network.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="issued">When it is issued, in Unix seconds.</param>
    /// <param name="members">Its members; the publisher is its witness.</param>
    /// <returns>The file's bytes.</returns>
    public byte[] Sign(ulong version, long issued, IEnumerable<SimulatedNode> members)
    {
        NetworkDescription network = new() { Version = version, Issued = issued };
        foreach (SimulatedNode member in members)
        {
            PeerDescription peer = new()
            {
                PublicKey = member.PublicKey,
                Label = member.Name,
                Roles = member.IsPublisher ? EntryRoles.Witness : 0,
            };
            peer.AllowedPrefixes.Add(new AllowedPrefix(new IPAddress(member.Ipv4), 32));
            peer.AllowedPrefixes.Add(new AllowedPrefix(new IPAddress(member.Ipv6), 128));
            network.Peers.Add(peer);
        }

        return NetworkSigner.Sign(network, _root);
    }
}
