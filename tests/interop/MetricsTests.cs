using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Metrics that a member reads through the mesh (docs/metrics.md).</summary>
public class MetricsTests
{
    private const int Refused = 7;
    private const int TimedOut = 28;

    [Fact]
    public void A_member_reads_them_at_an_address_that_comes_with_the_network()
    {
        using Mesh mesh = new(3, "curl", "nft");
        (NetworkNamespace reader, NetworkNamespace server, NetworkNamespace other) =
            (mesh.Machines[0], mesh.Machines[1], mesh.Machines[2]);
        string address = mesh.Member(2).Ipv4;
        string url = $"http://{address}:9586/metrics";
        SporeNode node = mesh.Start(2, null, "--metrics", $"{address}:9586");
        node.Program.WaitFor("metrics", $"{address} is no address of this machine yet");
        SporeNode first = mesh.Start(1, mesh.Sign(1, 3));
        node.WaitForNetwork(1, first.Self);
        Ping.IsAnsweredAtLast(reader, address);

        string metrics = Read(reader, url).Demand();
        Assert.Contains("\nspore_network_revision 1\n", metrics);
        Assert.Contains($"\nspore_peer_session{{public_key=\"{first.Self.KeyText}\",label=\"member-1\"}} 1\n", metrics);

        // Under another name, as a resolver would have it.
        Assert.Equal(
            0,
            reader.Run("curl", "-sSf", "--resolve", $"two.spore:9586:{address}", "http://two.spore:9586/metrics")
                .ExitCode);

        // Nothing listens at the outer address.
        Assert.Equal(Refused, Read(other, url.Replace(address, Wire.Address(2))).ExitCode);

        // Linux answers on the wire at the address of the tunnel too. The rule of the page ends that.
        other.Ip($"route add {address}/32 via {Wire.Address(2)}");
        Assert.Equal(0, Read(other, url).ExitCode);
        server.Nft("add table inet filter; add chain inet filter input { type filter hook input priority 0; }");
        server.Nft($"add rule inet filter input iifname != \"{node.Interface}\" tcp dport 9586 drop");
        Assert.Equal(TimedOut, Read(other, url).ExitCode);
        Assert.Equal(0, Read(reader, url).ExitCode);
    }

    private static Command Read(NetworkNamespace machine, string url) =>
        machine.Run("curl", "-sSf", "-m", "3", url);
}
