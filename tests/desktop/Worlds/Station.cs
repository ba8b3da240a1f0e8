using System.Collections.Generic;
using Spore.Base;
using Spore.Hostsim.Simulation;

namespace Spore.Tests.Worlds;

/// <summary>A machine that sends what it is told, and remembers what has arrived.</summary>
internal sealed class Station : IStation
{
    private readonly Simulator _simulator;

    public Station(Simulator simulator, LocalNetwork network, int port = SimulatedNode.Port)
    {
        _simulator = simulator;
        Network = network;
        Outer = network.Assign(port);
        network.Attach(this);
    }

    public LocalNetwork Network { get; }

    public Endpoint Outer { get; }

    /// <summary>What has arrived: when, the first byte, and the last byte of the sender's address.</summary>
    public List<(long At, byte First, byte From)> Arrived { get; } = [];

    public void Send(byte first, Endpoint to) => Network.Send(this, [first], to);

    public void Broadcast(byte first)
    {
        Endpoint to = new();
        to.SetIpv4([255, 255, 255, 255], 0, SimulatedNode.Port);
        Send(first, to);
    }

    void IStation.Arrive(byte[] datagram, Endpoint source) =>
        Arrived.Add((_simulator.Now, datagram[0], source.AddressBytes()[^1]));
}
