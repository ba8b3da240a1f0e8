using System;
using System.Collections.Generic;
using Spore.Hostsim.Simulation;
using InnerPacket = Spore.Tests.Nodes.InnerPacket;

namespace Spore.Tests.Worlds;

/// <summary>
/// A node that the next network does not name, and that goes on as if it did: it sends packets to some members, and
/// they send packets to it, ten a second each way. Counts what arrives and what is delivered.
/// </summary>
internal sealed class LockedOut
{
    private const int Interval = 100;
    private const int Port = 7;
    private const int Ipv4Source = 12;
    private const int Ipv4Destination = 16;
    private const int Ipv6Source = 8;

    private readonly LargeWorld _world;
    private readonly SimulatedNode _removed;
    private readonly byte[] _linkLocal;
    private readonly IReadOnlyList<SimulatedNode> _members;
    private readonly IReadOnlyList<SimulatedNode> _friends;
    private readonly ulong _version;
    private bool _isOver;

    /// <summary>Begins to send.</summary>
    /// <param name="world">The world.</param>
    /// <param name="removed">The node.</param>
    /// <param name="members">The members of the next network.</param>
    /// <param name="friends">Those of them that it has packets for.</param>
    /// <param name="version">The version of the next network.</param>
    public LockedOut(
        LargeWorld world,
        SimulatedNode removed,
        IReadOnlyList<SimulatedNode> members,
        IReadOnlyList<SimulatedNode> friends,
        ulong version)
    {
        _world = world;
        _removed = removed;
        _linkLocal = removed.Core!.LinkLocal;
        _members = members;
        _friends = friends;
        _version = version;
        foreach (SimulatedNode member in members)
        {
            member.Delivered += CountDelivery;
        }

        removed.Delivered += CountReceipt;
        world.World.Arrived += CountArrival;
        Send();
    }

    /// <summary>Its packets that members delivered to their applications before they had the next network.</summary>
    public int DeliveredBefore { get; private set; }

    /// <summary>Those that members delivered since they have it.</summary>
    public int DeliveredSince { get; private set; }

    /// <summary>Packets of members' applications that it received.</summary>
    public int Received { get; private set; }

    /// <summary>How many of those packets members were given that did not have the next network yet.</summary>
    public int GivenBefore { get; private set; }

    /// <summary>How many members were given that had it.</summary>
    public int GivenSince { get; private set; }

    /// <summary>How many of these had a peer to go to.</summary>
    public int AcceptedSince { get; private set; }

    /// <summary>Its initiations that arrived at members which have the next network.</summary>
    public int Initiations { get; private set; }

    /// <summary>Its transport messages that arrived at such members.</summary>
    public int TransportMessages { get; private set; }

    /// <summary>Ends it all.</summary>
    public void Stop()
    {
        _isOver = true;
        foreach (SimulatedNode member in _members)
        {
            member.Delivered -= CountDelivery;
        }

        _removed.Delivered -= CountReceipt;
        _world.World.Arrived -= CountArrival;
    }

    private void Send()
    {
        if (_isOver)
        {
            return;
        }

        SimulatedNode friend = _friends[_world.Chance.Below(_friends.Count)];
        Give(_removed, friend);
        bool hasNext = friend.Version >= _version;
        bool isAccepted = Give(friend, _removed);
        GivenBefore += hasNext ? 0 : 1;
        GivenSince += hasNext ? 1 : 0;
        AcceptedSince += hasNext && isAccepted ? 1 : 0;
        _world.Simulator.At(_world.Simulator.Now + Interval, Send);
    }

    private static bool Give(SimulatedNode from, SimulatedNode to)
    {
        byte[] packet = InnerPacket.Udp(from.Ipv4, to.Ipv4, Port, Port, 1, 2, 3);
        return from.With(core => core.Send(packet, 0, packet.Length, from.Clock));
    }

    private void CountDelivery(SimulatedNode member, byte[] packet)
    {
        bool isFromRemoved = packet[0] >> 4 == 4
            ? packet.AsSpan(Ipv4Source, 4).SequenceEqual(_removed.Ipv4)
            : packet.AsSpan(Ipv6Source, 16).SequenceEqual(_linkLocal);
        if (isFromRemoved)
        {
            DeliveredBefore += member.Version < _version ? 1 : 0;
            DeliveredSince += member.Version < _version ? 0 : 1;
        }
    }

    // Late packets of a transfer of the node itself are delivered too. They are between link-local addresses.
    private void CountReceipt(SimulatedNode removed, byte[] packet)
    {
        Received += packet[0] >> 4 == 4 && packet.AsSpan(Ipv4Destination, 4).SequenceEqual(removed.Ipv4) ? 1 : 0;
    }

    private void CountArrival(IStation from, IStation to, byte[] datagram)
    {
        if (from == _removed && ((SimulatedNode)to).Version >= _version)
        {
            Initiations += datagram[0] == 1 ? 1 : 0;
            TransportMessages += datagram[0] == 4 ? 1 : 0;
        }
    }
}
