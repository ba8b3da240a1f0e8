using System;
using System.Threading;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim why</c> where a NAT has forgotten a member.</summary>
public class WhyNatTests
{
    [Fact]
    public void A_nat_without_keepalive_is_told()
    {
        using Mesh mesh = new(4, Outer.Ipv4);
        mesh.Describe = (number, member) => number == 2 ? member with { Endpoint = null } : member;
        NetworkNamespace behind = mesh.Lab.Machine("behind");
        _ = new Nat(mesh.Machines[1], 2, behind);
        byte[] network = mesh.Sign(1, 4);
        mesh.Start(1, network);
        mesh.Start(3, network);
        SporeNode hidden = mesh.Start(behind, 2, network);
        Ping.IsAnsweredAtLast(behind, mesh.Member(1).Ipv4);
        Ping.IsAnsweredAtLast(behind, mesh.Member(3).Ipv4);
        Ping.IsAnsweredAtLast(mesh.Machines[2], mesh.Member(1).Ipv4);
        mesh.Lab.Keep(behind.Start(["ping", "-n", "-q", "-i", "0.5", mesh.Member(1).Ipv4]));

        // Asking would keep it in the NAT's memory, as the last keepalive does, 10 s after the last packet.
        Thread.Sleep(TimeSpan.FromSeconds(10 + (2 * Nat.Timeout)));
        string sentence = Why.Expect(mesh, 3, "member-2", "nat");
        Assert.StartsWith("member-2 is behind a NAT that has forgotten this node: member-1 hears it at ", sentence);
        Why.Expect(mesh, 1, "member-2", "none");
        Assert.Equal(0, hidden.Program.Stop());
    }
}
