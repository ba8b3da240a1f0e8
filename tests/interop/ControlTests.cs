using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A machine asks its own node: at the control socket, and by TFTP at the node's link-local address.</summary>
public class ControlTests
{
    // The exit code, and the signals SIGSTOP and SIGCONT.
    private const int Interrupted = 130;
    private const int Stop = 19;
    private const int Continue = 18;

    [Fact]
    public void Curl_reads_and_writes_files_of_the_own_node()
    {
        using Mesh mesh = new(2, "curl");
        byte[] first = mesh.Sign(1);
        SporeNode node = mesh.Start(1, first);
        string url = $"tftp://[{node.Scoped(node.Self)}]";
        string file = Path.Combine(mesh.Lab.Folder, "read");
        mesh.Machines[0].Run("curl", "-sS", "--output", file, $"{url}/status").Demand();
        Assert.StartsWith("state=witness\nreason=only witness\nversion=1\n", File.ReadAllText(file));
        mesh.Machines[0].Run("curl", "-sS", "--output", file, $"{url}/network").Demand();
        Assert.Equal(first, File.ReadAllBytes(file));
        mesh.Machines[0].Run("curl", "-sS", "--output", file, $"{url}/head").Demand();
        Assert.Equal(first[..144], File.ReadAllBytes(file));
        Assert.Equal(Curl.NotFound, mesh.Machines[0].Run("curl", "-sS", $"{url}/other").ExitCode);

        byte[] second = mesh.Sign(2);
        string path = mesh.Lab.File("n.spore", second);
        mesh.Machines[0].Run("curl", "-sS", "--upload-file", path, $"{url}/network").Demand();
        node.WaitForNetwork(2);
        string older = mesh.Lab.File("older.spore", first);
        Assert.Equal(
            Curl.Exists, mesh.Machines[0].Run("curl", "-sS", "--upload-file", older, $"{url}/network").ExitCode);
        second[^1] ^= 1;
        path = mesh.Lab.File("forged.spore", second);
        Assert.Equal(
            Curl.Denied, mesh.Machines[0].Run("curl", "-sS", "--upload-file", path, $"{url}/network").ExitCode);
        mesh.Machines[0].Run("curl", "-sS", "--output", file, $"{url}/status").Demand();
        Assert.Contains("\nversion=2\n", File.ReadAllText(file));
    }

    [Fact]
    public void Status_asks_the_own_node_and_members()
    {
        using Mesh mesh = new(3, "setpriv", "script");
        mesh.StartAll(1);
        Command own = mesh.Run(1, "status", "--json");
        Assert.Equal((0, string.Empty), (own.ExitCode, own.Error));
        using (JsonDocument status = JsonDocument.Parse(own.Output))
        {
            Assert.Equal("member-1", status.RootElement.GetProperty("name").GetString());
            Assert.Equal("witness", status.RootElement.GetProperty("state").GetString());
            Assert.Equal(2, status.RootElement.GetProperty("sessions").GetInt32());
            Assert.Equal(2, status.RootElement.GetProperty("peers").GetArrayLength());
        }

        // A terminal gets a table with borders.
        string hostsim = $"{SporeNode.Dotnet()} {Path.Combine(AppContext.BaseDirectory, "hostsim.dll")}";
        Command terminal = mesh.Machines[0].Run("script", "-qec", $"TERM=xterm {hostsim} status", "/dev/null");
        Assert.Equal(0, terminal.ExitCode);
        Assert.Contains("╭──", terminal.Output);

        // By label, by key, and without the control socket; as text.
        foreach (Command member in (Command[])
            [
                mesh.Run(1, "status", "member-2"), mesh.Run(1, "status", mesh.Member(2).KeyText),
                mesh.RunAsNobody(1, "status", "member-2"), mesh.RunAsNobody(2, "status"),
            ])
        {
            Assert.Equal((0, string.Empty), (member.ExitCode, member.Error));
            Assert.Matches("""(?m)^Node +member-2$""", member.Output);
            Assert.Matches("""(?m)^Version +1$""", member.Output);
            Assert.Matches("""(?m)^member-3 +10\.77\.0\.3:51820 """, member.Output);
        }
    }

    [Fact]
    public void A_member_that_is_gone_is_told_in_one_line()
    {
        using Mesh mesh = new(2);
        byte[] network = mesh.Sign(1);
        mesh.Start(1, network);
        Command command = mesh.Run(1, "status", "member-2");
        Assert.Equal(1, command.ExitCode);
        Assert.Equal("hostsim: member-2 does not answer within 10 s; hostsim why member-2 says why\n", command.Error);
    }

    [Fact]
    public void A_wait_for_a_node_that_hangs_and_for_a_file_can_be_broken_off()
    {
        using Mesh mesh = new(2);
        SporeNode node = mesh.Start(1, mesh.Sign(1));
        string fifo = Path.Combine(mesh.Lab.Folder, "fifo");
        mesh.Machines[0].Run("mkfifo", fifo).Demand();
        RunningProgram reader = Start(mesh, "status", "--network", fifo);
        using (new FileStream(fifo, FileMode.Open, FileAccess.Write))
        {
            Assert.Equal(Interrupted, reader.BreakOff());
        }

        node.Program.Send(Stop);
        try
        {
            Assert.Equal(Interrupted, BreakOff("status"));
            Assert.Equal(Interrupted, BreakOff("mesh"));
            Assert.Equal(Interrupted, BreakOff("why", "member-2"));
            Assert.Equal(0, BreakOff("mesh", "--watch"));
        }
        finally
        {
            node.Program.Send(Continue);
        }

        // When it has found the node and has asked it: one connection each.
        int BreakOff(params string[] arguments)
        {
            int before = Connections();
            RunningProgram program = Start(mesh, arguments);
            Wait.Until(() => Connections() == before + 2, "the question to the node");
            return program.BreakOff();
        }

        int Connections() => mesh.Machines[0].Run("cat", "/proc/net/unix").Output
            .Split('\n')
            .Count(l => l.EndsWith($"/{node.Interface}.sock", StringComparison.Ordinal));
    }

    [Fact]
    public void A_group_may_ask_a_node_without_an_interface_and_not_change_it()
    {
        using Lab lab = Lab.Open("setpriv");
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("one");
        NodeIdentity identity = authority.NewNode();
        Member member = new(identity.PublicKey, 1);
        string name = FormattableString.Invariant($"sp{Environment.ProcessId}group");
        byte[] first = authority.Sign(1, member);
        _ = new SporeNode(lab, machine, identity, 1, false, first, "--name", name, "--control-group", "root");
        Wait.Until(() => File.Exists($"/run/spore/{name}.sock"), "the control socket");
        string path = lab.File("n.spore", authority.Sign(2, member));
        machine.Run("chmod", "-R", "a+rX", lab.Folder).Demand();

        // Nobody, in the group of root.
        string[] nobody = ["setpriv", "--reuid=65534", "--clear-groups"];
        Assert.Matches("(?m)^Version +1$", Ask(nobody, "status").Demand());
        Assert.StartsWith("0 of 1 members have answered", Ask(nobody, "mesh").Demand());
        Command push = Ask(nobody, "push", path, "--wait", "0");
        Assert.Equal((1, "hostsim: only root may change the node\n"), (push.ExitCode, push.Error));
        Assert.Equal($"{name} has taken version 2.\n", Ask([], "push", path, "--wait", "0").Demand());
        Assert.Matches("(?m)^Version +2$", Ask(nobody, "status").Demand());

        Command Ask(string[] user, params string[] arguments) => machine.Run(
        [
            .. user, SporeNode.Dotnet(), Path.Combine(AppContext.BaseDirectory, "hostsim.dll"), .. arguments,
            "--interface", name,
        ]);
    }

    [Fact]
    public void A_machine_without_a_node_is_told_in_one_line()
    {
        using Mesh mesh = new(2);

        // Nodes of other tests have their sockets in the same folder.
        Command command = mesh.Machines[0].Run(
        [
            "unshare", "-m", "sh", "-c",
            "mkdir -p /run/spore && mount -t tmpfs tmpfs /run/spore && exec \"$@\"", "sh",
            SporeNode.Dotnet(), Path.Combine(AppContext.BaseDirectory, "hostsim.dll"), "status",
        ]);
        Assert.Equal(1, command.ExitCode);
        Assert.Single(command.Error.TrimEnd().Split('\n'));
    }

    private static RunningProgram Start(Mesh mesh, params string[] arguments) => mesh.Lab.Keep(mesh.Machines[0].Start(
        [SporeNode.Dotnet(), Path.Combine(AppContext.BaseDirectory, "hostsim.dll"), .. arguments]));
}
