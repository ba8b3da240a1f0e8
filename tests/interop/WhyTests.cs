using System;
using System.IO;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// <c>hostsim why</c> on a mesh that is well, on peers that are not there, and for users without rights.
/// </summary>
public class WhyTests
{
    [Fact]
    public void A_mesh_that_is_well_has_none_of_the_faults()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        foreach ((int from, int to) in (ReadOnlySpan<(int, int)>)[(1, 2), (2, 3), (3, 1)])
        {
            string sentence = Why.Expect(mesh, from, $"member-{to}", "none");
            Assert.StartsWith($"Nothing is wrong: member-{to} answers in ", sentence);
            Assert.Equal(sentence, Why.Expect(mesh, from, mesh.Member(to).KeyText, "none"), Similarly);
        }

        Why.Expect(mesh, 1, mesh.Member(3).Ipv6, "none");
        Why.Expect(mesh, 2, "member-2", "self");
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
    public void Labels_are_texts_and_no_addresses_or_markup()
    {
        using Mesh mesh = new(3, Outer.Ipv4, "script", "setpriv")
        {
            Describe = (number, member) => number switch
            {
                2 => member with { Label = "[shed" },
                3 => member with { Label = "7" },
                _ => member,
            },
        };
        mesh.StartAll(1);
        Assert.StartsWith("Nothing is wrong: 7 answers in ", Why.Expect(mesh, 1, "7", "none"));
        Assert.Contains("\nNothing is wrong: 7 answers", mesh.RunAsNobody(1, "why", "7").Output);
        Command nobody = mesh.RunAsNobody(1, "why", "10.98.0.1");
        Assert.Equal((1, "hostsim: no member has the address '10.98.0.1'\n"), (nobody.ExitCode, nobody.Error));
        string longer = new('x', 300);
        Assert.StartsWith("hostsim: no peer has the label 'xxx", mesh.Run(1, "why", longer).Error);
        Assert.Equal(1, mesh.Run(1, "status", "--interface", longer).ExitCode);

        // While it is asked in vain, its label is on the terminal.
        mesh.Nodes[1]!.Program.Kill();
        string hostsim = $"{SporeNode.Dotnet()} {Path.Combine(AppContext.BaseDirectory, "hostsim.dll")}";
        Command terminal = mesh.Machines[0].Run("script", "-qec", $"TERM=xterm {hostsim} why [shed", "/dev/null");
        Assert.Equal(1, terminal.ExitCode);
        Assert.Contains("[shed is asked", terminal.Output);
        Assert.Contains("[shed does not run", terminal.Output);
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
        string sentence = Why.Expect(mesh, 1, mistyped, "key_mistyped");
        Assert.Contains("differs in a few characters from that of member-2", sentence);
        string other = KeyText.Format([.. mesh.Member(2).Key.Reverse()]);
        Why.Expect(mesh, 1, other, "not_member");
    }

    [Fact]
    public void A_node_that_does_not_run_is_told()
    {
        using Mesh mesh = new(3, Outer.Ipv4);
        mesh.StartAll(1);
        Assert.Equal(0, mesh.Nodes[1]!.Program.Stop());
        Assert.StartsWith("member-2 does not run: ", Why.Expect(mesh, 3, "member-2", "stopped"));
        mesh.Machines[1].Ip("link set eth0 down");
        Assert.StartsWith("member-2 does not run or is cut off: ", Why.Expect(mesh, 3, "member-2", "stopped"));
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
}
