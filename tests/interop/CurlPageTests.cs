using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>What docs/curl.md says is what curl does with a node.</summary>
public sealed partial class CurlPageTests
{
    private const int FirstVersion = 4;
    private const int Version = 5;
    private const int NewerVersion = 9;
    private const string Hello = "hello\n";

    // What curl's manual page names "operation timeout".
    private const int NoAnswer = 28;

    // That of TFTP's errors 0 and 4.
    private const int NotNow = 71;

    private static readonly string[] _page = ["docs", "curl.md"];

    [Fact]
    public void The_page_has_known_blocks_only()
    {
        Assert.Equal(
            ["console", "sh", "sh gate", "sh root"],
            Page.Blocks(_page).Select(b => b.Info).Distinct().Order(StringComparer.Ordinal));

        // An indented block would be one that no test runs.
        Assert.DoesNotContain("\n    ", Page.Prose(_page));
    }

    [Fact]
    public void Each_exit_code_of_the_table_is_one_of_the_page_s_commands_and_the_other_way_round()
    {
        IEnumerable<string> ends = Documented()
            .Where(c => c.Command.Contains("curl ", StringComparison.Ordinal)
                && c.Command.EndsWith("; echo $?", StringComparison.Ordinal))
            .Select(c => c.Output.Split('\n')[^1]);
        Assert.Equal(
            ends.Distinct().Order(StringComparer.Ordinal),
            ExitCode().Matches(Page.Prose(_page)).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    [Statement(
        "8-1", "8-25", "8-28", "8-29", "8-30", "8-31", "8-32", "8-33", "8-34", "8-36", "8-37", "8-38", "8-39", "8-40")]
    public void Each_command_of_the_page_writes_what_the_page_says()
    {
        using Lab lab = Lab.Open("curl");
        (NetworkNamespace gate, NetworkNamespace admin) = (lab.Machine("gate"), lab.Machine("admin"));
        Wire.Join(lab, gate, admin);
        string page = File.ReadAllText(Path.Combine([Repository.Root, .. _page]));
        string path = lab.File("page.md", Encoding.UTF8.GetBytes(page.Replace("192.0.2.1:", $"{Wire.Address(1)}:")));
        string runner = Path.Combine(Repository.Root, "tests", "interop", "page.sh");
        string run = Directory.CreateDirectory(Path.Combine(lab.Folder, "run")).FullName;
        Command command = admin.RunFor(
            300,
            "sh",
            "-c",
            $"cd {run} && PATH=\"{AppContext.BaseDirectory}:$PATH\" && exec bash {runner} {path} {gate.Name}");
        Assert.True(command.ExitCode == 0, command.ToString());
        Assert.Equal(Documented(), Split(command.Output));
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("member")]
    [InlineData("removed")]
    [Statement("8-24", "8-28", "8-29", "8-30", "8-31", "8-32", "8-33", "8-34", "8-35", "8-36", "8-37", "8-38", "8-40")]
    public void Each_file_has_the_exit_codes_of_the_page(string role)
    {
        using Lab lab = Lab.Open("curl");
        using Authority authority = new();
        (NetworkNamespace machine, NetworkNamespace second) = (lab.Machine("gate"), lab.Machine("stock"));
        Wire.Join(lab, machine, second);
        string folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "shared")).FullName;
        File.WriteAllText(Path.Combine(folder, "hello.txt"), Hello);
        NodeIdentity identity = authority.NewNode();
        Member gate = new(identity.PublicKey, 1) { Roles = EntryRoles.Witness };
        StockNode stock = new(lab, second, 9);
        Member[] members = role == "member" ? [gate, stock.Self] : [gate];
        byte[] network = authority.Sign(Version, members);
        SporeNode spore = new(
            lab,
            machine,
            identity,
            1,
            false,
            role == "removed" ? authority.Sign(FirstVersion, gate, stock.Self) : network,
            "--serve",
            folder,
            "--writable",
            "--request-command",
            "cat");
        stock.AddPeer(gate, Wire.Endpoint(1));
        Curl curl = new(lab, stock, gate);
        if (role == "removed")
        {
            Assert.Equal(0, curl.Write("network", network).ExitCode);
            spore.WaitForNetwork(Version);
        }

        Dictionary<string, byte[]> written = new()
        {
            ["status"] = [1],
            ["request"] = [.. "lamp on"u8],
            ["files/notes"] = [1, 2, 3],
            ["head, the node's own"] = network[..NetworkHeader.Size],
            ["head, older"] = authority.Sign(1, members)[..NetworkHeader.Size],
            ["network, the node's own"] = network,
            ["network, older"] = authority.Sign(1, members),
            ["network, newer"] = authority.Sign(NewerVersion, members),
        };
        (string Action, string File, string[] Codes)[] rows = [.. Rows()];
        Assert.Equal(written.Keys, rows.Where(r => r.Action == "write").Select(r => r.File));
        Assert.Equal(10, rows.Length - written.Count);
        foreach ((string action, string file, string[] codes) in rows)
        {
            int expected = int.Parse(
                codes[Array.IndexOf(["guest", "member", "removed"], role)], CultureInfo.InvariantCulture);
            byte[] bytes = [];
            Command command = action == "read"
                ? curl.Read(NameOf(file, stock.Self, gate), out bytes)
                : curl.Write(file.Split(',')[0], written[file]);
            Assert.True(expected == command.ExitCode, command.ToString());
            Assert.True(expected == 0 || bytes.Length == 0, command.ToString());
            if (expected == 0 && action == "read")
            {
                AssertContent(file, bytes, network, file.Contains("own key") ? stock.Self : gate);
            }
        }

        spore.WaitForNetwork(NewerVersion);
        string note = Path.Combine(folder, "notes");
        Assert.Equal(role == "member" ? written["files/notes"] : [], File.Exists(note) ? File.ReadAllBytes(note) : []);
        if (role == "member")
        {
            // The line comes when the program has ended.
            spore.WaitFor(0, "request", "of member-9, 7 B: no answer wanted");
        }
        else
        {
            Assert.DoesNotContain(spore.Timeline, l => l.Verb == "request");
        }
    }

    [Fact]
    [Statement("8-41", "8.4-11")]
    public void A_request_beside_one_that_is_outstanding_is_not_possible_now()
    {
        using Pair pair = new("curl");
        string started = Path.Combine(pair.Lab.Folder, "started");
        string go = Path.Combine(pair.Lab.Folder, "go");
        pair.Start(
            false, null, "--request-command", $"touch '{started}'; until [ -e '{go}' ]; do sleep 0.1; done; echo done");
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        RunningProgram ask = pair.Lab.Keep(pair.Stock.Machine.Start(
            [
                SporeNode.Dotnet(),
                Path.Combine(AppContext.BaseDirectory, "hostsim.dll"),
                "ask",
                pair.Self.KeyText,
                "lamp on",
            ]));
        Wait.Until(() => File.Exists(started), "the program to start");
        Command busy = new Curl(pair.Lab, pair.Stock, pair.Self).Write("request", [1]);
        Assert.Equal(NotNow, busy.ExitCode);
        Assert.Contains("TFTP error: Another request is not answered yet", busy.Error);
        File.WriteAllText(go, "");
        ask.WaitFor("done");
    }

    [Fact]
    [Statement("8-14", "8-15")]
    public void A_guest_that_holds_a_transfer_gets_no_answer_to_another_request()
    {
        using Lab lab = Lab.Open("curl");
        using Authority authority = new();
        (NetworkNamespace machine, NetworkNamespace second) = (lab.Machine("gate"), lab.Machine("stock"));
        Wire.Join(lab, machine, second);
        NodeIdentity identity = authority.NewNode();
        Member gate = new(identity.PublicKey, 1);
        StockNode stock = new(lab, second, 9);
        _ = new SporeNode(lab, machine, identity, 1, false, authority.Sign(Version, gate));
        stock.AddPeer(gate, Wire.Endpoint(1));
        Assert.Equal(0, new Curl(lab, stock, gate).Read("head", out _).ExitCode);

        // The transfer begins, and nobody acknowledges its first block.
        using Socket socket = second.OpenSocket(new IPEndPoint(IPAddress.IPv6Any, 0));
        long zone = long.Parse(
            second.Ask("cat", $"/sys/class/net/{stock.Interface}/ifindex").Demand(), CultureInfo.InvariantCulture);
        byte[] request = [0, 1, .. "head\0octet\0"u8];
        socket.ReceiveTimeout = Wait.Patience * 1000;
        socket.SendTo(request, new IPEndPoint(new IPAddress(NodeKey.LinkLocal(gate.Key), zone), 69));
        Assert.Equal(4 + NetworkHeader.Size, socket.Receive(new byte[1000]));
        Assert.Equal(NoAnswer, new Curl(lab, stock, gate, "--max-time", "3").Read("head", out _).ExitCode);
    }

    // The commands of the page, and what follows each.
    private static (string Command, string Output)[] Documented() =>
        [.. Split(string.Concat(Page.Blocks(_page).Where(b => b.Info == "console").Select(b => b.Text)))];

    private static IEnumerable<(string Command, string Output)> Split(string shown)
    {
        // Without the headings.
        IEnumerable<string> lines = shown.Split('\n').Where(l => l.Length > 0 && l[0] != '#');
        return $"\n{string.Join('\n', lines)}".Split("\n$ ", StringSplitOptions.RemoveEmptyEntries)
            .Select(c => c.Split('\n', 2))
            .Select(c => (c[0], c.Length == 1 ? "" : c[1]));
    }

    // The table of files: what is done, with what, and three exit codes.
    private static IEnumerable<(string Action, string File, string[] Codes)> Rows() =>
        Row().Matches(Page.Prose(_page)).Select(m => (
            m.Groups[1].Value,
            m.Groups[2].Value.Replace("`", ""),
            m.Groups[3].Value.Split('|', StringSplitOptions.TrimEntries)));

    private static string NameOf(string file, Member own, Member gate) => file switch
    {
        "entry/HEX of one's own key" => $"entry/{Convert.ToHexStringLower(own.Key)}",
        "entry/HEX of the gate" => $"entry/{Convert.ToHexStringLower(gate.Key)}",
        _ => file,
    };

    private static void AssertContent(string file, byte[] bytes, byte[] network, Member proven)
    {
        switch (file.Split('/')[0])
        {
            case "head":
                Assert.Equal(network[..NetworkHeader.Size], bytes);
                break;
            case "network":
                Assert.Equal(network, bytes);
                break;
            case "status":
                Assert.StartsWith("state=witness\nreason=only witness\nversion=5\n", Encoding.UTF8.GetString(bytes));
                break;
            case "files":
                Assert.Equal(Hello, Encoding.UTF8.GetString(bytes));
                break;
            default:
                NetworkFault fault = EntryProof.Verify(
                    bytes, 0, bytes.Length, network, 0, new Blake2s(), new byte[32], 0);
                Assert.Equal(NetworkFault.None, fault);
                Assert.Equal(proven.Key, bytes[(EntryProof.EntryOffset + NetworkEntry.KeyOffset)..][..KeyText.KeySize]);
                break;
        }
    }

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitCode();

    [GeneratedRegex(@"^\| (read|write) \| (.+?) \| (\d+ \| \d+ \| \d+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
