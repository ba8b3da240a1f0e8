using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Spore.Hostsim.Live.Names;
using Spore.Hostsim.Live.Output;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The hosts file with the members' names.</summary>
public sealed class HostsFileTests : IDisposable
{
    private const int Patience = 60_000;

    private static readonly byte[] _key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly byte[] _otherKey = [.. Enumerable.Repeat((byte)7, 32)];

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringWriter _output = new();
    private readonly LiveTimeline _timeline;
    private readonly string _path;

    public HostsFileTests()
    {
        _timeline = new LiveTimeline(_output, null);
        _path = Path.Combine(_folder, "hosts");
    }

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("shed", "shed.spore")]
    [InlineData("Shed 2", "shed-2.spore")]
    [InlineData("garden_door.left", "garden-door-left.spore")]
    [InlineData("Küche", "xn--kche-0ra.spore")]
    [InlineData("-a-", "a.spore")]
    [InlineData("2nd", "2nd.spore")]
    [InlineData("12", null)]
    [InlineData("", null)]
    [InlineData(" . ", null)]
    [InlineData("a\nb", null)]
    [InlineData("a#b", null)]
    [InlineData("a/b", null)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", null)]
    public void A_label_gives_a_host_name(string label, string? name) => Assert.Equal(name, HostName.Of(label));

    [Fact]
    public void Each_own_address_of_a_member_has_its_name()
    {
        File.WriteAllText(_path, "127.0.0.1 localhost\n");
        using (HostsFile file = Open())
        {
            file.Follow(
            [
                Member("shed", "10.0.0.3/32", "fd00::3/128", "10.9.0.0/24"),
                Member("gate", "10.0.0.2/32"),
                Member("net only", "10.8.0.0/24"),
                Member(null, "10.0.0.4/32"),
            ]);
            WaitFor("names: 3");
            Assert.Equal(
                """
                127.0.0.1 localhost
                # spore 0102030405060708: from here, changed by hostsim
                10.0.0.2 gate.spore
                10.0.0.3 shed.spore
                fd00::3 shed.spore
                # spore 0102030405060708: to here

                """,
                File.ReadAllText(_path));
        }

        Assert.Equal("127.0.0.1 localhost\n", File.ReadAllText(_path));
        Assert.Equal([_path], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("127.0.0.1 localhost")]
    [InlineData("127.0.0.1 localhost\r\n\r\n::1 b\u00e9\u00ff \r\n")]
    [InlineData("# spore 0102030405060708: to here\n10.0.0.1 x\n")]
    public void What_others_wrote_stays_byte_for_byte(string others)
    {
        byte[] before = Encoding.Latin1.GetBytes(others);
        byte[] with = HostsLines.Replace(before, _key, ["10.0.0.2 gate.spore"]);
        byte[] withBoth = HostsLines.Replace(with, _otherKey, ["10.0.0.2 gate.spore"]);
        Assert.Contains("\n# spore 0707070707070707: to here\n", Encoding.Latin1.GetString(withBoth));
        Assert.StartsWith(others, Encoding.Latin1.GetString(withBoth), StringComparison.Ordinal);
        byte[] changed = HostsLines.Replace(withBoth, _key, ["10.0.0.9 gate.spore", "10.0.0.8 shed.spore"]);
        Assert.Equal(2, Encoding.Latin1.GetString(changed).Split('\n').Count(l => l.EndsWith(" gate.spore")));
        byte[] without = HostsLines.Replace(HostsLines.Replace(changed, _otherKey, []), _key, []);

        // A last line without an end has got one.
        string ended = others.Length == 0 || others.EndsWith('\n') ? others : others + "\n";
        Assert.Equal(ended, Encoding.Latin1.GetString(without));
    }

    [Fact]
    public void Without_its_last_comment_no_line_is_taken_for_an_own_one()
    {
        byte[] file = Encoding.ASCII.GetBytes("# spore 0102030405060708: from here, changed by hostsim\n10.0.0.1 x\n");
        Assert.Equal(file, HostsLines.Replace(file, _key, []));
    }

    [Fact]
    public void Lines_of_a_run_that_was_killed_go()
    {
        File.WriteAllBytes(_path, HostsLines.Replace("a\n"u8.ToArray(), _key, ["10.0.0.2 gate.spore"]));
        using HostsFile file = Open();
        WaitFor("names: 0");
        Assert.Equal("a\n", File.ReadAllText(_path));
    }

    [Fact]
    public void Names_that_nobody_could_have_are_told_once_and_left_out()
    {
        using HostsFile file = Open();
        PeerDescription[] members =
        [
            Member("shed", "10.0.0.2/32"), Member("Shed", "10.0.0.3/32"), Member("7", "10.0.0.4/32"),
            Member("gate", "10.0.0.5/32"),
        ];
        file.Follow(members);
        file.Follow(members);
        WaitFor("names: 1");
        Assert.Contains("10.0.0.5 gate.spore", File.ReadAllText(_path));
        Assert.DoesNotContain("shed", File.ReadAllText(_path));
        Assert.Single(Told(), l => l.Contains("'7' is no host name"));
        Assert.Single(Told(), l => l.Contains("2 members would be shed.spore"));
    }

    [Fact]
    public void A_file_that_can_not_be_written_is_told_and_tried_again()
    {
        Directory.CreateDirectory(_path);
        using HostsFile file = Open(TimeSpan.FromMilliseconds(1));
        file.Follow([Member("gate", "10.0.0.5/32")]);
        WaitFor("is a directory");
        Directory.Delete(_path);
        WaitFor("names: 1");
        Assert.Single(Told(), l => l.Contains("is a directory"));
    }

    private HostsFile Open(TimeSpan? retry = null) => new(_path, _key, _timeline, retry);

    private static PeerDescription Member(string? label, params string[] prefixes)
    {
        PeerDescription member = new() { PublicKey = _otherKey, Label = label };
        member.AllowedPrefixes.AddRange(prefixes.Select(p => AllowedPrefix.TryParse(p, out _)!));
        return member;
    }

    private List<string> Told()
    {
        _timeline.Flush(Patience);
        return [.. _output.ToString().Split('\n')];
    }

    private void WaitFor(string text) => Assert.True(
        SpinWait.SpinUntil(() => Told().Any(l => l.Contains(text)), Patience), string.Join('\n', Told()));
}
