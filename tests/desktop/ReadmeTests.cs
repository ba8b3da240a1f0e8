using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Xunit;

namespace Spore.Tests;

/// <summary>What README.md tells people to type is typed here, as a script.</summary>
public class ReadmeTests
{
    private const string ReadmeFile = "README.md";

    [Fact]
    public void Every_block_is_of_a_known_kind()
    {
        Assert.Equal(
            ["sh", "sh root"], Page.Blocks(ReadmeFile).Select(b => b.Info).Distinct().Order(StringComparer.Ordinal));

        // An indented block would be one that no test runs.
        Assert.DoesNotContain("\n    ", Page.Prose(ReadmeFile));
    }

    [Fact]
    public void What_the_readme_says_to_type_works_as_a_script()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the page is for a shell");
        using Socket gate = Reserve();
        using Socket shed = Reserve();
        string script = string.Concat(Page.Blocks(ReadmeFile).Where(b => b.Info == "sh").Select(b => b.Text))
            .Replace("127.0.0.1:51820", $"{gate.LocalEndPoint}")
            .Replace("127.0.0.1:51821", $"{shed.LocalEndPoint}");
        gate.Close();
        shed.Close();

        using PageShell shell = new("tools/flash", "hostsim");
        string[] output = shell.Run(script).Split('\n');
        Assert.Equal(
            [
                "dotnet run --project hostsim -c Release",
                "dotnet test nano.sln",
                "dotnet build tools/flash -c Release",
                "dotnet build hostsim -c Release",
            ],
            shell.Called);

        // What comes behind the simulator's verdict is of the node.
        int verdict = Array.FindIndex(output, l => l.StartsWith("OK: ", StringComparison.Ordinal));
        Assert.NotEqual(-1, verdict);
        Assert.Single(output[verdict..], l => Regex.IsMatch(l, "network applied .*version 1,"));
        Assert.Single(output[verdict..], l => Regex.IsMatch(l, "network applied .*version 2,"));
    }

    // A free port of this machine, which others may use at the same time.
    private static Socket Reserve()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
