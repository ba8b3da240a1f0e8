using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Signing;

namespace Spore.Hostsim.Transfers;

/// <summary>Finds the interface of the tunnel among all of a machine.</summary>
internal static class InterfaceChoice
{
    /// <summary>
    /// Finds the interface: the one that is named; else the only one with a member's link-local address; else the only
    /// one that has a link-local address and no hardware address.
    /// </summary>
    /// <param name="all">The interfaces of the machine.</param>
    /// <param name="name">The name that the operator gave, or null.</param>
    /// <param name="members">The link-local addresses of the network's members; none where no network is known.</param>
    /// <returns>The interface, and this machine's address on it.</returns>
    /// <exception cref="HostsimException">None or several fit.</exception>
    public static (LocalInterface Link, IPAddress Address) Find(
        IReadOnlyList<LocalInterface> all, string? name, IReadOnlyCollection<IPAddress> members)
    {
        if (name != null)
        {
            LocalInterface link = all.FirstOrDefault(i => i.Name == name)
                ?? throw new HostsimException(
                    $"--interface: there is no interface {MessageText.Quote(name)} that is up and has IPv6");
            IPAddress address = AddressOf(link, members)
                ?? link.LinkLocals.FirstOrDefault()
                ?? throw new HostsimException(
                    $"--interface: {name} has no link-local address; give it that of its key (flash address KEY)");
            return (link, address);
        }

        LocalInterface[] found = [.. all.Where(i => AddressOf(i, members) != null)];
        if (found.Length == 0)
        {
            found = [.. all.Where(i => !i.HasHardwareAddress && i.LinkLocals.Count > 0)];
        }

        return found.Length switch
        {
            1 => (found[0], AddressOf(found[0], members) ?? found[0].LinkLocals[0]),
            0 => throw new HostsimException(
                "no interface looks like a tunnel's; name it by --interface, or be a member by --identity"),
            _ => throw new HostsimException(
                $"{string.Join(", ", found.Select(i => i.Name))} may all be the tunnel; choose one by --interface"),
        };
    }

    private static IPAddress? AddressOf(LocalInterface link, IReadOnlyCollection<IPAddress> members)
    {
        // A member's address has no scope.
        return link.LinkLocals.FirstOrDefault(a => members.Contains(new IPAddress(a.GetAddressBytes())));
    }
}
