using System;
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

    /// <summary>Signs a network.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="members">Its members.</param>
    /// <returns>The file's bytes.</returns>
    public byte[] Sign(ulong version, params Member[] members)
    {
        NetworkDescription network = new() { Version = version, Issued = DateTimeOffset.UtcNow.ToUnixTimeSeconds() };
        network.Peers.AddRange(members.Select(m => m.Describe()));
        return NetworkSigner.Sign(network, _key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
    }
}
