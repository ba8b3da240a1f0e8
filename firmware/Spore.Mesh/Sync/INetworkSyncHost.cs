using Spore.SignedNetwork;
using Spore.WireGuard;

namespace Spore.Sync;

/// <summary>
/// What a <see cref="NetworkSync"/> needs of the node: the slots of peers, and a way to report events.
/// </summary>
internal interface INetworkSyncHost
{
    /// <summary>Called when something happened that people may want to see.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="peer">The peer that it concerns, or null.</param>
    /// <param name="value">A value as the documentation of the event defines it.</param>
    void Report(SyncEvent what, Peer peer, long value);

    /// <summary>
    /// Called when a network has been applied: the slots follow it. Members get their rights,
    /// removed members lose theirs.
    /// </summary>
    /// <param name="from">The peer whose transfer brought the network, or null where the operator gave it.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    void NetworkApplied(Peer from, long now);

    /// <summary>Called when the applied network has expired, or is restored: its members lose or get rights.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    void ExpiryJudged(long now);

    /// <summary>Whether an endpoint of a member is known. Takes no slot.</summary>
    /// <param name="entry">The index of the member's entry.</param>
    bool HasEndpoint(int entry);

    /// <summary>Gives a member a slot, if it has none.</summary>
    /// <param name="entry">The index of the member's entry.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The peer, or null when no slot can be had; then nothing has changed.</returns>
    Peer OpenMember(int entry, long now);

    /// <summary>Called when a peer in a slot is proven to be a member.</summary>
    /// <param name="peer">The peer, a guest or a configured one.</param>
    /// <param name="entry">The index of the member's entry.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False where no slot for members can be had; then nothing has changed.</returns>
    bool Admit(Peer peer, int entry, long now);

    /// <summary>As <see cref="Spore.Mesh.INodeHost.FindProof"/>.</summary>
    int FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity);

    /// <summary>Called when memory for another member's entry is needed: a member loses its slot.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False where no member can lose its slot.</returns>
    bool EvictMember(long now);
}
