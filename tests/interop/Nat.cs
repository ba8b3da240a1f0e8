using System.Globalization;

namespace Spore.Tests.Interop;

/// <summary>
/// A router that stands on the wire in the place of a machine behind it, whose datagrams it sends from an address and a
/// port of its own; what comes in unasked it drops.
/// </summary>
internal sealed class Nat
{
    /// <summary>After how many seconds of silence it has forgotten who sent.</summary>
    public const int Timeout = 5;

    private const string Inside = "eth1";
    private const int FirstPort = 40000;

    private readonly NetworkNamespace _router;
    private int _number;

    /// <summary>Puts a machine behind a router.</summary>
    /// <param name="router">The router, which is on the wire.</param>
    /// <param name="number">Its number there.</param>
    /// <param name="behind">The machine, which is on no wire yet.</param>
    public Nat(NetworkNamespace router, int number, NetworkNamespace behind)
    {
        _router = router;
        _number = number;
        router.Ip($"link add {Inside} type veth peer name {Wire.Interface} netns {behind.Name}");
        Configure(router, Inside, "10.78.0.1");
        Configure(behind, Wire.Interface, "10.78.0.2");
        behind.Ip("route add default via 10.78.0.1");
        router.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward").Demand();
        foreach (string timeout in new[] { "nf_conntrack_udp_timeout", "nf_conntrack_udp_timeout_stream" })
        {
            router.Run(
                "sh",
                "-c",
                string.Create(
                    CultureInfo.InvariantCulture, $"echo {Timeout} > /proc/sys/net/netfilter/{timeout}")).Demand();
        }

        Masquerade();
    }

    /// <summary>Where the machine behind it seems to be.</summary>
    public string Endpoint =>
        string.Create(CultureInfo.InvariantCulture, $"{Wire.Address(_number)}:{FirstPort + _number}");

    /// <summary>
    /// Gives the router another address on the wire, and lets it send from another port: it forgets who sent so far.
    /// </summary>
    /// <param name="number">The number of the address.</param>
    public void Move(int number)
    {
        int from = _number;
        _number = number;
        _router.Nft("delete table ip nat\n");
        Masquerade();

        // What it remembers goes with the address.
        Wire.Move(_router, from, number);
    }

    private static void Configure(NetworkNamespace machine, string link, string address)
    {
        machine.Ip($"link set {link} addrgenmode none");
        machine.Ip($"link set {link} up");
        machine.Ip($"addr add {address}/24 broadcast + dev {link}");
    }

    private void Masquerade()
    {
        _router.Nft(string.Create(CultureInfo.InvariantCulture, $$"""
            table ip nat {
              chain postrouting {
                type nat hook postrouting priority srcnat
                oifname "{{Wire.Interface}}" ip protocol udp masquerade to :{{FirstPort + _number}}
              }
              chain input {
                type filter hook input priority filter
                iifname "{{Wire.Interface}}" ip protocol udp drop
              }
            }

            """));
    }
}
