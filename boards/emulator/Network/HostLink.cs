using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Spore.Emulator;

/// <summary>
/// The link of the machine that a device at real pace shares: as an interface of it goes and comes back,
/// so does the device's.
/// </summary>
/// <param name="wanted">
/// The address that stands for the device's; any: the first of an interface that is no loopback,
/// or else the loopback's.
/// </param>
internal sealed class HostLink(IPAddress wanted)
{
    private readonly bool _isLoopback = IPAddress.IsLoopback(wanted)
        || (wanted.Equals(IPAddress.Any) && !Addresses(isUp: false).Any());

    /// <summary>The address that the device has now.</summary>
    /// <returns>The address, or <see cref="IPAddress.Any"/> while there is no link.</returns>
    public IPAddress Address()
    {
        if (_isLoopback)
        {
            return wanted.Equals(IPAddress.Any) ? IPAddress.Loopback : wanted;
        }

        return Addresses(isUp: true).FirstOrDefault(a => wanted.Equals(IPAddress.Any) || a.Equals(wanted))
            ?? IPAddress.Any;
    }

    private static IEnumerable<IPAddress> Addresses(bool isUp) =>
        from link in NetworkInterface.GetAllNetworkInterfaces()
        where link.NetworkInterfaceType != NetworkInterfaceType.Loopback
            && (!isUp || link.OperationalStatus == OperationalStatus.Up)
        from own in link.GetIPProperties().UnicastAddresses
        where own.Address.AddressFamily == AddressFamily.InterNetwork
        select own.Address;
}
