using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;

namespace Spore.Hostsim.Transfers;

/// <summary>An interface of this machine with IPv6.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Index">Its index, which is the scope of its link-local addresses.</param>
/// <param name="Mtu">Its MTU in bytes.</param>
/// <param name="HasHardwareAddress">Whether it has a hardware address, as no WireGuard interface has.</param>
/// <param name="LinkLocals">Its link-local addresses.</param>
internal sealed record LocalInterface(
    string Name, int Index, int Mtu, bool HasHardwareAddress, IReadOnlyList<IPAddress> LinkLocals)
{
    // Of IPv6 (RFC 8200 section 5).
    private const int SmallestMtu = 1280;

    /// <summary>Lists the interfaces of this machine that are up.</summary>
    /// <returns>The interfaces.</returns>
    /// <exception cref="HostsimException">The machine does not tell.</exception>
    public static IReadOnlyList<LocalInterface> All()
    {
        try
        {
            // A TUN interface has no known state of operation, so that only "down" means something.
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(i => i.NetworkInterfaceType != NetworkInterfaceType.Loopback
                        && i.OperationalStatus != OperationalStatus.Down)
                    .Select(Read)
                    .OfType<LocalInterface>(),
            ];
        }
        catch (NetworkInformationException exception)
        {
            throw new HostsimException($"the interfaces of this machine can't be listed ({exception.Message})");
        }
    }

    // .NET reports 0 for a TUN interface on Linux (10.0).
    private static int MtuOf(string name, IPv6InterfaceProperties properties)
    {
        int mtu = properties.Mtu;
        string file = $"/sys/class/net/{name}/mtu";
        if (mtu <= 0 && OperatingSystem.IsLinux() && File.Exists(file))
        {
            _ = int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out mtu);
        }

        return Math.Max(mtu, SmallestMtu);
    }

    private static LocalInterface? Read(NetworkInterface link)
    {
        try
        {
            IPInterfaceProperties properties = link.GetIPProperties();
            IPv6InterfaceProperties ipv6 = properties.GetIPv6Properties();
            return new LocalInterface(
                link.Name,
                ipv6.Index,
                MtuOf(link.Name, ipv6),
                link.GetPhysicalAddress().GetAddressBytes().Any(b => b != 0),
                [.. properties.UnicastAddresses.Select(a => a.Address).Where(a => a.IsIPv6LinkLocal)]);
        }
        catch (NetworkInformationException)
        {
            // It has no IPv6, or is gone by now.
            return null;
        }
    }
}
