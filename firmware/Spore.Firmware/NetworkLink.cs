using System.Net;
using System.Net.NetworkInformation;

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

    /// <summary>The board's own address, for people.</summary>
    /// <returns>The address.</returns>
    public static string Address()
    {
        return IPGlobalProperties.GetIPAddress().ToString();
    }
}
