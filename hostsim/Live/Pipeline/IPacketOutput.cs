using Spore.Hostsim.Live.Packets;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>The machine, as what takes inner packets. May be called by several threads at a time.</summary>
internal interface IPacketOutput
{
    /// <summary>Takes memory for packets that are to be handed to the machine.</summary>
    /// <returns>An empty batch.</returns>
    PacketBatch NewBatch();

    /// <summary>
    /// Hands packets to the machine, and forgets them. They are lost where the machine has no room for them.
    /// </summary>
    /// <param name="batch">The packets.</param>
    void Send(PacketBatch batch);
}
