namespace Spore.WireGuard;

/// <summary>What the tunnel asks of, and tells, the layer above it: who is let in, and what became of it.</summary>
public interface ITunnelHost
{
    /// <summary>A key that has no slot has sent an initiation, which is not authentic yet.</summary>
    /// <param name="key">A buffer with its public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>Whether it is a member's, and not one that many others could have come with.</returns>
    bool IsMember(byte[] key, int offset);

    /// <summary>A key that has no slot has sent an authentic initiation.</summary>
    /// <param name="key">A buffer with its public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="now">The monotonic clock.</param>
    /// <returns>A slot for it, or null when it isn't let in.</returns>
    Peer Admit(byte[] key, int offset, long now);

    /// <summary>Writes the wall time as a TAI64N timestamp.</summary>
    /// <param name="timestamp">A buffer of 12 bytes.</param>
    /// <param name="now">The monotonic clock.</param>
    void WriteTimestamp(byte[] timestamp, long now);

    /// <summary>A peer's initiation has verified and is newer than all before it.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="timestamp">A buffer with its TAI64N timestamp at the start.</param>
    /// <param name="now">The monotonic clock.</param>
    /// <returns>Whether it is to be answered.</returns>
    bool TimestampVerified(Peer peer, byte[] timestamp, long now);

    /// <summary>A session is up: it has been confirmed by both sides.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="isInitiator">Whether this node initiated it.</param>
    /// <param name="now">The monotonic clock.</param>
    void SessionUp(Peer peer, bool isInitiator, long now);

    /// <summary>The last session with a peer has ended.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="now">The monotonic clock.</param>
    void SessionDown(Peer peer, long now);

    /// <summary>An inner packet came in under a peer's session; its source is not checked yet.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length, padding included.</param>
    /// <param name="now">The monotonic clock.</param>
    void Received(Peer peer, byte[] buffer, int offset, int length, long now);

    /// <summary>It is not known where a peer is, or it does not answer there: an initiation is to be sent now. What is known of another endpoint may be set.</summary>
    /// <param name="peer">The peer.</param>
    void Unanswered(Peer peer);

    /// <summary>Something happened that people may want to see.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="peer">The peer it concerns.</param>
    /// <param name="value">As the event's documentation says.</param>
    void Report(NodeEvent what, Peer peer, long value);
}
