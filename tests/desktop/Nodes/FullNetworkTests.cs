using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tests.WireGuard;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Signed networks of just the size that a node is made for, and by one entry or prefix larger.</summary>
public class FullNetworkTests
{
    private const int HeaderSize = 144;
    private const int DeviceBytes = 2656;

    private ulong _version;

    [Theory]
    [InlineData("device", 64, 16)]
    [InlineData("desktop", 8192, 512)]
    public void All_prefixes_are_routed_and_with_one_more_the_network_is_refused(
        string limits, int prefixes, int members)
    {
        NodeLimits most = Limits(limits);
        most.Prefixes = prefixes;
        MeshNode node = new Mesh().Add(1, most);
        byte[][] keys = Keys(node, members);
        PrefixTable table = new(prefixes, 2);
        for (int i = 0; i < prefixes; i++)
        {
            table.Owners[i] = i % members;
        }

        Assert.Equal(NetworkFault.None, node.Load(File(keys, table)));
        Assert.All(table.Firsts, a => Assert.Equal(table.Find(a), Find(node, a)));
        Check();

        // From one member to another, at the same size.
        for (int i = 0; i < 3; i++)
        {
            (int moved, byte[] within) = table.Pick();
            int owner = (table.Owners[moved] + 1 + i) % members;
            table.Owners[moved] = owner;
            Assert.Equal(NetworkFault.None, node.Load(File(keys, table)));
            Assert.Equal(owner, Find(node, within));
            Check();
        }

        // A full table says nothing about room for bytes.
        byte[] larger = File(keys, table, (members - 1, [192, 0, 2, 0, 24]));
        Assert.InRange(larger.Length, 1, Limits(limits).NetworkBytes);
        Assert.Equal(NetworkFault.TooLarge, node.Load(larger));
        Assert.Equal(_version - 1, node.Node.NetworkVersion);
        Assert.Equal(AllowedIps.None, Find(node, [192, 0, 2, 1]));
        Check();

        void Check() => Assert.All(table.Addresses(300), a => Assert.Equal(table.Find(a), Find(node, a)));
    }

    // The bytes of the largest network of a device are those of 64 entries with an IPv4 address, not one more.
    [Theory]
    [InlineData("device", 64)]
    [InlineData("desktop", 32767)]
    public void All_entries_are_taken_and_with_one_more_the_network_is_refused(string limits, int entries)
    {
        MeshNode node = new Mesh().Add(1, Limits(limits));
        byte[][] keys = Keys(node, entries);
        byte[][] addresses = [.. keys.Select((_, i) => (byte[])[10, 0, (byte)(i >> 8), (byte)i])];
        Assert.Equal(
            NetworkFault.None,
            node.Load(
                Network([.. keys.Select((k, i) => NetworkBytes.Entry(
                    k, [Prefix([.. addresses[i], 32]), .. limits == "desktop" ? new[] { Ipv6(i) } : []]))])));
        Assert.Equal(entries, node.Node.Network.Count);
        Check();

        // Entries without anything are short.
        byte[] larger = Network([.. Keys(node, entries + 1).Select(k => NetworkBytes.Entry(k))]);
        Assert.InRange(larger.Length, 1, Limits(limits).NetworkBytes);
        Assert.Equal(NetworkFault.TooLarge, node.Load(larger));
        Assert.Equal(1UL, node.Node.NetworkVersion);
        Check();

        void Check() => Assert.All(addresses, (a, i) => Assert.Equal(i, Find(node, a)));

        static byte[] Ipv6(int i) => Prefix([0xFD, .. new byte[13], (byte)(i >> 8), (byte)i, 128]);
    }

    [Theory]
    [InlineData(0, NetworkFault.None)]
    [InlineData(1, NetworkFault.TooLarge)]
    public void A_network_has_as_many_bytes_as_a_device_can_hold_and_no_more(int more, NetworkFault fault)
    {
        MeshNode node = new Mesh().Add(1, NodeLimits.Device());
        byte[][] keys = Keys(node, 63);
        byte[] vendor = NetworkBytes.Field(32, new byte[DeviceBytes - (63 * 41) - 2 + more]);
        byte[][] entries = [.. keys.Select(
            (k, i) => NetworkBytes.Entry(
                k, i == 0 ? [Prefix(10, 0, 0, 0, 32), vendor] : [Prefix(10, 0, 0, (byte)i, 32)]))];
        byte[] file = Network(entries);
        Assert.Equal(HeaderSize + DeviceBytes + more, file.Length);
        Assert.Equal(fault, node.Load(file));
    }

    private static NodeLimits Limits(string name) => name == "device" ? NodeLimits.Device() : NodeLimits.Desktop();

    // The node's own and others, in order.
    private static byte[][] Keys(MeshNode node, int count) =>
        [.. Enumerable.Range(2, count - 1)
            .Select(NetworkBytes.Key32)
            .Append(node.Key)
            .OrderBy(Convert.ToHexString, StringComparer.Ordinal)];

    private static int Find(MeshNode node, byte[] address) =>
        node.Node.Routing.Find([9, .. address], 1, address.Length == 16);

    private static byte[] Prefix(params byte[] prefix) => NetworkBytes.Field(1, prefix);

    private byte[] File(byte[][] keys, PrefixTable table, (int Owner, byte[] Prefix)? more = null)
    {
        ILookup<int, byte[]> prefixes = table.Bytes.Select((bytes, i) => (bytes, table.Owners[i]))
            .Concat(more is { } m ? [(m.Prefix, m.Owner)] : [])
            .ToLookup(p => p.Item2, p => p.Item1);
        return Network([.. keys.Select((k, i) => NetworkBytes.Entry(k, [.. prefixes[i].Select(p => Prefix(p))]))]);
    }

    private byte[] Network(IReadOnlyList<byte[]> entries) => NetworkBytes.File(++_version, 1_760_000_000, 0, entries);
}
