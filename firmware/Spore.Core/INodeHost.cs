namespace Spore;

/// <summary>What a node's surroundings take from it.</summary>
public interface INodeHost
{
    /// <summary>Takes an inner packet that arrived for the application, its source already checked against the sender.</summary>
    /// <param name="buffer">The buffer that holds the IP packet; only valid during the call.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, without padding.</param>
    /// <returns>False when there is nothing to take it: a UDP packet is then answered by "port unreachable".</returns>
    bool Deliver(byte[] buffer, int offset, int length);

    /// <summary>Hears of something that happened. Must not call back into the node.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="key">A buffer with the public key of the peer it concerns, or null; only valid during the call.</param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <param name="value">What the event's documentation says.</param>
    void Report(NodeEvent what, byte[] key, int keyOffset, long value);
}
