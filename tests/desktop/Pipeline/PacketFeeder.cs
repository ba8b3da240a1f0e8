using System;
using System.Collections.Generic;
using Spore.Hostsim.Live.Packets;
using Spore.Hostsim.Live.Pipeline;

namespace Spore.Tests.Pipeline;

/// <summary>Feeds a node with the machine's packets, as the thread of a TUN interface does.</summary>
internal sealed class PacketFeeder(PacketReceiver receiver)
{
    private readonly PacketsRead _read = new(0);

    /// <summary>Feeds packets in their order, as few times as they fit.</summary>
    public void Feed(params IReadOnlyList<byte[]> packets)
    {
        for (int next = 0; next < packets.Count;)
        {
            while (next < packets.Count && _read.Room() is { Length: > 0 } room)
            {
                byte[] packet = packets[next++];
                packet.CopyTo(room);
                _read.Add(packet.Length);
            }

            receiver.Receive(_read);
        }
    }
}
