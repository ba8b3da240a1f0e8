using System.Collections.Generic;

namespace Spore.Emulator;

/// <summary>A UDP socket of the device.</summary>
internal sealed class DeviceSocket
{
    /// <summary>What lwIP keeps of datagrams that nobody has asked for yet.</summary>
    public const int Room = 6;

    /// <summary>Its port, or 0 where it has none yet.</summary>
    public int Port { get; set; }

    /// <summary>What has come in.</summary>
    public Queue<Datagram> Received { get; } = new();
}
