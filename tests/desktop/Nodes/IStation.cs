using Spore.Base;

namespace Spore.Tests.Nodes;

/// <summary>Something on the wire of a <see cref="Mesh"/>.</summary>
internal interface IStation
{
    byte Seed { get; }

    byte[] Key { get; }

    Endpoint Endpoint { get; }

    bool IsOn { get; }

    void Receive(byte[] datagram, Endpoint from);
}
