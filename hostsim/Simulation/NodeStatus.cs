namespace Spore.Hostsim.Simulation;

/// <summary>A node's row in the table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">The IPv4 address it is assigned.</param>
/// <param name="Version">The version of its network, 0 for none.</param>
/// <param name="State">Fresh or not, in words.</param>
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
    bool IsGood,
    int Sessions,
    long BytesReceived,
    long BytesSent,
    long? JoinedAfter);
