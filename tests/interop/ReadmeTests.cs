using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Spore.Mesh;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>What README.md tells people to type as root is typed here, on two machines.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private const string ReadmeFile = "README.md";

    private readonly Lab _lab = Lab.Open("curl");
    private readonly Authority _authority = new();
    private readonly NetworkNamespace _second;
    private readonly SporeNode _gate;
    private readonly Member _shed;
    private readonly byte[] _network;

    public ReadmeTests()
    {
        NetworkNamespace first = _lab.Machine("gate");
        _second = _lab.Machine("shed");
        Wire.Join(_lab, first, _second);
        (NodeIdentity gate, NodeIdentity shed) = (_authority.NewNode(), _authority.NewNode());
        _shed = new Member(shed.PublicKey, 2);
        _network = _authority.Sign(5, new Member(gate.PublicKey, 1), _shed);
        _lab.File("gate.id", gate.Record);
        _lab.File("shed.id", shed.Record);
        _gate = new SporeNode(_lab, first, gate, 1, true, _network);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public void What_the_readme_says_to_type_as_root_works_as_a_script()
    {
        byte[] newer = _authority.Sign(6, _gate.Self, _shed);
        Assert.Equal(0, Join(newer).ExitCode);
        _gate.WaitForNetwork(6, _shed);
    }

    [Theory]
    [InlineData("older", 73)]
    [InlineData("stranger", 69)]
    [InlineData("large", 70)]
    public void The_readme_says_what_the_exit_code_means(string kind, int code)
    {
        using Authority stranger = new();
        byte[] network = kind switch
        {
            "older" => _authority.Sign(4, _gate.Self, _shed),
            "stranger" => stranger.Sign(6, _gate.Self, _shed),
            _ => _authority.Sign(
                6,
                [.. Enumerable.Range(0, NodeLimits.Desktop().NetworkEntries + 1).Select(
                    _ => new Member(RandomNumberGenerator.GetBytes(KeyText.KeySize), 1))]),
        };
        Assert.Equal(code, Join(network).ExitCode);
        Assert.Contains($"\n| {code} | ", Page.Prose(ReadmeFile));
    }

    // Joins and hands over a network with the README's own blocks.
    private Command Join(byte[] network)
    {
        _lab.File("network.spore", network);
        IEnumerable<(string Info, string Text)> blocks = Page.Blocks(ReadmeFile);
        string script = $"""
            set -euo pipefail
            cd {_lab.Folder}
            PATH="{AppContext.BaseDirectory}:$PATH"
            trap 'kill $(jobs -p)' EXIT
            {KeyFunction().Match(string.Concat(blocks.Select(b => b.Text))).Value}
            {string.Concat(blocks.Where(b => b.Info == "sh root").Select(b => b.Text))}
            """;

        // Sockets of wg are found by the interface's name, in whatever namespace that is.
        string path = _lab.File("script", []);
        File.WriteAllText(
            path, script.Replace("spore0", $"rd{Environment.ProcessId}").Replace("10.77.0.1", _gate.Self.Ipv4));
        return _second.Run("bash", path);
    }

    [GeneratedRegex(@"^key\(\).*$", RegexOptions.Multiline)]
    private static partial Regex KeyFunction();
}
