using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Sockets;
using Spore.Hostsim.Live.Netlink;

namespace Spore.Hostsim.Live.Routing;

/// <summary>
/// A number that is this node's alone on this machine: the firewall mark of its outer datagrams, and its routing table.
/// A socket of that name reserves the number. The kernel frees the name when the process ends, however it ends, so that
/// what a killed node has left behind is told from what a living one uses.
/// </summary>
internal sealed class TunnelNumber : System.IDisposable
{
    /// <summary>The protocol number of routes and rules that Spore sets (<c>rt_protos</c>).</summary>
    public const byte Protocol = 83;

    private const uint First = 0x5350;
    private const uint Last = First + 999;

    private readonly Socket _reservation;

    private TunnelNumber(uint value, Socket reservation)
    {
        Value = value;
        _reservation = reservation;
    }

    /// <summary>The number.</summary>
    public uint Value { get; }

    /// <summary>Removes what killed nodes have left behind, and reserves a number that nobody uses.</summary>
    /// <param name="network">The machine's network.</param>
    /// <returns>The number.</returns>
    /// <exception cref="HostsimException">There is none left.</exception>
    public static TunnelNumber Reserve(KernelNetwork network)
    {
        RemoveStale(network);
        List<KernelRule> rules = network.Rules();
        HashSet<uint> used =
        [
            .. rules.Select(r => r.Mark),
            .. rules.Select(r => r.Table),
            .. network.Routes(0).Select(r => r.Table),
        ];
        for (uint number = First; number <= Last; number++)
        {
            if (!used.Contains(number) && TryReserve(number) is { } reservation)
            {
                return new TunnelNumber(number, reservation);
            }
        }

        throw new HostsimException($"--tun: no firewall mark from {First} to {Last} is free; see ip rule");
    }

    /// <summary>Removes the rules of a number, and the routes in its table.</summary>
    /// <param name="network">The machine's network.</param>
    /// <param name="number">The number.</param>
    public static void Clean(KernelNetwork network, uint number)
    {
        foreach (KernelRule rule in network.Rules().Where(r => r.Protocol == Protocol && r.Mark == number))
        {
            network.Change(rule.Message(Rtnetlink.DeleteRule, Rtnetlink.Acknowledge));
        }

        foreach (KernelRoute route in network.Routes(number).Where(r => r.Protocol == Protocol))
        {
            network.Change(route.Copy(Rtnetlink.DeleteRoute, Rtnetlink.Acknowledge, number, Protocol));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reservation.Dispose();
    }

    private static void RemoveStale(KernelNetwork network)
    {
        IEnumerable<uint> ofRules = network.Rules().Where(r => r.Protocol == Protocol).Select(r => r.Mark);
        IEnumerable<uint> ofRoutes = network.Routes(0)
            .Where(r => r.Protocol == Protocol && r.Table != Rtnetlink.MainTable)
            .Select(r => r.Table);
        foreach (uint number in ofRules.Concat(ofRoutes).Distinct().Where(n => n is >= First and <= Last).ToArray())
        {
            using Socket? reservation = TryReserve(number);
            if (reservation != null)
            {
                Clean(network, number);
            }
        }
    }

    // An abstract name (unix(7)), which is of this network namespace and not of the file system.
    private static Socket? TryReserve(uint number)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint("\0spore-" + number.ToString(CultureInfo.InvariantCulture)));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
