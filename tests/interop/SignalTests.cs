using System.IO;
using System.Linq;
using System.Text;
using Spore.Base;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>The signals that an operator sends to a node.</summary>
public class SignalTests
{
    [Fact]
    public void On_HUP_it_reads_the_network_again_and_keeps_what_it_has_where_the_file_is_worse()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));
        string file = Path.Combine(pair.Lab.Folder, $"{pair.Ours.Name}.spore");
        byte[] first = File.ReadAllBytes(file);
        byte[] second = pair.Sign(2, pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Prefixes = ["10.55.0.0/16"] });

        Reload("reloaded", "version 1");
        File.WriteAllBytes(file, second);
        Reload("reloaded", "version 2");
        Wait.Until(() => pair.Ours.Ip("route").Contains("10.55.0.0/16", System.StringComparison.Ordinal), "the new route");

        File.WriteAllBytes(file, first);
        Reload("not reloaded", "its version is below the one already held");
        File.WriteAllBytes(file, [.. second[..^1], (byte)(second[^1] ^ 1)]);
        Reload("not reloaded", file);
        using Authority stranger = new();
        File.WriteAllBytes(file, stranger.Sign(3, pair.Self));
        Reload("not reloaded", "the trust root did not sign this");
        File.WriteAllBytes(file, pair.Sign(2, pair.Stock.Self));
        Reload("not reloaded", "it differs from the network held under the same version");
        File.WriteAllBytes(file, []);
        Reload("not reloaded", file);
        File.Delete(file);
        Reload("not reloaded", "no such file");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.Contains("version 2", spore.Status(), System.StringComparison.Ordinal);
        Assert.Equal(0, spore.Program.Stop());

        void Reload(string verb, string text)
        {
            int seen = spore.Timeline.Count;
            spore.Program.AskToReload();
            spore.WaitFor(seen, verb, text);
            Assert.Single(spore.Timeline.Skip(seen), l => l.Verb is "reloaded" or "not reloaded");
        }
    }

    [Fact]
    public void On_HUP_it_reads_preshared_keys_again()
    {
        using Pair pair = new();
        string file = pair.Lab.NewPresharedKey("key");
        string other = pair.Lab.NewPresharedKey("other");
        pair.Stock.AddPeer(pair.Self);
        pair.Stock.Machine.Run("wg", "set", pair.Stock.Interface, "peer", pair.Self.KeyText, "preshared-key", other).Demand();
        SporeNode spore = pair.Start(true, null, [.. pair.PeerOption, "--psk-file", $"{pair.Stock.Self.KeyText}={file}"]);
        Ping.IsNotAnswered(pair.Ours, pair.Stock.Self.Ipv4);

        File.WriteAllText(file, "not a key");
        spore.Program.AskToReload();
        spore.WaitFor(0, "not reloaded", $"{file}: is not one preshared key");
        File.WriteAllBytes(file, File.ReadAllBytes(other));
        spore.Program.AskToReload();
        spore.WaitFor(0, "reloaded", file);
        Ping.IsAnsweredAtLast(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.DoesNotContain(Encoding.ASCII.GetString(File.ReadAllBytes(other)).Trim(), string.Join('\n', spore.Program.Lines), System.StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_files_goes_on_after_HUP()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        SporeNode spore = new(lab, lab.Machine("spore"), authority.NewNode(), 1, false);
        spore.Program.AskToReload();
        spore.WaitFor(0, "reloaded", "nothing");
        Assert.Contains("no network", spore.Status(), System.StringComparison.Ordinal);
        Assert.Equal(0, spore.Program.Stop());
    }
}
