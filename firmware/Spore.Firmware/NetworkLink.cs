using System.Net;
using System.Net.NetworkInformation;
using Spore.Base;

namespace Spore.Firmware;

/// <summary>
/// The board's network interface. nanoFramework joins it by itself, with the configuration that the board keeps.
/// </summary>
internal static class NetworkLink
{
    /// <summary>Whether there is a link, and an address on it.</summary>
    /// <returns>Whether datagrams can go out.</returns>
    public static bool IsReady()
    {
        return NetworkInterface.GetIsNetworkAvailable() && !IPGlobalProperties.GetIPAddress().Equals(IPAddress.Any);
    }

    /// <summary>Copies the board's own endpoint.</summary>
    /// <param name="endpoint">Takes it.</param>
    /// <param name="port">Its UDP port.</param>
    public static void CopyEndpoint(Endpoint endpoint, int port)
    {
        endpoint.SetIpv4(IPGlobalProperties.GetIPAddress().GetAddressBytes(), 0, port);
    }

    /// <summary>The board's own address, for people.</summary>
    /// <returns>The address.</returns>
    public static string Address()
    {
        return IPGlobalProperties.GetIPAddress().ToString();
    }
}
