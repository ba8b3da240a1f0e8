using Spore.Base;
using Spore.SignedNetwork;

namespace Spore.Mesh;

/// <summary>What a node's surroundings take from it.</summary>
public interface INodeHost
{
    /// <summary>
    /// Takes an inner packet that arrived for the application, its source already checked against the sender.
    /// </summary>
    /// <param name="buffer">The buffer that holds the IP packet; only valid during the call.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, without padding.</param>
    /// <returns>False when there is nothing to take it: a UDP packet is then answered by "port unreachable".</returns>
    bool Deliver(byte[] buffer, int offset, int length);

    /// <summary>Hears of something that happened. Must not call back into the node.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="key">
    /// A buffer with the public key of the peer it concerns, or null; only valid during the call.
    /// </param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <param name="value">A value as the documentation of the event defines it.</param>
    void Report(NodeEvent what, byte[] key, int keyOffset, long value);

    /// <summary>
    /// A peer does not answer where it was thought to be, or it is not known where that is: a name is to be resolved,
    /// now or later, and given to <see cref="Node.SetEndpoint"/>. Must not call back into the node.
    /// </summary>
    /// <param name="key">A buffer with the public key of the peer; only valid during the call.</param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <param name="name">
    /// A buffer with what the network names as its endpoint, <c>host:port</c> in ASCII, only valid during the call;
    /// null for a configured peer, whose name only the host knows.
    /// </param>
    /// <param name="offset">Where the name starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="endpoint">
    /// Where the peer was asked last; gets another endpoint where the host knows one at once.
    /// </param>
    /// <returns>
    /// For a configured peer, whether its operator has given an endpoint; if so, what the network names
    /// of that does not count.
    /// </returns>
    bool FindEndpoint(byte[] key, int keyOffset, byte[] name, int offset, int length, Endpoint endpoint);

    /// <summary>
    /// Called when a sparse node needs a proof that it does not hold, for itself or for a peer. A host may hold more of
    /// the network than the node. Must not call back into the node.
    /// </summary>
    /// <param name="kind">What is named.</param>
    /// <param name="value">A buffer with the key, the address or the number, from its start on.</param>
    /// <param name="proof">Takes the proof, for the applied network's version. The node verifies it.</param>
    /// <param name="offset">Where the proof is to start.</param>
    /// <param name="capacity">The number of bytes that there are for it.</param>
    /// <returns>The length of the proof in bytes; 0 where the host has none.</returns>
    int FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity);

    /// <summary>Called when a member reads <c>status</c>.</summary>
    /// <returns>The free memory of the managed heap in bytes; -1 where it is not known.</returns>
    long FreeHeap();
}
