using System;
using System.Linq;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>The key log is Wireshark's: its own dissector decrypts a capture with it.</summary>
public class KeyLogTests
{
    private const string EchoRequest = "128";
    private const string EchoReply = "129";

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void Tshark_reads_what_went_through_the_tunnel(bool stockInitiates, bool hasPresharedKey)
    {
        using Pair pair = new(Capture.Programs);
        Capture capture = new(pair.Lab, pair.Ours);
        pair.Stock.AddPeer(pair.Self, stockInitiates ? Wire.Endpoint(1) : null);
        string[] options = [];
        if (hasPresharedKey)
        {
            string psk = pair.Lab.NewPresharedKey("psk");
            pair.Stock.Machine.Run(
                "wg", "set", pair.Stock.Interface, "peer", pair.Self.KeyText, "preshared-key", psk).Demand();
            options =
            [
                .. stockInitiates ? ["--peer", pair.Stock.Self.KeyText] : Array.Empty<string>(),
                "--psk-file",
                $"{pair.Stock.Self.KeyText}={psk}",
            ];
        }

        SporeNode spore = pair.Start(
            true, null, ["--keylog", capture.KeyLog, .. stockInitiates ? [] : pair.PeerOption, .. options]);
        if (!stockInitiates)
        {
            spore.Program.WaitFor("session up");
        }

        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv6);
        Assert.Equal(0, spore.Program.Stop());
        capture.Stop();

        string[] types = [.. capture.Read("icmpv6 && wg", "icmpv6.type").Select(p => p[0])];
        Assert.InRange(types.Count(t => t == EchoRequest), 3, types.Length);
        Assert.InRange(types.Count(t => t == EchoReply), 3, types.Length);
        capture.AllIsDecrypted();
    }
}
