using System.IO;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim ask</c> with a node of <c>--request-command</c>.</summary>
public class AskTests
{
    private const string Refusal = " refuses the request; it has no handler, or takes requests of members only";

    [Fact]
    public void The_programs_answer_arrives_through_the_interface_of_stock_wireguard()
    {
        using Pair pair = new();
        SporeNode node = pair.Start(
            false, null, "--request-command", "printf '%s for %s' \"$(cat)\" \"$SPORE_LABEL\"; exit 3");
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        HostsimFiles files = new(pair.Lab, pair.Stock.Machine);
        Command ask = files.Run("ask", pair.Self.KeyText, "lamp on");
        Assert.Equal((0, "lamp on for member-2", ""), (ask.ExitCode, ask.Output, ask.Error));
        node.WaitFor(0, "request", "of member-2, 7 B: answered with 20 B; exit code 3");

        // The last answer was read whole: nothing is outstanding.
        ask = files.Run("ask", pair.Self.KeyText, "lamp off", "--json");
        Assert.Equal((0, ""), (ask.ExitCode, ask.Error));
        Assert.Contains("\"answer\": \"lamp off for member-2\"", ask.Output);
    }

    [Fact]
    [Statement("8.4-8")]
    public void A_large_request_and_answer_pass_between_two_nodes()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, first, second);
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(
            1, new Member(one.PublicKey, 1, Wire.Endpoint(1)), new Member(two.PublicKey, 2));
        _ = new SporeNode(lab, first, one, 1, true, network, "--request-command", "cat");
        _ = new SporeNode(lab, second, two, 2, true, network);
        string body = new('x', 65_536);
        Command ask = new HostsimFiles(lab, second, "--network", lab.File("n.spore", network)).Run(
            "ask", "member-1", body);
        Assert.Equal((0, ""), (ask.ExitCode, ask.Error));
        Assert.Equal(body, ask.Output);
    }

    [Fact]
    public void A_request_without_an_answer_is_one_line()
    {
        using Pair pair = new();
        SporeNode node = pair.Start(false, null, "--request-command", "head -c 65537 /dev/zero");
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        Command ask = new HostsimFiles(pair.Lab, pair.Stock.Machine).Run("ask", pair.Self.KeyText, "lamp on");
        AssertFails(ask, $"{Short(pair.Self.KeyText)} has taken the request, but has no answer to it");
        node.WaitFor(0, "request failed", "it gets no answer");
    }

    [Fact]
    [Statement("8-34")]
    public void A_guest_is_refused()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, first, second);
        NodeIdentity one = authority.NewNode();
        string ran = Path.Combine(lab.Folder, "ran");
        _ = new SporeNode(
            lab,
            first,
            one,
            1,
            false,
            authority.Sign(1, new Member(one.PublicKey, 1)),
            "--request-command",
            $"touch '{ran}'");
        HostsimFiles files = new(
            lab,
            second,
            "--identity",
            lab.File("guest.id", authority.NewNode().Record),
            "--endpoint",
            Wire.Endpoint(1));
        Command ask = files.Run("ask", KeyText.Format(one.PublicKey), "lamp on");
        AssertFails(ask, $"{Short(KeyText.Format(one.PublicKey))}{Refusal}");
        Assert.False(File.Exists(ran));
    }

    [Fact]
    [Statement("8.4-13")]
    public void A_peer_without_a_handler_is_told()
    {
        using Pair pair = new();
        pair.Start(false);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        Command ask = new HostsimFiles(pair.Lab, pair.Stock.Machine).Run("ask", pair.Self.KeyText, "lamp on");
        AssertFails(ask, $"{Short(pair.Self.KeyText)}{Refusal}");
    }

    // What stands for a peer without a label.
    private static string Short(string key) => $"{key[..8]}...";

    private static void AssertFails(Command ask, string line)
    {
        Assert.Equal((1, "", $"hostsim: {line}"), (ask.ExitCode, ask.Output, ask.Error.TrimEnd('\n')));
    }
}
