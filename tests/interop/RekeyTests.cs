using System;
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
        RunningProgram[] pings = [Ping.Start(machine, responder.Self.Ipv4, Seconds), Ping.Start(third, self.Ipv6, Seconds)];
        foreach (RunningProgram ping in pings)
        {
            Assert.Equal(0, ping.WaitForEnd(Seconds + Wait.Patience));
        }

        Assert.Equal(0, spore.Program.Stop());
        capture.Stop();

        Assert.All(pings, p => Ping.HardlyAnyIsLost(p, 5));
        Assert.Equal((0, 2), (responder.CountLogged(StockNode.Initiated), responder.CountLogged(StockNode.WasInitiatedTo)));
        Assert.Equal((2, 0), (initiator.CountLogged(StockNode.Initiated), initiator.CountLogged(StockNode.WasInitiatedTo)));
        string[] sessions = [.. spore.Program.Lines.Where(l => l.Contains("session up", StringComparison.Ordinal))];
        Assert.Equal(2, sessions.Count(l => l.EndsWith("to member-2", StringComparison.Ordinal)));
        Assert.Equal(2, sessions.Count(l => l.EndsWith("from member-3", StringComparison.Ordinal)));
        Assert.Equal(4, capture.Read($"wg.type == {Capture.Response}", "frame.number").Length);
        capture.AllIsDecrypted();
    }
}
