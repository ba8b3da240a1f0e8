using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Load and cookies between stock WireGuard and a node of ours.</summary>
[Collection(Alone.Name)]
public partial class LoadTests
{
    private const string StockSentCookie = "Sending cookie response";
    private const string StockReceivedCookie = "Receiving cookie response";
    private const int FloodRate = 20_000;

    // A machine that is busy with other tests need not keep up. Below this it is no flood any more.
    private const int LeastFloodRate = FloodRate / 2;
    private const int FloodSeconds = 30;

    [Fact]
    public void Stock_that_is_under_load_gets_its_cookie_back()
    {
        using Pair pair = new();
        NetworkNamespace third = pair.Stock.Machine;
        pair.Stock.AddPeer(pair.Self);
        using (Forger forger = new(third, Sources(16), Loopback, pair.Stock.Self.Key))
        {
            // As fast as it gets: wireguard-go is under load when 128 handshakes wait.
            forger.Start(int.MaxValue);
            Wait.Until(() => pair.Stock.Logged(StockSentCookie), "wireguard-go to be under load");
            SporeNode spore = pair.Start(true, null, pair.PeerOption);
            spore.Program.WaitFor("cookie", "under load");
            spore.Program.WaitFor("session up");
        }

        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
    }

    [Fact]
    public void Stock_gives_the_cookie_back_that_a_node_of_ours_under_load_has_sent_it()
    {
        using Pair pair = new();
        SporeNode spore = pair.Start(true, null, "--handshake-rate", "1");
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        using Forger forger = new(pair.Ours, Sources(16), Loopback, spore.Self.Key);
        forger.Start(100);
        spore.Program.WaitFor("under load");

        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv4);
        pair.Stock.WaitForLog(StockReceivedCookie);
        Assert.True(pair.Stock.HasHandshake(spore.Self));
    }

    [Fact]
    public void A_flood_of_forged_initiations_costs_a_session_little_and_lets_a_new_peer_in()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("spore");
        (NetworkNamespace second, NetworkNamespace third) = (lab.Machine("old"), lab.Machine("new"));
        Wire.Join(lab, machine, second, third);
        Signing.NodeIdentity identity = authority.NewNode();
        Member self = new(identity.PublicKey, 1);
        StockNode before = new(lab, second, 2);
        StockNode late = new(lab, third, 3);
        SporeNode spore = new(lab, machine, identity, 1, true, authority.Sign(1, self, before.Self, late.Self));
        before.AddPeer(self, Wire.Endpoint(1));
        late.AddPeer(self);
        Ping.AllAreAnswered(before, self);
        spore.Program.Prefer();
        before.Program.Prefer();

        using Forger forger = new(machine, Sources(64), Loopback, self.Key);
        RunningProgram ping = lab.Keep(
            second.Start(["ping", "-n", "-D", "-i", "0.05", "-c", Text(FloodSeconds * 20), "-W", "5", self.Ipv4]));
        (DateTimeOffset from, TimeSpan took) = (default, default);
        Thread flood = new(() =>
        {
            from = DateTimeOffset.UtcNow;
            Stopwatch clock = Stopwatch.StartNew();
            forger.Send(FloodRate, FloodRate * FloodSeconds);
            took = clock.Elapsed;
        });
        flood.Start();
        spore.Program.WaitFor("under load");
        Wait.Until(() => forger.Sent > FloodRate * 5L, "the flood to go on");
        long resident = Resident(spore);

        late.Machine.Run("wg", "set", late.Interface, "peer", self.KeyText, "endpoint", Wire.Endpoint(1)).Demand();
        Ping.IsAnswered(third, self.Ipv4);
        late.WaitForLog(StockReceivedCookie);
        Assert.True(late.HasHandshake(self));
        Assert.True(flood.IsAlive, "the new peer came in only when the flood was over");

        flood.Join();
        long grown = Resident(spore) - resident;
        double rate = forger.Sent / took.TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{forger.Sent} forged initiations in {took.TotalSeconds:F1} s");
        Assert.True(
            forger.Sent >= FloodRate * FloodSeconds && rate >= LeastFloodRate,
            $"the machine let the forger send only {forger.Sent} initiations in {took.TotalSeconds:F1} s, which is "
            + $"{rate:F0} a second where {LeastFloodRate} are due: this says nothing about the node");

        ping.WaitForEnd();
        (int Number, double SentAt)[] answered =
        [
            .. ping.Lines.Select(l => Answer().Match(l))
                .Where(m => m.Success)
                .Select(
                    m => (
                        int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture),
                        Seconds(m.Groups[1]) - (Seconds(m.Groups[3]) / 1000))),
        ];
        Assert.InRange(answered.Length, FloodSeconds * 20 * 9 / 10, FloodSeconds * 20);

        // Nor were they answered before the flood or after it alone.
        double start = from.ToUnixTimeMilliseconds() / 1000.0;
        answered = [.. answered.Where(a => a.SentAt >= start && a.SentAt <= start + took.TotalSeconds)];
        Assert.InRange(answered.Length, FloodSeconds * 20 / 2, FloodSeconds * 20);
        int sent = answered[^1].Number - answered[0].Number + 1;
        Assert.InRange(answered.Length, sent * 9 / 10, sent);
        Assert.True(grown < 16_384, $"{grown} KB more resident at the end of the flood");
        Assert.Equal(0, spore.Program.Stop());
    }

    private static string Loopback => $"127.0.0.1:{StockNode.Port}";

    private static string[] Sources(int count)
    {
        return [.. Enumerable.Range(1, count).Select(i => $"127.0.{i}.1")];
    }

    // In KB.
    private static long Resident(SporeNode node)
    {
        string line = File.ReadLines($"/proc/{node.Program.Id}/status")
            .Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(
            line.Split(':')[1].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    private static string Text(int number)
    {
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private static double Seconds(Group group)
    {
        return double.Parse(group.Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\[([0-9.]+)\] .* icmp_seq=([0-9]+) ttl=[0-9]+ time=([0-9.]+) ms")]
    private static partial Regex Answer();
}
