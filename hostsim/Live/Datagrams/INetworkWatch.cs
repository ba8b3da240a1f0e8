using Spore.Base;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>What sockets ask of this machine's network. May be called on any thread.</summary>
internal interface INetworkWatch
{
    /// <summary>A number that changes whenever an address, a link, a route or a rule of the machine changes.</summary>
    int Generation { get; }

    /// <summary>
    /// Tells whether an address belongs to a tunnel of a node, so that no outer datagram may come from it.
    /// </summary>
    /// <param name="local">The address, with the interface by which datagrams came.</param>
    /// <returns>True where the address or the interface is a tunnel's.</returns>
    bool IsTunnel(LocalAddress local);

    /// <summary>Asks the kernel by which interface an outer datagram would leave.</summary>
    /// <param name="local">Its source address.</param>
    /// <param name="endpoint">Its destination.</param>
    /// <returns>
    /// The index of the interface; 0 where there is no route now; -1 where the machine does not have that address.
    /// </returns>
    int FindInterface(LocalAddress local, Endpoint endpoint);
}
