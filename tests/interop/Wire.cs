using System.Globalization;

namespace Spore.Tests.Interop;

/// <summary>
/// The outer network: a pair of veth for two machines, a bridge for more. Machine N has 10.77.0.N and fd77::N, and the
/// link-local address that the kernel makes, on eth0.
/// </summary>
internal static class Wire
{
    /// <summary>Every machine's interface to it.</summary>
    public const string Interface = "eth0";

    private const string Settings = $"/proc/sys/net/ipv6/conf/{Interface}";

    /// <summary>Puts machines on one wire.</summary>
    /// <param name="lab">The lab, which a bridge becomes a part of.</param>
    /// <param name="machines">The machines, in the order of their numbers, from 1.</param>
    /// <returns>The bridge; null for two machines.</returns>
    public static NetworkNamespace? Join(Lab lab, params NetworkNamespace[] machines)
    {
        return Join(lab, Outer.Both, machines);
    }

    /// <summary>Puts machines on one wire.</summary>
    /// <param name="lab">The lab, which a bridge becomes a part of.</param>
    /// <param name="addresses">The addresses that they have on it.</param>
    /// <param name="machines">The machines, in the order of their numbers, from 1.</param>
    /// <returns>The bridge; null for two machines.</returns>
    public static NetworkNamespace? Join(Lab lab, Outer addresses, params NetworkNamespace[] machines)
    {
        NetworkNamespace? bridge = Connect(lab, machines);
        for (int i = 0; i < machines.Length; i++)
        {
            // Duplicate address detection would take a second in which nothing can be sent.
            machines[i].Run(
                "sh",
                "-c",
                $"echo 0 > {Settings}/accept_dad; echo {(addresses == Outer.Ipv4 ? 1 : 0)} > {Settings}/disable_ipv6")
                .Demand();
            machines[i].Ip($"link set {Interface} up");
            if (addresses != Outer.LinkLocal)
            {
                machines[i].Ip($"addr add {Address(i + 1)}/24 broadcast + dev {Interface}");
            }

            if (addresses == Outer.Both)
            {
                machines[i].Ip(
                    string.Create(CultureInfo.InvariantCulture, $"addr add fd77::{i + 1}/64 dev {Interface} nodad"));
            }
        }

        return bridge;
    }

    /// <summary>Where a machine's node is found.</summary>
    /// <param name="number">The machine's number on the wire, from 1.</param>
    /// <returns>Its IPv4 address and port.</returns>
    public static string Endpoint(int number)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{Address(number)}:{StockNode.Port}");
    }

    /// <summary>Gives a machine another address in the place of the one it has.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="from">The number that its address has.</param>
    /// <param name="to">The number that it is to have.</param>
    public static void Move(NetworkNamespace machine, int from, int to)
    {
        machine.Ip($"addr del {Address(from)}/24 dev {Interface}");
        machine.Ip($"addr add {Address(to)}/24 broadcast + dev {Interface}");
    }

    /// <summary>A machine's IPv4 address.</summary>
    /// <param name="number">Its number on the wire, from 1.</param>
    /// <returns>The address.</returns>
    public static string Address(int number)
    {
        return string.Create(CultureInfo.InvariantCulture, $"10.77.0.{number}");
    }

    /// <summary>Lets a bridge carry no broadcast and no hello to a group, so that nobody is found by them.</summary>
    /// <param name="bridge">The bridge.</param>
    public static void Part(NetworkNamespace bridge)
    {
        bridge.Nft($$"""
            table bridge parted {
              chain forward {
                type filter hook forward priority filter
                ip daddr { 255.255.255.255, 10.77.0.255 } drop
                ip6 daddr ff00::/8 udp dport {{StockNode.Port}} drop
              }
            }

            """);
    }

    private static NetworkNamespace? Connect(Lab lab, NetworkNamespace[] machines)
    {
        if (machines.Length == 2)
        {
            machines[0].Ip($"link add {Interface} type veth peer name {Interface} netns {machines[1].Name}");
        }
        else
        {
            NetworkNamespace bridge = lab.Machine("bridge");
            bridge.Ip("link add br0 type bridge");
            bridge.Ip("link set br0 up");
            for (int i = 0; i < machines.Length; i++)
            {
                string port = string.Create(CultureInfo.InvariantCulture, $"port{i}");
                bridge.Ip($"link add {port} type veth peer name {Interface} netns {machines[i].Name}");
                bridge.Ip($"link set {port} master br0");
                bridge.Ip($"link set {port} up");
            }

            return bridge;
        }

        return null;
    }
}
