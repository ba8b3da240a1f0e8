using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A session older than REKEY_AFTER_TIME is replaced under way.</summary>
public class RekeyTests
{
    // REKEY_AFTER_TIME and some more.
    private const int Seconds = 131;

    [Fact]
    public void Whoever_initiated_does_it_again_no_packet_is_lost_and_tshark_reads_them_all()
    {
        using Lab lab = Lab.Open(Capture.Programs);
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("spore");
        (NetworkNamespace second, NetworkNamespace third) = (lab.Machine("responder"), lab.Machine("initiator"));
        Wire.Join(lab, machine, second, third);
        NodeIdentity identity = authority.NewNode();
        Member self = new(identity.PublicKey, 1);
        (StockNode responder, StockNode initiator) = (new(lab, second, 2), new(lab, third, 3));
        byte[] network = authority.Sign(1, self, responder.Self with { Endpoint = Wire.Endpoint(2) }, initiator.Self);

        Capture capture = new(lab, machine);
        responder.AddPeer(self);
        SporeNode spore = new(lab, machine, identity, 1, true, network, "--keylog", capture.KeyLog);
        initiator.AddPeer(self, Wire.Endpoint(1));
        RunningProgram[] pings =
            [Ping.Start(machine, responder.Self.Ipv4, Seconds), Ping.Start(third, self.Ipv6, Seconds)];
        foreach (RunningProgram ping in pings)
        {
            Assert.Equal(0, ping.WaitForEnd(Seconds + Wait.Patience));
        }

        Assert.Equal(0, spore.Program.Stop());
        capture.Stop();

        Assert.All(pings, p => Ping.HardlyAnyIsLost(p, 5));
        AssertSeenTwice(responder.CountLogged(StockNode.WasInitiatedTo));
        AssertSeenTwice(initiator.CountLogged(StockNode.Initiated));
        Assert.False(responder.Logged(StockNode.Initiated) || initiator.Logged(StockNode.WasInitiatedTo));
        AssertSeenTwice(spore.Sessions.Count(s => s == "to member-2"));
        AssertSeenTwice(spore.Sessions.Count(s => s == "from member-3"));
        AssertSeenTwice(
            capture.Read($"wg.type == {Capture.Response} && ip.src == {Wire.Address(1)}", "frame.number").Length);
        AssertSeenTwice(
            capture.Read($"wg.type == {Capture.Response} && ip.src == {Wire.Address(2)}", "frame.number").Length);
        capture.AllIsDecrypted();
    }

    // A busy machine may need another one.
    private static void AssertSeenTwice(int handshakes)
    {
        Assert.InRange(handshakes, 2, 4);
    }
}
