using Spore.SignedNetwork;

namespace Spore.Hostsim.Control;

/// <summary>A node refuses a network.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">One plain line.</param>
internal sealed class NetworkRefusedException(NetworkFault fault, string message) : HostsimException(message)
{
    /// <summary>Why.</summary>
    public NetworkFault Fault => fault;
}
