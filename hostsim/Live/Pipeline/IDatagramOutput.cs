using Spore.Hostsim.Live.Datagrams;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>The outer network, as what sends datagrams. May be called by several threads at a time.</summary>
internal interface IDatagramOutput
{
    /// <summary>Sends datagrams, and forgets them; those of a family that the machine does not have are lost.</summary>
    /// <param name="batch">The datagrams.</param>
    /// <param name="isIpv4">Whether their endpoints are IPv4; else they are IPv6.</param>
    void Send(DatagramBatch batch, bool isIpv4);
}
