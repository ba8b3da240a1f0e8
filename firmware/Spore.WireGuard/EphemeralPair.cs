namespace Spore.WireGuard;

/// <summary>
/// An ephemeral key made ahead of need for one peer, with its shared secret with that peer's static key: es of an
/// initiation, or se of a response. 32 bytes each, in <see cref="Peer.Bytes"/>. Read first: paper section 5.4.2.
/// </summary>
/// <remarks>It serves once, for one peer, and is wiped where it lies before a message is built from it.</remarks>
internal static class EphemeralPair
{
    /// <summary>How long it is kept unused.</summary>
    internal const long Lifetime = 3600000;

    internal const int Private = Peer.Pair;
    internal const int Public = Private + Message.KeySize;
    internal const int Shared = Public + Message.KeySize;

    /// <summary>The length of all three.</summary>
    internal const int Size = 3 * Message.KeySize;
}
