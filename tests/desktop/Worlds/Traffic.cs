using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Simulation;

namespace Spore.Tests.Worlds;

/// <summary>
/// What arrives at nodes from now on. The blocks of the file <c>network</c> that whole nodes receive grow with the
/// network, as they must, and are counted apart.
/// </summary>
internal sealed class Traffic
{
    // Only a block of network is longer, and only a whole node reads it: a head and a proof come in blocks of 512 bytes
    // at most. With TFTP, UDP, IPv6 and the transport message around it such a block has 608.
    private const int LargestOther = 608;

    private readonly LargeWorld _world;
    private readonly IReadOnlyList<SimulatedNode> _nodes;
    private readonly HashSet<IStation> _receivers;
    private readonly long[] _sentBefore;
    private long _bodyBytes;
    private long _bodyDatagrams;
    private long _otherBytes;
    private long _otherDatagrams;

    public Traffic(LargeWorld world, IReadOnlyList<SimulatedNode> nodes)
    {
        _world = world;
        _nodes = nodes;
        _receivers = [.. nodes];
        _sentBefore = [.. nodes.Select(n => n.BytesSent)];
        world.World.Arrived += Count;
    }

    /// <summary>Bytes of all datagrams, each node's share.</summary>
    public long Bytes => OtherBytes + BodyBytes;

    /// <summary>Datagrams, each node's share.</summary>
    public double Datagrams => OtherDatagrams + ((double)_bodyDatagrams / _nodes.Count);

    /// <summary>Bytes of blocks of the file network for whole nodes, each node's share.</summary>
    public long BodyBytes => _bodyBytes / _nodes.Count;

    /// <summary>Bytes of all other datagrams, each node's share.</summary>
    public long OtherBytes => _otherBytes / _nodes.Count;

    /// <summary>The number of all other datagrams, each node's share.</summary>
    public double OtherDatagrams => (double)_otherDatagrams / _nodes.Count;

    /// <summary>The bytes that the node sent which sent the most.</summary>
    public long MostSent => _nodes.Select((n, i) => n.BytesSent - _sentBefore[i]).Max();

    /// <summary>Ends counting.</summary>
    public void Stop() => _world.World.Arrived -= Count;

    public override string ToString() =>
        $"each node received {Bytes} bytes in {Datagrams:F0} datagrams, {BodyBytes} of them blocks of network; the "
        + $"most that a node sent are {MostSent} bytes";

    private void Count(IStation from, IStation to, byte[] datagram)
    {
        if (!_receivers.Contains(to))
        {
            return;
        }

        if (datagram.Length > LargestOther && !_world.Sparse.Contains(to))
        {
            _bodyBytes += datagram.Length;
            _bodyDatagrams++;
        }
        else
        {
            _otherBytes += datagram.Length;
            _otherDatagrams++;
        }
    }
}
