using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Endpoints that are names.</summary>
public class NameTests
{
    private const string Name = "stock.example";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_is_resolved_again_as_long_as_nobody_answers_there(bool onCommandLine)
    {
        using Pair pair = new();
        using Hosts hosts = new(pair.Ours, $"10.77.0.99 {Name}");
        pair.Stock.AddPeer(pair.Self);
        string place = FormattableString.Invariant($"{Name}:{StockNode.Port}");
        SporeNode spore = onCommandLine
            ? pair.Start(true, null, "--peer", $"{pair.Stock.Self.KeyText}@{place}")
            : pair.Start(true, place);
        RunningProgram ping = pair.Lab.Keep(pair.Ours.Start(["ping", "-n", "-i", "0.5", pair.Stock.Self.Ipv4]));
        spore.Program.WaitFor("initiation");
        Assert.False(pair.Stock.HasHandshake(pair.Self));

        // It has moved, and its name with it.
        hosts.Write($"{Wire.Address(2)} {Name}");
        spore.Program.WaitFor("session up");
        pair.Stock.WaitForHandshake(pair.Self);
        ping.WaitFor("icmp_seq=");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_that_is_unknown_at_the_start_ends_nothing_and_is_asked_for_again(bool isRendezvous)
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace here, NetworkNamespace there) = (lab.Machine("asking"), lab.Machine("gate"));
        Wire.Join(lab, here, there);
        using Hosts hosts = new(here);
        (NodeIdentity own, NodeIdentity other) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(1, new Member(own.PublicKey, 1), new Member(other.PublicKey, 2));

        // Hellos get to the other port by the rendezvous alone.
        SporeNode gate = new(lab, there, other, 2, false, network, "--listen", "4321");
        string place = $"{Name}:4321";
        string[] option = isRendezvous ? ["--rendezvous", place] : ["--peer", $"{gate.Self.KeyText}@{place}"];
        SporeNode spore = new(
            lab, here, own, 1, false, null, ["--listen", $"{Wire.Address(1)}:{StockNode.Port}", .. option]);
        spore.Program.WaitFor("no address found");
        hosts.Write($"fd77::2 {Name}", $"{Wire.Address(2)} {Name}");
        spore.Program.WaitFor("session up");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_addresses_of_a_name_are_asked_in_turn(bool byUapi)
    {
        using Pair pair = new();
        using Hosts hosts = new(pair.Ours, $"10.77.0.98 {Name}", $"10.77.0.99 {Name}", $"{Wire.Address(2)} {Name}");
        pair.Stock.AddPeer(pair.Self);
        string place = FormattableString.Invariant($"{Name}:{StockNode.Port}");
        SporeNode spore = pair.Start(true, byUapi ? null : place);
        if (byUapi)
        {
            Assert.Equal(
                "errno=0\n\n",
                Set(spore, $"public_key={Convert.ToHexStringLower(pair.Stock.Self.Key)}\nendpoint={place}\n"));
        }

        pair.Lab.Keep(Ping.Start(pair.Ours, pair.Stock.Self.Ipv4, Wait.Patience));
        spore.Program.WaitFor("session up");
    }

    [Fact]
    public void A_name_server_that_does_not_answer_delays_nothing()
    {
        using Pair pair = new();
        using Hosts hosts = new(pair.Ours);
        hosts.WriteResolver("nameserver 10.77.0.99\noptions timeout:30 attempts:2\n");
        pair.Stock.AddPeer(pair.Self);
        string[] names =
        [
            "--rendezvous", "slow.example:1", "--peer",
            $"{KeyText.Format(NodeKey.PublicKey(NodeKey.GeneratePrivate()))}@slower.example:2",
        ];
        SporeNode spore = pair.Start(true, null, [.. names, "--peer", $"{pair.Stock.Self.KeyText}@{Wire.Endpoint(2)}"]);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.Contains("interface: ", pair.Ours.Run("wg", "show", spore.Interface).Demand());
        Assert.Equal(0, spore.Program.Stop());
        Assert.DoesNotContain(spore.Timeline, l => l.Verb == "name");
    }

    private static string Set(SporeNode spore, string lines)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint($"/var/run/wireguard/{spore.Interface}.sock"));
        socket.Send(Encoding.ASCII.GetBytes($"set=1\n{lines}\n"));
        byte[] answer = new byte[64];
        return Encoding.ASCII.GetString(answer, 0, socket.Receive(answer));
    }

    /// <summary>The file of names that programs on a machine see (ip-netns(8)).</summary>
    private sealed class Hosts : IDisposable
    {
        private readonly string _folder;

        public Hosts(NetworkNamespace machine, params string?[] lines)
        {
            _folder = Path.Combine("/etc/netns", machine.Name);
            Directory.CreateDirectory(_folder);
            WriteResolver("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
            Write(lines);
        }

        public void Write(params string?[] lines) =>
            File.WriteAllText(Path.Combine(_folder, "hosts"), $"127.0.0.1 localhost\n{string.Join('\n', lines)}\n");

        public void WriteResolver(string text) => File.WriteAllText(Path.Combine(_folder, "resolv.conf"), text);

        public void Dispose() => Directory.Delete(_folder, true);
    }
}
