using System;

namespace Spore.WireGuard;

/// <summary>An ephemeral key made ahead of need for one peer, with its shared secret with that peer's static key: es of an initiation, or se of a response.</summary>
/// <remarks>It serves once, for one peer, and is wiped where it lies before a message is built from it.</remarks>
internal sealed class EphemeralPair
{
    /// <summary>How long it is kept unused.</summary>
    internal const long Lifetime = 3600000;

    internal const int PrivateOffset = 0;
    internal const int PublicOffset = 32;
    internal const int SharedOffset = 64;

    private const int Size = 96;

    /// <summary>The private key, the public key and the shared secret, 32 bytes each.</summary>
    internal readonly byte[] Bytes = new byte[Size];

    /// <summary>Whether all three are there.</summary>
    internal bool IsMade;

    /// <summary>When they were made.</summary>
    internal long MadeAt;

    /// <summary>Called when it is used, too old, or its peer is gone.</summary>
    internal void Wipe()
    {
        Array.Clear(Bytes, 0, Size);
        IsMade = false;
        MadeAt = 0;
    }
}
