using System;
using System.Collections.Generic;
using Spore.Hostsim.Simulation;
using Spore.Mesh;
using InnerPacket = Spore.Tests.Nodes.InnerPacket;

namespace Spore.Tests.Worlds;

/// <summary>
/// A node that has lost all is switched on, without a clock. As soon as it has a network it pings the member that it
/// heard first.
/// </summary>
internal sealed class Comeback
{
    private readonly LargeWorld _world;
    private readonly SimulatedNode _node;
    private readonly HashSet<IStation> _members;
    // In milliseconds.
    private const int PingInterval = 50;

    private SimulatedNode? _first;
    private bool _isStopped;
    private long _heardAt;

    /// <summary>Switches the node on.</summary>
    /// <param name="world">The world.</param>
    /// <param name="node">The node.</param>
    /// <param name="members">The members of its network.</param>
    public Comeback(LargeWorld world, SimulatedNode node, IEnumerable<SimulatedNode> members)
    {
        _world = world;
        _node = node;
        _members = [.. members];
        world.World.Arrived += Hear;
        node.Reported += PingOnceApplied;
        node.Delivered += TakeReply;
        node.PowerOn();
    }

    /// <summary>Whether the ping was answered.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>
    /// The time from the first message of a handshake with a member until the network was applied, in milliseconds.
    /// </summary>
    public long AppliedAfter { get; private set; }

    /// <summary>
    /// The time from the first message of a handshake with a member until the ping was answered, in milliseconds.
    /// Whoever has a session with what the node was may send it transport messages, which say nothing to it.
    /// </summary>
    public long Took { get; private set; }

    /// <summary>The longest round trip to a member that it heard meanwhile, in milliseconds.</summary>
    public long RoundTrip { get; private set; }

    /// <summary>Ends it.</summary>
    public void Stop()
    {
        _isStopped = true;
        _world.World.Arrived -= Hear;
        _node.Reported -= PingOnceApplied;
        _node.Delivered -= TakeReply;
    }

    private void Hear(IStation from, IStation to, byte[] datagram)
    {
        if (to != _node || !_members.Contains(from) || datagram[0] > 2)
        {
            return;
        }

        if (_first == null)
        {
            _first = (SimulatedNode)from;
            _heardAt = _world.Simulator.Now;
        }

        SimulationOptions options = _world.World.Options;
        int delay = from.Network == _node.Network ? options.Delay : options.RoutedDelay;
        RoundTrip = Math.Max(RoundTrip, 2 * (delay + (delay / 4)));
    }

    private void PingOnceApplied(SimulatedNode node, NodeEvent what, byte[]? key, long value)
    {
        if (what == NodeEvent.NetworkApplied)
        {
            AppliedAfter = _world.Simulator.Now - _heardAt;
            Ping();
        }
    }

    // A sparse node learns first who has the address, and the other side whose packet it is: packets are lost
    // meanwhile.
    private void Ping()
    {
        byte[] packet = InnerPacket.Echo(_node.Ipv4, _first!.Ipv4);
        _world.Simulator.At(_world.Simulator.Now, () =>
        {
            _node.With(core => core.Send(packet, 0, packet.Length, _node.Clock));
            _world.Simulator.At(_world.Simulator.Now + PingInterval, () =>
            {
                if (!IsAnswered && !_isStopped)
                {
                    Ping();
                }
            });
        });
    }

    private void TakeReply(SimulatedNode node, byte[] packet)
    {
        if (InnerPacket.IsEchoReply(packet) && packet.AsSpan(12, 4).SequenceEqual(_first!.Ipv4))
        {
            IsAnswered = true;
            Took = _world.Simulator.Now - _heardAt;
        }
    }
}
