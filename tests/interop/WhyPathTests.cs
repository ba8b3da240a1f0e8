using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim why</c> where something between two nodes is wrong.</summary>
public class WhyPathTests
{
    [Fact]
    public void A_firewall_that_passes_one_way_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        mesh.KeepPinging(2, 1);
        Why.Drop(mesh.Machines[1], "input", $"ip saddr {Wire.Address(3)}");
        string sentence = Why.Expect(mesh, 3, "member-2", "one_way");
        Assert.Contains("member-1 reaches it at 10.77.0.2:51820", sentence);
        Why.Expect(mesh, 1, "member-2", "none");

        // Where the peer wants something too, its initiations tell as much without anybody else.
        mesh.KeepPinging(2, 3);
        Wait.Until(
            () => Why.Ask(mesh, 3, "member-2").RootElement.GetProperty("sentence").GetString()!
                .StartsWith("Datagrams pass in one direction only: initiations of member-2 arrive here"),
            "the initiations of member-2 to tell");
    }

    [Fact]
    public void The_own_firewall_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        Why.Drop(mesh.Machines[2], "output", $"udp dport {StockNode.Port} ip daddr {Wire.Address(2)}");
        Assert.Contains("inet spore output, handle ", Why.Expect(mesh, 3, "member-2", "own_firewall"));
        Why.Expect(mesh, 3, "member-1", "none");
    }

    [Fact]
    public void A_wrong_endpoint_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.Describe = (number, member) => number == 2 ? member with { Endpoint = "10.77.0.2:51999" } : member;
        Wire.Part(mesh.Bridge!);

        // A member that asks others for their version shows by its initiation where it is.
        mesh.Bridge!.Nft("""
            table bridge hidden {
              chain forward {
                type filter hook forward priority filter
                ip saddr 10.77.0.2 ip daddr 10.77.0.3 udp sport 51820 drop
              }
            }
            """);
        byte[] network = mesh.Sign(1);
        for (int i = 1; i <= 3; i++)
        {
            mesh.Start(i, network);
        }

        mesh.KeepPinging(2, 1);
        Ping.IsAnsweredAtLast(mesh.Machines[2], mesh.Member(1).Ipv4);
        string sentence = Why.Expect(mesh, 3, "member-2", "wrong_endpoint");
        Assert.Equal("member-2 is not at 10.77.0.2:51999: member-1 reaches it at 10.77.0.2:51820.", sentence);
    }

    [Fact]
    public void Large_packets_that_are_lost_are_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        mesh.Bridge!.Nft($$"""
            table bridge narrow {
              chain forward {
                type filter hook forward priority filter
                ip length > 1400 drop
                ip6 length > 1360 drop
              }
            }

            """);
        Assert.Contains("packets of 1420 bytes are lost", Why.Expect(mesh, 3, "member-2", "mtu"));
        string advice = Why.Ask(mesh, 3, "member-2").RootElement.GetProperty("advice").GetString()!;
        int mtu = int.Parse(advice.Split("--mtu ")[1].Split(',')[0]);
        Assert.InRange(mtu, 1320, 1340);
    }
}
