using System.Linq;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim push</c>: a network goes to a node, and on to all members.</summary>
public class PushTests
{
    [Fact]
    public void A_network_arrives_at_every_member()
    {
        using Mesh mesh = new(3, "setpriv");
        mesh.StartAll(1);
        string path = mesh.Lab.File("n.spore", mesh.Sign(2));
        Command push = mesh.Run(1, "push", path, "--wait", "60");
        Assert.Equal((0, string.Empty), (push.ExitCode, push.Error));
        string[] lines = push.Output.TrimEnd().Split('\n');
        Assert.Equal("member-1 has taken version 2.", lines[0]);
        Assert.Equal(
            ["member-1  arrived", "member-2  arrived", "member-3  arrived"],
            lines[1..4].Select(l => l[(l.IndexOf(" s  ") + 4)..]).Order());
        Assert.Equal("3 of 3 members have version 2.", lines[4]);

        // By a member, and by somebody without rights.
        path = mesh.Lab.File("n.spore", mesh.Sign(3));
        push = mesh.Run(1, "push", path, "--to", "member-3", "--wait", "60");
        Assert.Equal((0, string.Empty), (push.ExitCode, push.Error));
        Assert.StartsWith("member-3 has taken version 3.\n", push.Output);
        path = mesh.Lab.File("n.spore", mesh.Sign(4));
        mesh.Machines[1].Run("chmod", "-R", "a+rX", mesh.Lab.Folder).Demand();
        push = mesh.RunAsNobody(2, "push", path, "--wait", "60");
        Assert.Equal((0, string.Empty), (push.ExitCode, push.Error));
        Assert.StartsWith("member-2 has taken version 4.\n", push.Output);
        Assert.Equal("4", Version(mesh, 1));
    }

    [Fact]
    public void What_is_refused_is_told_in_one_line_and_changes_nothing()
    {
        using Mesh mesh = new(2);
        using Authority other = new();
        mesh.StartAll(2);
        string older = mesh.Lab.File("older.spore", mesh.Sign(1));
        string foreign = mesh.Lab.File("foreign.spore", other.Sign(3, mesh.Member(1), mesh.Member(2)));
        (string[] Arguments, string Fault)[] cases =
        [
            (["push", older], "the network: its version is below the one"),
            (["push", foreign], "the network: signature: neither the trust root nor a key that it certified signed"),
            (["push", older, "--to", "member-2"], "network: member-2 answered with error 6 (file already exists): "
                + "Refused: not newer than the network held"),
            (["push", foreign, "--to", "member-2"], "network: member-2 answered with error 2 (access violation): "
                + "Refused: not signed by the trust root"),
            (["push", mesh.Lab.File("none.spore", "none"u8)], "header: "),
            (["push", "missing.spore"], "missing.spore: "),
        ];
        foreach ((string[] arguments, string fault) in cases)
        {
            Command push = mesh.Run(1, arguments);
            Assert.Equal(1, push.ExitCode);
            Assert.Empty(push.Output);
            Assert.Contains(fault, push.Error);
            Assert.Single(push.Error.TrimEnd().Split('\n'));
        }

        Assert.Equal(("2", "2"), (Version(mesh, 1), Version(mesh, 2)));
    }

    [Fact]
    public void A_member_that_does_not_get_it_in_time_is_told()
    {
        using Mesh mesh = new(2);
        byte[] network = mesh.Sign(1);
        mesh.Start(1, network);
        string path = mesh.Lab.File("n.spore", mesh.Sign(2));
        Command push = mesh.Run(1, "push", path, "--wait", "7");
        Assert.Equal(1, push.ExitCode);
        Assert.Matches("(?m)^ +- +member-2  no answer within 6 s$", push.Output);
        Assert.Equal("hostsim: 1 of 2 members have version 2 after 7 s\n", push.Error);
    }

    private static string Version(Mesh mesh, int number) => mesh.Run(number, "status").Output
        .Split('\n')
        .Single(l => l.StartsWith("Version "))
        .Split(' ')[^1];
}
