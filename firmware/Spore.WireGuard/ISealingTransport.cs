using Spore.Base;

namespace Spore.WireGuard;

/// <summary>
/// A way out that seals transport messages itself, after it has let the tunnel go: a desktop's, which does that on all
/// its cores. A tunnel whose <see cref="ITransport"/> is one seals nothing.
/// </summary>
public interface ISealingTransport : ITransport
{
    /// <summary>
    /// Called to seal a transport message (paper section 5.4.6) and to send it. Its counter is taken, and is never
    /// given out again.
    /// </summary>
    /// <param name="buffer">
    /// Holds a whole header, the padded packet, and 16 bytes for the tag; valid during the call.
    /// </param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, the tag included.</param>
    /// <param name="keys">Holds the 32-byte key; valid during the call. Who copies it wipes the copy after use.</param>
    /// <param name="key">Where it starts.</param>
    /// <param name="slot">The slot of the peer: its messages are to be sent in the order of the calls.</param>
    /// <param name="endpoint">Where to send it; valid during the call.</param>
    void Seal(byte[] buffer, int offset, int length, byte[] keys, int key, int slot, Endpoint endpoint);
}
