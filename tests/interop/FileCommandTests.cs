using System;
using System.Text;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim get</c> and <c>put</c>: through an interface, and as a member of their own.</summary>
public class FileCommandTests
{
    [Fact]
    public void Files_go_through_the_interface_of_stock_wireguard()
    {
        using Pair pair = new();
        byte[] first = pair.Sign(1, pair.Stock.Self);
        SporeNode node = pair.StartWith(false, first);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        HostsimFiles files = new(pair.Lab, pair.Stock.Machine, "--peer", pair.Self.KeyText);
        AssertReads(files, first);

        byte[] second = pair.Sign(2, pair.Stock.Self);
        Command put = files.Put("network", second, "--json");
        Assert.Equal(0, put.ExitCode);
        Assert.Contains("\"result\": \"ok\"", put.Output);
        node.WaitForNetwork(2);

        // The peer's text behind its code.
        Command older = files.Put("network", first);
        Assert.Equal(1, older.ExitCode);
        Assert.StartsWith("hostsim: network: ", older.Error);
        Assert.Contains(" answered with error 6 (file already exists)", older.Error);
        Assert.Single(older.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_label_of_the_network_finds_the_peer_and_the_interface()
    {
        using Pair pair = new();
        byte[] network = pair.Sign(1, pair.Stock.Self);
        pair.StartWith(false, network);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        string path = pair.Lab.File("n.spore", network);
        AssertReads(new(pair.Lab, pair.Stock.Machine, "--peer", "member-1", "--network", path), network);
    }

    [Fact]
    public void Files_go_through_the_interface_of_a_running_node()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, first, second);
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(
            1, new Member(one.PublicKey, 1, Wire.Endpoint(1)), new Member(two.PublicKey, 2, Wire.Endpoint(2)));
        _ = new SporeNode(lab, first, one, 1, true, network);
        _ = new SporeNode(lab, second, two, 2, true, network);
        AssertReads(new(lab, first, "--peer", KeyText.Format(two.PublicKey)), network);
    }

    [Fact]
    public void Files_go_to_a_member_of_its_own()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, first, second);
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(
            1, new Member(one.PublicKey, 1, Wire.Endpoint(1)), new Member(two.PublicKey, 2));
        SporeNode node = new(lab, first, one, 1, false, network);
        HostsimFiles files = new(
            lab,
            second,
            "--peer",
            "member-1",
            "--identity",
            lab.File("two.id", two.Record),
            "--network",
            lab.File("n.spore", network));
        AssertReads(files, network);
        Assert.Equal(0, files.Put("network", authority.Sign(2, new Member(one.PublicKey, 1))).ExitCode);
        node.WaitForNetwork(2);
    }

    [Fact]
    public void A_peer_without_a_server_is_told_at_once()
    {
        using Pair pair = new();
        pair.Start(true, Wire.Endpoint(2));
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        HostsimFiles files = new(pair.Lab, pair.Ours, "--peer", pair.Stock.Self.KeyText);
        Command command = files.Get("head", out byte[] bytes);
        Assert.Equal(1, command.ExitCode);
        Assert.Empty(bytes);
        Assert.EndsWith(" serves no TFTP (port unreachable)", command.Error.TrimEnd());
    }

    [Fact]
    public void Several_tunnels_need_a_choice()
    {
        using Pair pair = new();
        pair.Start(false);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        string other = $"wx{Environment.ProcessId}";
        RunningProgram program = pair.Lab.Keep(pair.Stock.Machine.Start(
            ["wireguard-go", "-f", other], ("WG_PROCESS_FOREGROUND", "1"), ("LOG_LEVEL", "verbose")));
        program.WaitFor("UAPI listener started");
        pair.Stock.Machine.Ip($"link set {other} up");
        pair.Stock.Machine.Ip($"addr add fe80::9/128 dev {other} nodad");
        HostsimFiles files = new(pair.Lab, pair.Stock.Machine, "--peer", pair.Self.KeyText);
        Command command = files.Get("head", out _);
        Assert.Equal(1, command.ExitCode);
        Assert.EndsWith(" may all be the tunnel; choose one by --interface", command.Error.TrimEnd());
        Assert.Contains(other, command.Error);
        Assert.Equal(0, files.Get("head", out _, "--interface", pair.Stock.Interface).ExitCode);
    }

    [Fact]
    public void Ctrl_c_leaves_the_old_file()
    {
        using Pair pair = new("nft");
        pair.Start(false);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        HostsimFiles files = new(pair.Lab, pair.Stock.Machine, "--peer", pair.Self.KeyText);
        Assert.Equal(0, files.Get("head", out _).ExitCode);

        // No answer comes back, so that the command waits.
        pair.Ours.Nft(
            """
            table inet silence {
                chain out {
                    type filter hook output priority 0
                    udp sport 51820 drop
                }
            }
            """);
        string path = pair.Lab.File("old", "an old file"u8);
        long sent = pair.Stock.Machine.CountSent(pair.Stock.Interface);
        RunningProgram program = pair.Lab.Keep(pair.Stock.Machine.Start(
            [
                SporeNode.Dotnet(),
                System.IO.Path.Combine(AppContext.BaseDirectory, "hostsim.dll"),
                "get",
                "network",
                path,
                "--peer",
                pair.Self.KeyText,
            ]));
        Wait.Until(() => pair.Stock.Machine.CountSent(pair.Stock.Interface) > sent, "the request");
        Assert.Equal(130, program.BreakOff());
        Assert.Equal("an old file", System.IO.File.ReadAllText(path));
        Assert.Empty(System.IO.Directory.GetFiles(pair.Lab.Folder, "*.tmp"));
    }

    private static void AssertReads(HostsimFiles files, byte[] network)
    {
        Command command = files.Get("head", out byte[] bytes);
        Assert.Equal((0, "", ""), (command.ExitCode, command.Output, command.Error));
        Assert.Equal(network[..144], bytes);

        command = files.Get("network", out bytes, "--window", "4", "--blksize", "512");
        Assert.Equal((0, ""), (command.ExitCode, command.Error));
        Assert.Equal(network, bytes);

        command = files.Get("status", out bytes);
        Assert.Equal((0, ""), (command.ExitCode, command.Error));
        Assert.Contains("version=1\n", Encoding.ASCII.GetString(bytes));

        command = files.Get("none", out bytes);
        Assert.Equal(1, command.ExitCode);
        Assert.EndsWith(" answered with error 1 (file not found)", command.Error.TrimEnd());
        Assert.Empty(bytes);
    }
}
