using Spore.Base;

namespace Spore.Hostsim.Simulation;

/// <summary>What can be attached to a <see cref="LocalNetwork"/>: a machine with an address.</summary>
internal interface IStation
{
    /// <summary>The local network that it is in.</summary>
    LocalNetwork Network { get; }

    /// <summary>The address and port that datagrams reach it at; it stays the same while it is attached.</summary>
    Endpoint Outer { get; }

    /// <summary>Called when a datagram has arrived. The buffer is the receiver's own.</summary>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="source">The sender's address; only valid during the call.</param>
    void Arrive(byte[] datagram, Endpoint source);
}
