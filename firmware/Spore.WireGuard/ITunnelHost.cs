using Spore.Base;

namespace Spore.WireGuard;

/// <summary>
/// What a tunnel asks of the layer above it, and reports to it: which keys to admit, and what became of sessions. No
/// call carries an inner packet.
/// </summary>
public interface ITunnelHost
{
    /// <summary>
    /// Whether it has work for which unknown keys wait, where multiplications take time: a signature to be checked.
    /// </summary>
    bool HasUrgentWork { get; }

    /// <summary>Called when a key without a slot has sent an initiation, which is not authentic yet.</summary>
    /// <param name="key">A buffer with its public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>Whether it is a known peer's: all unknown keys share one rate limit.</returns>
    bool IsKnown(byte[] key, int offset);

    /// <summary>
    /// Called when a known peer without a slot has sent an authentic initiation: compares its timestamp with the latest
    /// one of when the peer had a slot.
    /// </summary>
    /// <param name="key">A buffer with its public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="timestamp">A buffer with its TAI64N timestamp at the start.</param>
    /// <returns>
    /// Negative where it is older, 0 where it is equal; positive where it is newer, or none is remembered.
    /// </returns>
    int CompareTimestamp(byte[] key, int offset, byte[] timestamp);

    /// <summary>Called when a key without a slot has sent an authentic initiation.</summary>
    /// <param name="key">A buffer with its public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>A slot for it, opened, or null when it is not admitted.</returns>
    Peer Admit(byte[] key, int offset, long now);

    /// <summary>Called when a packet is for an owner number of the caller's own that has no slot.</summary>
    /// <param name="owner">The owner number, not negative.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>A slot for it, opened, or null when there is none.</returns>
    Peer OpenOwner(int owner, long now);

    /// <summary>Writes the wall time as a TAI64N timestamp.</summary>
    /// <param name="timestamp">A buffer of 12 bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    void WriteTimestamp(byte[] timestamp, long now);

    /// <summary>A peer's initiation has verified and is newer than all before it.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="timestamp">A buffer with its TAI64N timestamp at the start.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>Whether it is to be answered.</returns>
    bool TimestampVerified(Peer peer, byte[] timestamp, long now);

    /// <summary>
    /// Called when a known peer has sent an authentic initiation whose timestamp is older than its latest: it rebooted
    /// without a clock, or the initiation is a recording. Asking it tells which.
    /// </summary>
    /// <param name="key">A buffer with the peer's public key. It may have no slot.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="source">The endpoint that the initiation came from; copied where it is kept.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// Whether the tunnel is to ask there at once, by an initiation that it does not retransmit; false where the
    /// layer above sees to it, as it must where there is no slot.
    /// </returns>
    bool StaleInitiation(byte[] key, int offset, Endpoint source, long now);

    /// <summary>
    /// Called when nothing was received from a peer for 15 s after data was sent to it, once until it is heard again.
    /// The tunnel initiates by itself.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>Whether the peer is being asked elsewhere: the tunnel then initiates 5 s later.</returns>
    bool Silent(Peer peer, long now);

    /// <summary>A session is up: it has been confirmed by both sides.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="isInitiator">Whether this node initiated it.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    void SessionUp(Peer peer, bool isInitiator, long now);

    /// <summary>The last session with a peer has ended.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    void SessionDown(Peer peer, long now);

    /// <summary>
    /// It is not known where a peer is, or it does not answer there: an initiation is to be sent now. What is known of
    /// another endpoint may be set.
    /// </summary>
    /// <param name="peer">The peer.</param>
    void Unanswered(Peer peer);

    /// <summary>Something happened that people may want to see.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="peer">The peer it concerns.</param>
    /// <param name="value">As the event's documentation says.</param>
    void Report(TunnelEvent what, Peer peer, long value);
}
