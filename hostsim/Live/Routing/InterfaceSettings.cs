using System;
using System.Collections.Generic;
using System.IO;

namespace Spore.Hostsim.Live.Routing;

/// <summary>
/// Settings of the kernel for one interface (Documentation/networking/ip-sysctl.rst): it takes no routes and addresses
/// from packets that come out of the tunnel.
/// </summary>
internal static class InterfaceSettings
{
    private const string Folder = "/proc/sys/net";
    private const int Strict = 1;

    private static readonly string[] _settings =
    [
        "ipv6/conf/{0}/accept_ra",
        "ipv6/conf/{0}/autoconf",
        "ipv6/conf/{0}/accept_redirects",
        "ipv4/conf/{0}/accept_redirects",
    ];

    /// <summary>Turns them off. Should be called before the interface is up.</summary>
    /// <param name="name">The interface.</param>
    /// <returns>The settings that are on and can't be written, as sysctl(8) names them.</returns>
    public static IReadOnlyList<string> TurnOff(string name)
    {
        List<string> failed = [];
        foreach (string setting in _settings)
        {
            string path = Path.Combine(Folder, setting.Replace("{0}", name, StringComparison.Ordinal));
            try
            {
                // A machine without the family has no such file, and needs none.
                if (File.Exists(path) && File.ReadAllText(path).Trim() != "0")
                {
                    File.WriteAllText(path, "0");
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A dot in an interface's name stands as a slash there.
                string dotted = setting.Replace('/', '.');
                failed.Add($"net.{dotted.Replace("{0}", name.Replace('.', '/'), StringComparison.Ordinal)}");
            }
        }

        return failed;
    }

    /// <summary>
    /// Tells whether the kernel drops what comes from an address that it would not route back by the same interface
    /// (rp_filter, RFC 3704 section 2.2).
    /// </summary>
    /// <param name="name">The interface.</param>
    /// <returns>True for strict filtering; false for loose, for none, and where the setting can't be read.</returns>
    public static bool IsStrict(string name)
    {
        return Math.Max(ReverseFilter("all"), ReverseFilter(name)) == Strict;
    }

    /// <summary>
    /// Tells whether IPv6 is off on an interface: the kernel then refuses its IPv6 addresses and routes.
    /// </summary>
    /// <param name="name">The interface.</param>
    /// <returns>True where it is off, or the machine has no IPv6.</returns>
    public static bool IsIpv6Off(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder, "ipv6/conf", name, "disable_ipv6")).Trim() != "0";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return !Directory.Exists(Path.Combine(Folder, "ipv6"));
        }
    }

    private static int ReverseFilter(string name)
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path.Combine(Folder, "ipv4/conf", name, "rp_filter")), out int value)
                ? value
                : 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
