using System.Net;
using Spore.Hostsim.Display;
using Spore.Mesh;

namespace Spore.Hostsim.Simulation;

/// <summary>A node's row in the table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">The IPv4 address it is assigned.</param>
/// <param name="Version">The version of its network, 0 for none.</param>
/// <param name="State">The state of its network, whether it is off, and whether the story has removed it.</param>
/// <param name="IsRemoved">Whether the story has removed it from the network.</param>
/// <param name="IsGood">Whether that is how it should be.</param>
/// <param name="Sessions">Its peers with a session.</param>
/// <param name="BytesReceived">Bytes received, all boots together.</param>
/// <param name="BytesSent">Bytes sent, all boots together.</param>
/// <param name="JoinedAfter">How long after its last boot it had a network, in milliseconds, or null.</param>
internal sealed record NodeStatus(
    string Name,
    string Address,
    ulong Version,
    string State,
    bool IsRemoved,
    bool IsGood,
    int Sessions,
    long BytesReceived,
    long BytesSent,
    long? JoinedAfter)
{
    /// <summary>Describes a node as it is now.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isRemoved">Whether the story has removed it from the network.</param>
    /// <returns>Its row. The state has at most 23 characters.</returns>
    public static NodeStatus Of(SimulatedNode node, bool isRemoved)
    {
        NetworkState? state = node.Core?.State(node.Clock);
        string text = node.Core == null ? "off"
            : isRemoved ? $"removed, {NetworkStateText.Word(state.GetValueOrDefault())}"
            : NetworkStateText.Describe(node.Core, node.Clock);
        return new NodeStatus(
            node.Name,
            new IPAddress(node.Ipv4).ToString(),
            node.Version,
            text,
            isRemoved && state != null,
            state != null && (isRemoved || state is NetworkState.Fresh or NetworkState.Witness),
            node.Core?.SessionCount(node.Clock) ?? 0,
            node.BytesReceived,
            node.BytesSent,
            node.JoinedAfter);
    }
}
