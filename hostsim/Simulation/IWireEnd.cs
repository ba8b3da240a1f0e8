using Spore.Base;

namespace Spore.Hostsim.Simulation;

/// <summary>What is plugged into a <see cref="Wire"/>.</summary>
internal interface IWireEnd
{
    /// <summary>The address datagrams reach it at.</summary>
    Endpoint Outer { get; }

    /// <summary>A datagram arrived. The buffer is the receiver's own.</summary>
    /// <param name="datagram">Its bytes.</param>
    /// <param name="source">The sender's address; only valid during the call.</param>
    void Arrive(byte[] datagram, Endpoint source);
}
