using System;

namespace Spore.WireGuard;

/// <summary>What an initiator keeps between its initiation and the response to it.</summary>
public sealed class Initiation
{
    internal readonly byte[] EphemeralPrivate = new byte[Message.KeySize];
    internal readonly byte[] ChainingKey = new byte[Message.KeySize];
    internal readonly byte[] Hash = new byte[Message.KeySize];

    /// <summary>The peer it was sent to, or null.</summary>
    internal Peer Owner;

    /// <summary>Its place in the order in which they were taken.</summary>
    internal long Order;

    /// <summary>Whether a response is waited for.</summary>
    internal bool IsPending;

    /// <summary>The index by which the response will name it.</summary>
    internal int LocalIndex;

    /// <summary>Called when the response was taken, or is not waited for any more.</summary>
    internal void Wipe()
    {
        Array.Clear(EphemeralPrivate, 0, Message.KeySize);
        Array.Clear(ChainingKey, 0, Message.KeySize);
        Array.Clear(Hash, 0, Message.KeySize);
        IsPending = false;
        LocalIndex = 0;
    }
}
