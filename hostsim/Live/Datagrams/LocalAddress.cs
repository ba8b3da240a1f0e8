namespace Spore.Hostsim.Live.Datagrams;

/// <summary>An address of this machine that datagrams were sent to.</summary>
/// <param name="High">The first eight bytes of the address, as in <see cref="Base.Endpoint.AddressHigh"/>.</param>
/// <param name="Low">The last eight bytes.</param>
/// <param name="Interface">The index of the interface by which they came.</param>
/// <param name="Generation">The generation of the machine's network in which they came.</param>
internal sealed record LocalAddress(ulong High, ulong Low, int Interface, int Generation);
