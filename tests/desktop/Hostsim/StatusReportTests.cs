using System;
using System.IO;
using System.Linq;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>What a real node reports of itself, without sockets.</summary>
public class StatusReportTests
{
    private const int FlushPatience = 60_000;

    [Theory]
    [InlineData(NetworkState.None, "no network")]
    [InlineData(NetworkState.Unconfirmed, "version 1, unconfirmed (0 agree)")]
    [InlineData(NetworkState.Witness, "version 1, witness")]
    [InlineData(NetworkState.Fresh, "version 1, fresh")]
    [InlineData(NetworkState.Behind, "version 1, behind")]
    [InlineData(NetworkState.Expired, "version 1, expired")]
    public void The_status_has_the_state_of_the_network(NetworkState state, string text)
    {
        NodeInState node = new(state);
        StringWriter output = new();
        LiveTimeline timeline = new(output, null);
        StatusReport report = new(node.Node.Node, timeline);
        string line = report.Line(node.Mesh.Now);
        string uptime = TimeSpan.FromSeconds(node.Mesh.Now / 1000).ToString("c");
        Assert.StartsWith($"up {uptime}; {text}; ", line, StringComparison.Ordinal);

        report.Show(node.Mesh.Now);
        timeline.Flush(FlushPatience);
        string[] lines = output.ToString().Split('\n');
        Assert.EndsWith($"  status           {line}", lines[0], StringComparison.Ordinal);
        string kind = state is NetworkState.None ? "guest" : "member";
        Assert.Contains(lines, l => l.Contains($"  {kind,-15}  ") && l.Contains(" at 192.0.2.2:51820; session for "));
    }

    [Fact]
    public void Whose_primitives_are_used_is_said_where_they_are_not_the_hosts()
    {
        Assert.Equal(string.Empty, Shown(HostPrimitives.Of(null, null, new UnrolledBlake2s()), LogLevel.Error));
        Assert.EndsWith(
            "  crypto           OpenSSL 3 is not here: ChaCha20-Poly1305 and X25519 are the core's own, and slower; "
            + "install libcrypto.so.3\n",
            Shown(HostPrimitives.Of(null, null, new UnrolledBlake2s()), LogLevel.Warning),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "  crypto           the core's own (--own-crypto)\n",
            Shown(HostPrimitives.Own, LogLevel.Info),
            StringComparison.Ordinal);
        HostPrimitives found = HostPrimitives.Find();
        Assert.Equal(found.Faults.Count, Shown(found, LogLevel.Info).Count(c => c == '\n'));
    }

    private static string Shown(HostPrimitives primitives, LogLevel level)
    {
        StringWriter output = new();
        LiveTimeline timeline = new(output, null, new LogSettings { Level = level });
        new StatusReport(new NodeInState(NetworkState.None).Node.Node, timeline).ShowPrimitives(primitives);
        timeline.Flush(FlushPatience);
        return output.ToString();
    }

    [Fact]
    public void Members_that_agree_are_counted()
    {
        NodeInState node = new(NetworkState.Unconfirmed);
        Assert.True(node.Member.Write("head", node.Node.Node.Network.Bytes[..144]).IsComplete);
        string line = new StatusReport(node.Node.Node, new LiveTimeline(TextWriter.Null, null)).Line(node.Mesh.Now);
        Assert.Contains("; version 1, unconfirmed (1 agree); 1 session; ", line, StringComparison.Ordinal);
    }
}
