using System;
using System.Linq;
using System.Text.Json;
using System.Threading;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim why</c> on meshes that are broken, each in one way, and on one that is well.</summary>
public class WhyTests
{
    [Fact]
    public void A_mesh_that_is_well_has_none_of_the_faults()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        foreach ((int from, int to) in (ReadOnlySpan<(int, int)>)[(1, 2), (2, 3), (3, 1)])
        {
            string sentence = Expect(mesh, from, $"member-{to}", "none");
            Assert.StartsWith($"Nothing is wrong: member-{to} answers in ", sentence);
            Assert.Equal(sentence, Expect(mesh, from, mesh.Member(to).KeyText, "none"), Similarly);
        }

        Expect(mesh, 1, mesh.Member(3).Ipv6, "none");
        Expect(mesh, 2, "member-2", "self");
        Command nobody = mesh.Run(1, "why", "nobody");
        Assert.Equal(1, nobody.ExitCode);
        Assert.Equal(
            "hostsim: no peer has the label 'nobody'; there are member-1, member-2, member-3\n", nobody.Error);

        // As text, with all questions.
        string[] text = mesh.Run(1, "why", "member-2").Output.TrimEnd().Split('\n');
        Assert.StartsWith(" 1  In the network?", text[0]);
        Assert.StartsWith("12  A clock?", text[11]);
        Assert.StartsWith("13  What does member-3 report?", text[12]);
        Assert.Equal("Nothing is to be done.", text[^1]);
    }

    [Fact]
    public void A_firewall_that_passes_one_way_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        mesh.KeepPinging(2, 1);
        Drop(mesh.Machines[1], "input", $"ip saddr {Wire.Address(3)}");
        string sentence = Expect(mesh, 3, "member-2", "one_way");
        Assert.Contains("member-1 reaches it at 10.77.0.2:51820", sentence);
        Expect(mesh, 1, "member-2", "none");

        // Where the peer wants something too, its initiations tell as much without anybody else.
        mesh.KeepPinging(2, 3);
        Wait.Until(
            () => Ask(mesh, 3, "member-2").RootElement.GetProperty("sentence").GetString()!
                .StartsWith("Datagrams pass in one direction only: initiations of member-2 arrive here"),
            "the initiations of member-2 to tell");
    }

    [Fact]
    public void The_own_firewall_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        Drop(mesh.Machines[2], "output", $"udp dport {StockNode.Port} ip daddr {Wire.Address(2)}");
        Assert.Contains("inet spore output, handle ", Expect(mesh, 3, "member-2", "own_firewall"));
        Expect(mesh, 3, "member-1", "none");
    }

    [Fact]
    public void A_wrong_endpoint_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.Describe = (number, member) => number == 2 ? member with { Endpoint = "10.77.0.2:51999" } : member;
        Wire.Part(mesh.Bridge!);
        byte[] network = mesh.Sign(1);
        for (int i = 1; i <= 3; i++)
        {
            mesh.Start(i, network);
        }

        mesh.KeepPinging(2, 1);
        Ping.IsAnsweredAtLast(mesh.Machines[2], mesh.Member(1).Ipv4);
        string sentence = Expect(mesh, 3, "member-2", "wrong_endpoint");
        Assert.Equal("member-2 is not at 10.77.0.2:51999: member-1 reaches it at 10.77.0.2:51820.", sentence);
    }

    [Fact]
    public void A_member_that_was_removed_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        mesh.Run(1, "push", mesh.Lab.File("n.spore", mesh.Sign(2, 2)), "--wait", "60").Demand();
        string sentence = Expect(mesh, 3, "member-2", "removed");
        Assert.Equal("member-2 is no member any more: version 1 named it, and version 2 does not.", sentence);

        // The one that was removed is told so itself, once it knows.
        mesh.Nodes[1]!.WaitFor(0, "behind", string.Empty);
        Expect(mesh, 2, "member-3", "behind");
    }

    [Fact]
    public void A_network_that_has_expired_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4) { Expires = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 15 };
        mesh.StartAll(1);
        mesh.Nodes[2]!.WaitFor(0, "network expired", string.Empty);
        string sentence = Expect(mesh, 3, "member-2", "expired");
        Assert.StartsWith("The network has expired: version 1 was valid until ", sentence);
    }

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
        Assert.StartsWith("This machine's clock is wrong: ", Expect(mesh, 3, "member-2", "clock"));
        string sentence = Expect(mesh, 1, "member-3", "clock");
        Assert.Contains("by the clock of member-3 the network has expired", sentence);
    }

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
        string sentence = Expect(mesh, 3, "member-2", "nat");
        Assert.StartsWith("member-2 is behind a NAT that has forgotten this node: member-1 hears it at ", sentence);
        Expect(mesh, 1, "member-2", "none");
        Assert.Equal(0, hidden.Program.Stop());
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
        Assert.Contains("packets of 1420 bytes are lost", Expect(mesh, 3, "member-2", "mtu"));
        string advice = Ask(mesh, 3, "member-2").RootElement.GetProperty("advice").GetString()!;
        int mtu = int.Parse(advice.Split("--mtu ")[1].Split(',')[0]);
        Assert.InRange(mtu, 1320, 1340);
    }

    [Fact]
    public void Two_machines_with_one_identity_are_told_to_themselves_and_to_others()
    {
        using Mesh mesh = new(4, Outer.Ipv4);
        byte[] network = mesh.Sign(1, 4);
        for (int i = 1; i <= 3; i++)
        {
            mesh.Start(i, network);
        }

        SporeNode twin = mesh.Start(mesh.Machines[3], 2, network);
        mesh.KeepPinging(2, 3);
        mesh.KeepPinging(4, 3);
        mesh.Nodes[1]!.WaitFor(0, "same identity", Wire.Address(4));
        string sentence = Expect(mesh, 2, "member-3", "duplicate_identity");
        Assert.StartsWith("Another machine, at 10.77.0.4:51820, has the identity of this node", sentence);
        Wait.Until(
            () => Ask(mesh, 3, "member-2").RootElement.GetProperty("cause").GetString() == "duplicate_identity",
            "member-3 to see two machines");
        sentence = Expect(mesh, 3, "member-2", "duplicate_identity");
        Assert.StartsWith("Two machines have the identity of member-2, at ", sentence);
        Assert.Contains("10.77.0.2:51820", sentence);
        Assert.Contains("10.77.0.4:51820", sentence);
        Assert.Equal(0, twin.Program.Stop());
    }

    [Fact]
    public void A_key_that_was_mistyped_is_told()
    {
        using Mesh mesh = new(2, Outer.Ipv4);
        string key = mesh.Member(2).KeyText;
        string mistyped = KeyText.Format([(byte)(mesh.Member(2).Key[0] ^ 4), .. mesh.Member(2).Key[1..]]);
        byte[] network = mesh.Sign(1);
        mesh.Start(1, network, "--peer", $"{mistyped}@{Wire.Endpoint(2)}");
        mesh.Start(2, network);
        Assert.Equal(1, mistyped.Zip(key).Count(c => c.First != c.Second));
        string sentence = Expect(mesh, 1, mistyped, "key_mistyped");
        Assert.Contains("differs in a few characters from that of member-2", sentence);
        string other = KeyText.Format([.. mesh.Member(2).Key.Reverse()]);
        Expect(mesh, 1, other, "not_member");
    }

    [Fact]
    public void A_node_that_does_not_run_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        Assert.Equal(0, mesh.Nodes[1]!.Program.Stop());
        Assert.StartsWith("member-2 does not run: ", Expect(mesh, 3, "member-2", "stopped"));
        mesh.Machines[1].Ip("link set eth0 down");
        Assert.StartsWith("member-2 does not run or is cut off: ", Expect(mesh, 3, "member-2", "stopped"));
    }

    [Fact]
    public void Who_may_not_use_the_control_socket_is_told_less()
    {
        using Mesh mesh = new(3, Outer.Ipv4, "setpriv");
        mesh.StartAll(1);
        Command command = mesh.RunAsNobody(1, "why", "member-2");
        Assert.Equal((0, string.Empty), (command.ExitCode, command.Error));
        Assert.Contains("not known; the control socket tells it", command.Output);
        Assert.Contains("Nothing is wrong: member-2 answers.", command.Output);
        Assert.Contains("member-3", mesh.RunAsNobody(1, "why", mesh.Member(3).Ipv4).Output);
    }

    private static bool Similarly(string first, string second) => first.Split(" in ")[0] == second.Split(" in ")[0];

    private static string Expect(Mesh mesh, int number, string whom, string cause)
    {
        using JsonDocument json = Ask(mesh, number, whom);
        string text = json.RootElement.GetRawText();
        Assert.True(cause == json.RootElement.GetProperty("cause").GetString(), $"not {cause}: {text}");
        return json.RootElement.GetProperty("sentence").GetString()!;
    }

    private static JsonDocument Ask(Mesh mesh, int number, string whom)
    {
        Command command = mesh.Run(number, "why", whom, "--json");
        Assert.Empty(command.Error);
        JsonDocument json = JsonDocument.Parse(command.Output);
        bool isWell = json.RootElement.GetProperty("cause").GetString() is "none" or "self";
        Assert.Equal(isWell ? 0 : 1, command.ExitCode);
        return json;
    }

    private static void Drop(NetworkNamespace machine, string hook, string which) => machine.Nft($$"""
        table inet spore {
          chain {{hook}} {
            type filter hook {{hook}} priority filter
            {{which}} counter drop
          }
        }

        """);
}
