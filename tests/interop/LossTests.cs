using System.Linq;
using System.Security.Cryptography;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A wire that loses one datagram in five, each way.</summary>
public class LossTests
{
    private const int Percent = 20;
    private const int Members = 230;

    // Beside the losses, curl sends its second block in the place of the first when a lost block makes the server
    // repeat its OACK. The first turn of a write, 5 s (PROTOCOL section 7.5), is too short for most; each further one
    // is longer.
    private const int Attempts = 20;

    [Theory]
    [InlineData(Side.Ours)]
    [InlineData(Side.Stock)]
    public void A_session_comes_up_and_sixteen_kilobytes_go_through_tftp_each_way(Side initiator)
    {
        using Pair pair = new("nft", "curl");
        StockNode stock = pair.Stock;
        Firewall.Lose(pair.Ours, Percent);
        Firewall.Lose(stock.Machine, Percent);
        Member[] others =
            [.. Enumerable.Range(3, Members).Select(n => new Member(RandomNumberGenerator.GetBytes(32), n))];
        byte[] network = pair.Sign(
            1, [stock.Self with { Endpoint = initiator == Side.Ours ? Wire.Endpoint(2) : null }, .. others]);
        Assert.InRange(network.Length, 16000, 17000);
        stock.AddPeer(pair.Self, initiator == Side.Stock ? Wire.Endpoint(1) : null);
        SporeNode spore = pair.StartWith(true, network);

        Ping.IsAnsweredAtLast(
            initiator == Side.Ours ? pair.Ours : stock.Machine,
            initiator == Side.Ours ? stock.Self.Ipv4 : pair.Self.Ipv4);
        spore.WaitFor(0, "session up", initiator == Side.Ours ? "to member-2" : "from member-2");

        // The largest blocks that fit; and with so little time to connect, curl asks for a retransmission timeout of
        // one second instead of five. At times a block is lost as often as it is sent, and then the transfer too.
        Curl curl = new(pair.Lab, stock, pair.Self, "--tftp-blksize", "1368", "--connect-timeout", "3");
        byte[] read = [];
        Assert.Contains(Enumerable.Range(0, Attempts), _ => curl.Read("network", out read).ExitCode == 0);
        Assert.Equal(network, read);
        byte[] newer = pair.Sign(2, [stock.Self, .. others]);
        Assert.Contains(
            Enumerable.Range(0, Attempts),
            _ => curl.Write("network", newer).ExitCode == 0 || spore.Program.Wrote("network applied", "version 2"));
        spore.Program.WaitFor("network applied", "version 2");
    }
}
