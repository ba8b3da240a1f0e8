using System;
using System.IO;
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
        using Hosts hosts = new(pair.Ours, "10.77.0.99");
        pair.Stock.AddPeer(pair.Self);
        string place = FormattableString.Invariant($"{Name}:{StockNode.Port}");
        SporeNode spore = onCommandLine
            ? pair.Start(true, null, "--peer", $"{pair.Stock.Self.KeyText}@{place}")
            : pair.Start(true, place);
        RunningProgram ping = pair.Lab.Keep(pair.Ours.Start(["ping", "-n", "-i", "0.5", pair.Stock.Self.Ipv4]));
        spore.Program.WaitFor("initiation");
        Assert.False(pair.Stock.HasHandshake(pair.Self));

        // It has moved, and its name with it.
        hosts.Write(Wire.Address(2));
        spore.Program.WaitFor("session up");
        Assert.True(pair.Stock.HasHandshake(pair.Self));
        ping.WaitFor("icmp_seq=");
    }

    /// <summary>The file of names that programs on a machine see (ip-netns(8)).</summary>
    private sealed class Hosts : IDisposable
    {
        private readonly string _folder;

        public Hosts(NetworkNamespace machine, string address)
        {
            _folder = Path.Combine("/etc/netns", machine.Name);
            Directory.CreateDirectory(_folder);
            Write(address);
        }

        public void Write(string address) =>
            File.WriteAllText(Path.Combine(_folder, "hosts"), $"127.0.0.1 localhost\n{address} {Name}\n");

        public void Dispose() => Directory.Delete(_folder, true);
    }
}
