using System;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim why</c> where the network or a clock is wrong.</summary>
public class WhyNetworkTests
{
    [Fact]
    public void A_wrong_clock_is_told_on_either_side()
    {
        long tomorrow = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 86_400;
        using Mesh mesh = new(3, Outer.Ipv4, "faketime") { Expires = tomorrow };
        mesh.Describe = (number, member) => number == 1 ? member with { Endpoint = null } : member;
        Wire.Part(mesh.Bridge!);
        Clock clock = new(mesh.Lab, mesh.Machines[2]);
        byte[] network = mesh.Sign(1);
        for (int i = 1; i <= 3; i++)
        {
            mesh.Start(i, network);
        }

        // The witness initiates, and so tells its time.
        Ping.IsAnsweredAtLast(mesh.Machines[0], mesh.Member(2).Ipv4);
        Ping.IsAnsweredAtLast(mesh.Machines[0], mesh.Member(3).Ipv4);

        // The machine's clock is looked at once a minute.
        clock.Set("+3d");
        mesh.Nodes[2]!.WaitFor(0, "network expired", string.Empty, 2 * Wait.Patience);
        Assert.StartsWith("This machine's clock is wrong: ", Why.Expect(mesh, 3, "member-2", "clock"));
        string sentence = Why.Expect(mesh, 1, "member-3", "clock");
        Assert.Contains("by the clock of member-3 the network has expired", sentence);
    }

    [Fact]
    public void A_network_that_has_expired_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4) { Expires = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 15 };
        mesh.StartAll(1);
        mesh.Nodes[2]!.WaitFor(0, "network expired", string.Empty);
        string sentence = Why.Expect(mesh, 3, "member-2", "expired");
        Assert.StartsWith("The network has expired: version 1 was valid until ", sentence);
    }

    [Fact]
    public void A_member_that_was_removed_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        mesh.Run(1, "push", mesh.Lab.File("n.spore", mesh.Sign(2, 2)), "--wait", "60").Demand();
        string sentence = Why.Expect(mesh, 3, "member-2", "removed");
        Assert.Equal("member-2 is no member any more: version 1 named it, and version 2 does not.", sentence);

        // The one that was removed is told so itself, once it knows.
        mesh.Nodes[1]!.WaitFor(0, "behind", string.Empty);
        Why.Expect(mesh, 2, "member-3", "behind");
    }
}
