using System.IO;
using System.Linq;
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
        using Pair pair = new("tshark", "dumpcap");
        string capture = Path.Combine(pair.Lab.Folder, "capture");
        string keyLog = Path.Combine(pair.Lab.Folder, "keys");
        RunningProgram capturing = pair.Lab.Keep(pair.Ours.Start(["dumpcap", "-q", "-i", "eth0", "-w", capture]));
        capturing.WaitFor("File:");
        pair.Stock.AddPeer(pair.Self, stockInitiates ? Wire.Endpoint(1) : null);
        SporeNode spore = pair.Start(true, null, ["--keylog", keyLog, .. stockInitiates ? [] : pair.PeerOption]);
        if (!stockInitiates)
        {
            spore.Program.WaitFor("session up");
        }

        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv6);
        Assert.Equal(0, spore.Program.Stop());
        capturing.Stop();

        string[] types = pair.Ours.Run("tshark", "-r", capture, "-o", $"wg.keylog_file:{keyLog}", "-Y", "icmpv6 && wg", "-T", "fields", "-e", "icmpv6.type").Demand().Split('\n');
        Assert.Equal(3, types.Count(t => t == EchoRequest));
        Assert.Equal(3, types.Count(t => t == EchoReply));
    }
}
