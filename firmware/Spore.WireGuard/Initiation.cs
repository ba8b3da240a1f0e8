using System;

namespace Spore.WireGuard;

/// <summary>
/// What an initiator keeps between its initiation and the response to it. Read first: paper section 5.4.2.
/// </summary>
public sealed class Initiation
{
    /// <summary>Where the 32-byte ephemeral private key starts in <see cref="Bytes"/>.</summary>
    internal const int EphemeralPrivate = 0;

    /// <summary>Where the saved <see cref="SymmetricState"/> starts.</summary>
    internal const int State = EphemeralPrivate + Message.KeySize;

    /// <summary>The length of <see cref="Bytes"/>.</summary>
    internal const int Size = State + SymmetricState.SavedSize;

    /// <summary>Both.</summary>
    internal readonly byte[] Bytes;

    /// <summary>The peer it was sent to, or null.</summary>
    internal Peer Owner;

    /// <summary>
    /// Its place in the order in which they were taken; above 2^8 the time, in milliseconds on the monotonic clock.
    /// </summary>
    internal long Order;

    /// <summary>Whether a packet that could be forged or replayed is the reason for it.</summary>
    internal bool IsProvoked;

    /// <summary>The index by which the response will name it; 0 when none is waited for.</summary>
    internal int LocalIndex;

    /// <summary>Makes one that is not pending.</summary>
    /// <param name="bytes"><see cref="Size"/> bytes for it to keep; null for one that will never be pending.</param>
    internal Initiation(byte[] bytes)
    {
        Bytes = bytes;
    }

    /// <summary>Whether a response is waited for.</summary>
    internal bool IsPending
    {
        get { return LocalIndex != 0; }
    }

    /// <summary>Called when the response was taken, or is not waited for any more.</summary>
    internal void Wipe()
    {
        Array.Clear(Bytes, 0, Size);
        LocalIndex = 0;
    }
}
