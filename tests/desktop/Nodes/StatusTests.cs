using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using CsCheck;
using Spore.Base;
using Spore.Mesh;
using Spore.Services;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>The file <c>status</c> (PROTOCOL section 8.3).</summary>
public class StatusTests
{
    private readonly Mesh _mesh = new();

    [Fact]
    [Statement(
        "8.3-1", "8.3-2", "8.3-5", "8.3-6", "8.3-9", "8.3-10", "8.3-11", "8.3-12", "8.3-13", "8.3-14", "8.3-15",
        "8.3-17", "8.3-18", "8.3-19", "8.3-20", "8.3-22")]
    public void It_has_these_lines_in_this_order()
    {
        MeshNode node = _mesh.Add(1);
        node.Node.FirmwareVersion = "1.2.3";
        Stranger member = Member(node, NetworkBytes.Field(4, Encoding.UTF8.GetBytes("Küche 50%")));
        string[] lines = Read(member);
        Assert.Equal(
            [
                "state", "reason", "version", "sessions", "confirmed_by", "since_boot", "firmware", "heap", "uptime",
                "due_checks", "due_secrets", "due_keys", "due_pairs", "in", "out", "invalid", "replayed", "limited",
                "dropped", "peer", string.Empty, string.Empty,
            ],
            lines.Select(l => l.Split('=')[0]));
        Assert.Equal(
            [
                "state=unconfirmed", "reason=no other witness", "version=5", "sessions=1", "confirmed_by=0",
                "since_boot=0", "firmware=1.2.3", "heap=54321",
            ],
            lines[..8]);
        string key = Convert.ToHexStringLower(member.Key);
        Assert.StartsWith(
            $"peer={key} label=Küche%2050%25 endpoint=192.0.2.2:51820 session=0 version= in=",
            lines[^3],
            StringComparison.Ordinal);
    }

    public static IEnumerable<TheoryDataRow<NetworkState, string>> Reasons()
    {
        yield return new(NetworkState.Unconfirmed, "no other witness");
        yield return new(NetworkState.Witness, "only witness");
        yield return new(NetworkState.Fresh, "witnesses agree");
        yield return new(NetworkState.Behind, "newer network refused");
    }

    [Theory]
    [Statement("8.3-4", "8.3-7", "8.3-8")]
    [MemberData(nameof(Reasons))]
    public void Each_state_has_its_reason(NetworkState state, string reason)
    {
        NodeInState node = new(state);
        string[] lines = Read(node.Member);
        Assert.Equal($"reason={reason}", lines[1]);
        Assert.Equal(state == NetworkState.Fresh ? "confirmed_by=1" : "confirmed_by=0", lines[4]);
        Assert.Equal(state == NetworkState.Fresh, lines[5] != "since_boot=0");
    }

    [Fact]
    [Statement("8.3-4")]
    public void A_witness_that_was_not_read_is_the_reason()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = _mesh.AddStranger(2);
        Stranger witness = _mesh.AddStranger(3);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member, witness], witness)));
        Assert.True(member.Connect(node));
        Assert.Equal("reason=too few witnesses read", Read(member)[1]);
    }

    [Theory]
    [Statement("8.3-16", "8.3-26")]
    [InlineData(10, 0)]
    [InlineData(300, 0)]
    [InlineData(600, 0)]
    [InlineData(1024, 0)]
    [InlineData(1024, 40)]
    public void What_does_not_fit_is_counted(int size, int label)
    {
        NodeLimits limits = MeshNode.Limits();
        limits.StatusBytes = size;
        MeshNode node = _mesh.Add(1, limits);
        Stranger[] members = [.. Enumerable.Range(2, 8).Select(i => _mesh.AddStranger((byte)i))];
        byte[][] entries =
            [.. members.Select(m => NetworkBytes.Entry(
                m.Key, label == 0 ? [] : [NetworkBytes.Field(4, [.. Enumerable.Repeat((byte)'x', label)])]))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node], null, 0, entries)));
        foreach (Stranger member in members)
        {
            Assert.True(member.Connect(node));
        }

        byte[] text = [.. members[0].Read("status").Content];
        Assert.InRange(text.Length, Math.Min(size, 200), size);
        string[] lines = Encoding.UTF8.GetString(text).Split('\n');
        int shown = lines.Count(l => l.StartsWith("peer=", StringComparison.Ordinal));
        if (size < 600)
        {
            Assert.Equal(0, shown);
            return;
        }

        Assert.InRange(shown, 1, 7);
        Assert.Equal($"peers_omitted={8 - shown}", lines[^3]);
        Assert.Equal([string.Empty, string.Empty], lines[^2..]);
    }

    [Theory]
    [Statement("8.3-16")]
    [InlineData(false)]
    [InlineData(true)]
    public void The_end_has_space_whatever_the_size(bool isNetascii)
    {
        MeshNode node = _mesh.Add(1);
        Stranger[] members = [.. Enumerable.Range(2, 4).Select(i => _mesh.AddStranger((byte)i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, .. members])));
        Assert.All(members, m => Assert.True(m.Connect(node)));
        string end = isNetascii ? "\r\n" : "\n";
        for (int size = 350; size <= 1000; size++)
        {
            byte[] buffer = new byte[size];
            int length = node.Node.WriteStatus(buffer, 0, size, isNetascii, _mesh.Now);
            string[] lines = Encoding.UTF8.GetString(buffer, 0, length).Split(end);
            int shown = lines.Count(l => l.StartsWith("peer=", StringComparison.Ordinal));
            string last = shown == 4 ? lines[^3] : $"peers_omitted={4 - shown}";
            Assert.Equal([last, string.Empty, string.Empty], lines[^3..]);
        }
    }

    [Fact]
    [Statement("8.3-18")]
    public void A_label_separates_nothing()
    {
        byte[] label = [.. "a b%=é"u8, 0x1F, 0x7F];
        byte[] buffer = new byte[100];
        StatusText text = new();
        text.Begin(buffer, 0, buffer.Length, false);
        text.AddLabel(label, 0, label.Length);
        Assert.Equal("a%20b%25=é%1f%7f", Encoding.UTF8.GetString(buffer, 0, text.Length));
    }

    [Fact]
    [Statement("8.3-23", "8.3-24")]
    public void One_read_is_one_snapshot_and_readers_share_it()
    {
        MeshNode node = _mesh.Add(1);
        Stranger[] members = [.. Enumerable.Range(2, 3).Select(i => _mesh.AddStranger((byte)i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, .. members])));
        foreach (Stranger member in members)
        {
            Assert.True(member.Connect(node));
        }

        StrangerTransfer first = members[0].StartRead("status", silentAfter: 0);
        _mesh.Run(3_000);
        string[] second = Read(members[1]);
        _mesh.Run(2_100);
        Assert.False(first.IsDone);
        string[] third = Read(members[2]);
        Assert.True(first.IsDone || first.Error != null);

        // The second shares that of the first, whose uptime it has; the third has one of its own.
        Assert.InRange(Uptime(third) - Uptime(second), 4, 6);
    }

    [Fact]
    [Statement("8.3-23")]
    public void A_text_that_is_written_for_others_leaves_a_snapshot_as_long_as_it_is()
    {
        MeshNode node = _mesh.Add(1);
        Stranger[] members = [.. Enumerable.Range(2, 2).Select(i => _mesh.AddStranger((byte)i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, .. members])));
        Assert.All(members, m => Assert.True(m.Connect(node)));
        members[0].StartRead("status", silentAfter: 0);
        _mesh.Run(500);
        Assert.Equal(10, node.Node.WriteStatus(new byte[10], 0, 10, false, _mesh.Now));
        Assert.Equal([string.Empty, string.Empty], Read(members[1])[^2..]);
    }

    [Theory]
    [Statement("8.3-5", "8.3-21")]
    [InlineData(0, 1, "1")]
    [InlineData(3, 12, "3.12")]
    [InlineData(65535, (1UL << 48) - 1, "65535.281474976710655")]
    public void A_version_beyond_epoch_0_has_its_epoch_before_the_revision(int epoch, ulong revision, string text)
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = _mesh.AddStranger(2);
        byte[][] entries =
            [.. new[] { node.Key, member.Key }
                .OrderBy(Convert.ToHexString, StringComparer.Ordinal)
                .Select(k => NetworkBytes.Entry(k))];
        using NSec.Cryptography.Key key = NetworkBytes.SigningKey(11);
        byte[] network = epoch == 0
            ? NetworkBytes.File(revision, 1, 0, entries)
            : NetworkBytes.EpochFile(epoch, revision, key, NetworkBytes.Certificate(epoch, key), entries);
        Assert.Equal(NetworkFault.None, node.Load(network));
        Assert.True(member.Connect(node));
        Assert.True(member.Write("head", network[..(epoch == 0 ? 144 : 256)]).IsComplete);
        string[] lines = Read(member);
        Assert.Equal($"version={text}", lines[2]);
        Assert.Contains($" version={text} ", lines[^3], StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_after_another_has_a_snapshot_of_its_own()
    {
        MeshNode node = _mesh.Add(1, NodeLimits.Device());
        Stranger member = Member(node);
        int first = Uptime(Read(member));
        _mesh.Run(1_000);
        Assert.Equal(first + 1, Uptime(Read(member)));
    }

    [Fact]
    [Statement("8.3-25")]
    public void A_network_that_arrives_ends_a_read_of_it()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = Member(node);
        StrangerTransfer slow = member.StartRead("status", silentAfter: 0);
        _mesh.Run(500);
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(node));
        Assert.True(guest.Write("network", Mesh.NetworkOf(6, [node, member])).IsComplete);
        Assert.Equal(0, slow.Error);
        Assert.Equal("version=6", Read(member)[2]);
    }

    // Its entries come to lie where the snapshot is.
    [Fact]
    [Statement("8-36a", "8.3-25")]
    public void A_network_of_which_a_part_has_arrived_ends_a_read_of_it_too_and_the_next_one_waits()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = Member(node);
        StrangerTransfer slow = member.StartRead("status", silentAfter: 0);
        _mesh.Run(500);
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(node));
        byte[] vendor = NetworkBytes.Field(32, new byte[250]);
        byte[] padding = NetworkBytes.Entry(1, vendor, vendor);
        guest.StartWrite("network", Mesh.NetworkOf(6, [node, member], null, 0, padding), silentAfter: 1);
        _mesh.Run(1_000);
        Assert.Equal(5UL, node.Node.NetworkVersion);
        Assert.Equal(0, slow.Error);

        StrangerTransfer next = member.StartRead("status");
        _mesh.Run(1_000);
        Assert.False(next.HasAnswer);

        // The guest's turn is over.
        _mesh.Run(60_000);
        Assert.Equal("version=5", Read(member)[2]);
    }

    [Fact]
    [Statement("8.3-19")]
    public void Endpoints_are_written_as_RFC_5952_says()
    {
        Gen.Select(Gen.Byte.Array[16], Gen.Int[0, 255], Gen.Int[1, 65535]).Sample((bytes, zeros, port) =>
        {
            for (int i = 0; i < 8; i++)
            {
                if ((zeros & (1 << i)) != 0)
                {
                    bytes[2 * i] = bytes[(2 * i) + 1] = 0;
                }
            }

            Endpoint endpoint = new();
            endpoint.SetIpv6(bytes, 0, port, 0);
            if (endpoint.IsKnown && !endpoint.IsIpv4)
            {
                string expected = new IPEndPoint(new IPAddress(bytes), port).ToString();

                // .NET writes the embedded IPv4 address of some prefixes in decimal.
                if (!expected.Contains('.', StringComparison.Ordinal))
                {
                    Assert.Equal(expected, Text(endpoint));
                }
            }
        });
    }

    [Theory]
    [Statement("8.3-19")]
    [InlineData("192.0.2.1", 1)]
    [InlineData("0.0.0.1", 65535)]
    [InlineData("255.255.255.255", 80)]
    public void And_those_of_IPv4_with_dots(string address, int port)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4(IPAddress.Parse(address).GetAddressBytes(), 0, port);
        Assert.Equal($"{address}:{port}", Text(endpoint));
    }

    private static string Text(Endpoint endpoint)
    {
        byte[] buffer = new byte[300];
        StatusText text = new();
        text.Begin(buffer, 0, buffer.Length, false);
        text.AddEndpoint(endpoint);
        return Encoding.UTF8.GetString(buffer, 0, text.Length);
    }

    private static int Uptime(string[] lines) => int.Parse(
        lines.Single(l => l.StartsWith("uptime=", StringComparison.Ordinal))[7..], CultureInfo.InvariantCulture);

    private static string[] Read(Stranger member) =>
        Encoding.UTF8.GetString([.. member.Read("status").Content]).Split('\n');

    private Stranger Member(MeshNode node, params byte[][] fields)
    {
        Stranger member = _mesh.AddStranger(2);
        Assert.Equal(
            NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node], null, 0, NetworkBytes.Entry(member.Key, fields))));
        Assert.True(member.Connect(node));
        return member;
    }
}
