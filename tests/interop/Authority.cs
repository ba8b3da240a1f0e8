using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Signing;

namespace Spore.Tests.Interop;

/// <summary>Who assigns: a trust root, and the networks that it signs.</summary>
internal sealed class Authority : IDisposable
{
    private readonly TrustRootKey _key = TrustRootKey.Generate();

    /// <summary>Makes the identity of a new node under this root.</summary>
    /// <returns>The identity.</returns>
    public NodeIdentity NewNode()
    {
        return NodeIdentity.Generate(_key.PublicKey, 0);
    }

    /// <summary>The trust root's public key.</summary>
    public byte[] TrustRoot => _key.PublicKey;

    /// <summary>Signs a network.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="members">Its members.</param>
    /// <returns>The file's bytes.</returns>
    public byte[] Sign(ulong version, params Member[] members)
    {
        return Sign(version, members.Select(m => m.Describe()));
    }

    /// <summary>Signs a network.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="members">Its members.</param>
    /// <param name="expires">When it expires, in Unix seconds; 0 for never.</param>
    /// <returns>The file's bytes.</returns>
    public byte[] Sign(ulong version, IEnumerable<PeerDescription> members, long expires = 0)
    {
        NetworkDescription network = new()
        {
            Version = version,
            Issued = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            Expires = expires,
        };
        network.Peers.AddRange(members);
        return NetworkSigner.Sign(network, _key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
    }
}
