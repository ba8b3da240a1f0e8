using System.IO;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>The key log is Wireshark's: its own dissector decrypts a capture with it.</summary>
public class KeyLogTests
{
    private const string EchoRequest = "128";
    private const string EchoReply = "129";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tshark_reads_what_went_through_the_tunnel(bool stockInitiates)
    {
        using Lab lab = Lab.Open("tshark", "dumpcap");
        using Authority authority = new();
        (NetworkNamespace ours, NetworkNamespace theirs) = (lab.Machine("spore"), lab.Machine("stock"));
        Wire.Join(lab, ours, theirs);
        string capture = Path.Combine(lab.Folder, "capture");
        string keyLog = Path.Combine(lab.Folder, "keys");
        RunningProgram capturing = lab.Keep(ours.Start(["dumpcap", "-q", "-i", "eth0", "-w", capture]));
        capturing.WaitFor("File:");
        StockNode stock = new(lab, theirs, 2);
        NodeIdentity identity = authority.NewNode();
        Member self = new(identity.PublicKey, 1);
        stock.AddPeer(self, stockInitiates ? Wire.Endpoint(1) : null);
        string[] peer = stockInitiates ? [] : ["--peer", $"{stock.Self.KeyText}@{Wire.Endpoint(2)}"];
        SporeNode spore = new(lab, ours, identity, 1, true, authority.Sign(1, self, stock.Self), ["--keylog", keyLog, .. peer]);
        if (!stockInitiates)
        {
            spore.Program.WaitFor("session up");
        }

        Ping.IsAnswered(theirs, self.Ipv6);
        Assert.Equal(0, spore.Program.Stop());
        capturing.Stop();

        string[] types = ours.Run("tshark", "-r", capture, "-o", $"wg.keylog_file:{keyLog}", "-Y", "icmpv6 && wg", "-T", "fields", "-e", "icmpv6.type").Demand().Split('\n');
        Assert.Equal(3, types.Count(t => t == EchoRequest));
        Assert.Equal(3, types.Count(t => t == EchoReply));
    }
}
