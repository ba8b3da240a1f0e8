using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using CsCheck;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>The vendor fields of the applied network: how they are read, and when a change is reported.</summary>
public class VendorFieldTests
{
    private const long Issued = 1_760_000_000;
    private const int Members = 4;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly byte[][] _keys;

    public VendorFieldTests()
    {
        _node = _mesh.Add(1);
        _keys = [_node.Key, .. Enumerable.Range(2, Members - 1).Select(NetworkBytes.Key32)];
    }

    private static byte[] Vendor(uint enterprise, params byte[] value) => NetworkBytes.Field(
        32,
        [(byte)(enterprise >> 24), (byte)(enterprise >> 16), (byte)(enterprise >> 8), (byte)enterprise, .. value]);

    [Fact]
    public void A_field_is_read_by_its_number_and_its_index()
    {
        byte[] longest = [.. Enumerable.Range(0, 251).Select(i => (byte)i)];
        Load(1, 0, Vendor(9, 1, 2, 3), Vendor(0x80000000, 4), Vendor(9), Vendor(uint.MaxValue, 5), Vendor(9, longest));
        int own = _node.Node.OwnEntry;
        Assert.Equal([1, 2, 3], Read(own, 9, 0));
        Assert.Empty(Read(own, 9, 1)!);
        Assert.Equal(longest, Read(own, 9, 2));
        Assert.Null(Read(own, 9, 3));
        Assert.Equal([4], Read(own, 0x80000000, 0));
        Assert.Equal([5], Read(own, uint.MaxValue, 0));
        Assert.Null(Read(own, 0, 0));
        Assert.Null(Read(own, -1, 0));
        Assert.Null(Read(own, 9, -1));
        Assert.Null(Read(-1, 9, 0));
        Assert.Null(Read(Members, 9, 0));
    }

    [Fact]
    public void A_value_that_does_not_fit_is_cut_and_its_whole_length_is_returned()
    {
        Load(1, 0, Vendor(9, 1, 2, 3));
        byte[] buffer = [0xEE, 0xEE, 0xEE, 0xEE];
        Assert.Equal(3, _node.Node.ReadVendorField(_node.Node.OwnEntry, 9, 0, buffer, 1, 2));
        Assert.Equal([0xEE, 1, 2, 0xEE], buffer);
        Assert.Equal(3, _node.Node.ReadVendorField(_node.Node.OwnEntry, 9, 0, buffer, 0, 0));
        Assert.Equal(-1, _node.Node.ReadVendorField(_node.Node.OwnEntry, 8, 0, buffer, 0, 4));
        Assert.Equal([0xEE, 1, 2, 0xEE], buffer);
    }

    [Fact]
    public void Other_fields_around_them_are_skipped()
    {
        Load(
            1,
            0,
            NetworkBytes.Field(31, 1, 2),
            Vendor(9, 7),
            NetworkBytes.Field(33, 0, 0, 0, 9, 1),
            NetworkBytes.Field(95));
        Assert.Equal([7], Read(_node.Node.OwnEntry, 9, 0));
        Assert.Null(Read(_node.Node.OwnEntry, 9, 1));
    }

    [Fact]
    public void A_node_without_a_network_has_none()
    {
        Assert.Null(Read(_node.Node.OwnEntry, 9, 0));
        Assert.Null(Read(0, 9, 0));
        Assert.Equal(-1, _node.Node.FindEntry(new byte[16], 0, true));
    }

    [Fact]
    public void An_entry_is_found_by_each_address_of_its_member()
    {
        Load(1, 2, Vendor(9, 7));
        byte[] linkLocal = new byte[16];
        LinkLocalAddress.FromKey(new Spore.Crypto.Blake2s(), _keys[2], 0, linkLocal, 0);
        Assert.Equal([7], Read(_node.Node.FindEntry([0, .. linkLocal], 1, true), 9, 0));
        Assert.Equal([7], Read(_node.Node.FindEntry([0, 10, 0, 0, 2], 1, false), 9, 0));
        Assert.Equal([7], Read(_node.Node.FindEntry(IPAddress.Parse("fd00::2").GetAddressBytes(), 0, true), 9, 0));
        Assert.Equal(-1, _node.Node.FindEntry([10, 0, 0, 9], 0, false));
        Assert.Equal(-1, _node.Node.FindEntry(IPAddress.Parse("fe80::2").GetAddressBytes(), 0, true));
    }

    [Fact]
    public void A_change_is_reported_behind_the_network_and_sameness_is_not()
    {
        Load(1, 0);
        Assert.Equal(0, _node.Count(NodeEvent.VendorFieldsChanged));
        Load(2, 0, Vendor(9, 1));
        Assert.Equal(
            [NodeEvent.NetworkApplied, NodeEvent.VendorFieldsChanged], _node.Events.TakeLast(2).Select(e => e.What));
        Assert.Equal(2, _node.Events[^1].Value);
        Load(3, 0, Vendor(9, 1), NetworkBytes.Field(33, 1));
        Assert.Equal(1, _node.Count(NodeEvent.VendorFieldsChanged));
        Load(4, 1, Vendor(9, 1));
        Assert.Equal(2, _node.Count(NodeEvent.VendorFieldsChanged));
        Load(5, 1, Vendor(8, 1));
        Load(6, 1, Vendor(8, 1), Vendor(8, 1));
        Load(7, 1);
        Assert.Equal(5, _node.Count(NodeEvent.VendorFieldsChanged));
    }

    // As in a node, the later file shares memory with the earlier one, whose indices of entries are lost with that.
    [Fact]
    public void A_change_is_one_of_any_entry()
    {
        // Of each of four keys: no entry, an entry without fields, or with one of three.
        Gen<int[]> network = Gen.Int[0, 4].Array[Members];
        Gen.Select(network, network).Sample(
            (before, after) =>
            {
                NetworkFile a = new(MeshNode.Limits(), new Spore.Crypto.Blake2s());
                NetworkFile b = new(a);
                Complete(a, before);
                Complete(b, after);
                bool isSame = before.Zip(after).All(p => (p.First < 2 && p.Second < 2) || p.First == p.Second);
                return VendorFields.Differ(a, b) == !isSame;
            },
            iter: 2000);
    }

    private static void Complete(NetworkFile file, int[] kinds)
    {
        byte[][] entries = [.. kinds.Select(Entry).OfType<byte[]>()];
        if (entries.Length > 0)
        {
            byte[] bytes = NetworkBytes.File(1, Issued, 0, entries);
            Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
            Assert.Equal(NetworkFault.None, file.Append(bytes, 144, bytes.Length - 144));
            Assert.Equal(NetworkFault.None, file.Complete());
        }
    }

    private static byte[]? Entry(int kind, int index)
    {
        byte[][] fields = kind switch
        {
            2 => [Vendor(9, 1)],
            3 => [Vendor(9, 2)],
            4 => [Vendor(9, 1), Vendor(9)],
            _ => [],
        };
        return kind == 0
            ? null
            : NetworkBytes.Entry(
                index + 1, [NetworkBytes.Field(31, (byte)kind), .. fields, NetworkBytes.Field(40, (byte)kind)]);
    }

    // A network whose member with an index has fields of its own.
    private void Load(ulong version, int member, params byte[][] fields)
    {
        IEnumerable<byte[]> entries = _keys.Select((key, i) => NetworkBytes.Entry(
            key,
            [
                NetworkBytes.Field(1, 10, 0, 0, (byte)i, 32),
                NetworkBytes.Field(1, [0xFD, .. new byte[14], (byte)i, 128]),
                .. i == member ? fields : [],
            ]));
        byte[] file = NetworkBytes.File(
            version, Issued, 0, [.. entries.OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);
        Assert.Equal(NetworkFault.None, _node.Load(file));
    }

    private byte[]? Read(int entry, long enterprise, int index)
    {
        byte[] buffer = new byte[251];
        int length = _node.Node.ReadVendorField(entry, enterprise, index, buffer, 0, buffer.Length);
        return length < 0 ? null : buffer[..length];
    }
}
