using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using CsCheck;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>The files <c>entry/HEX</c>, <c>route/IP</c> and <c>witness/N</c> (PROTOCOL section 7.7).</summary>
public class ProofFileTests
{
    private readonly Mesh _mesh = new();

    [Theory]
    [Statement("8-30", "8-31")]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(33)]
    [InlineData(64)]
    public void A_member_reads_the_proof_of_each_entry_by_key_and_by_address(int count)
    {
        (MeshNode node, Stranger member) = Make(count, NodeLimits.Device());
        for (int i = 0; i < count; i++)
        {
            byte[] key = node.Node.Network.Bytes.AsSpan(node.Node.Network.EntryOffset(i) + 2, 32).ToArray();
            Check(node, i, member.Read("entry/" + Convert.ToHexStringLower(key)));
        }

        for (int number = 1; number <= count; number++)
        {
            StrangerTransfer byRoute = member.Read($"route/10.0.0.{number}");
            int index = (int)EntryProof.Index([.. byRoute.Content], 0);
            Check(node, index, byRoute);
            Assert.Equal(byRoute.Content, member.Read($"route/fd00::{number:x}").Content);
        }
    }

    [Fact]
    [Statement("8-31")]
    public void Link_local_addresses_are_found_too()
    {
        (MeshNode node, Stranger member) = Make(5);
        string address = new IPAddress(node.Node.LinkLocal).ToString();
        Check(node, node.Node.OwnEntry, member.Read("route/" + address));
        Assert.Equal(TftpError.FileNotFound, member.Read("route/fe80::1").Error);
    }

    [Fact]
    [Statement("8-32")]
    public void Witnesses_are_numbered_by_key_and_for_anybody()
    {
        (MeshNode node, _) = Make(7);
        Stranger guest = _mesh.AddStranger(99);
        Assert.True(guest.Connect(node));
        int[] witnesses = [.. Enumerable.Range(0, 7).Where(i => NetworkEntry.IsWitness(
            node.Node.Network.Bytes, node.Node.Network.EntryOffset(i)))];
        Assert.Equal(3, witnesses.Length);
        for (int i = 0; i < 3; i++)
        {
            Check(node, witnesses[i], guest.Read($"witness/{i}"));
        }

        Assert.Equal(TftpError.FileNotFound, guest.Read("witness/3").Error);
    }

    [Fact]
    [Statement("8-30", "8-31")]
    public void A_guest_reads_its_own_entry_only()
    {
        // An entry with an unknown restriction gives the rights of a guest.
        MeshNode node = _mesh.Add(1);
        Stranger guest = _mesh.AddStranger(2);
        byte[] entry = NetworkBytes.Entry(guest.Key, NetworkBytes.Field(96, 1));
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node], null, 0, entry)));
        Assert.True(guest.Connect(node));
        Check(node, 1 - node.Node.OwnEntry, guest.Read("entry/" + Convert.ToHexStringLower(guest.Key)));
        Assert.Equal(
            TftpError.AccessViolation, guest.Read("entry/" + Convert.ToHexStringLower(node.Key)).Error);
        Assert.Equal(TftpError.AccessViolation, guest.Read("route/10.0.0.1").Error);
        Assert.Equal(TftpError.AccessViolation, guest.Read("route/10.0.0.99").Error);
    }

    public static IEnumerable<TheoryDataRow<string>> NotThere()
    {
        foreach (string name in (string[])
        [
            "entry/", "entry/00", "route/", "route/10.0.0.99", "route/10.0.0", "route/10.0.0.1/32", "route/010.0.0.1",
            "route/10.0.0.256", "route/10.0.0.1.", "route/fd00::1%1", "route/:", "route/::ffff:10.0.0.1",
            "route/1::2::3",
            "route/fd00:", "route/:fd00::1", "route/1:2:3:4:5:6:7:8:9", "witness/", "witness/01", "witness/-1",
            "witness/99", "witness/100000", "witness/0x0", "Entry/", "entry", "route", "witness",
        ])
        {
            yield return new(name);
        }

        yield return new("entry/" + new string('1', 64));
    }

    [Theory]
    [Statement("8-37")]
    [MemberData(nameof(NotThere))]
    public void Other_names_are_not_there(string name)
    {
        (_, Stranger member) = Make(5);
        Assert.Equal(TftpError.FileNotFound, member.Read(name).Error);
    }

    [Fact]
    [Statement("8-30")]
    public void The_digits_of_a_key_are_lower_case()
    {
        (MeshNode node, Stranger member) = Make(5);
        Assert.Equal(TftpError.FileNotFound, member.Read("entry/" + Convert.ToHexString(node.Key)).Error);
        Assert.Equal(TftpError.AccessViolation, member.Write("entry/" + Convert.ToHexStringLower(node.Key), [1]).Error);
    }

    [Fact]
    [Statement("8-37")]
    public void A_node_without_a_network_has_none()
    {
        MeshNode node = _mesh.Add(1);
        Stranger guest = _mesh.AddStranger(2);
        Assert.True(guest.Connect(node));
        Assert.Equal(TftpError.FileNotFound, guest.Read("witness/0").Error);
        Assert.Equal(TftpError.FileNotFound, guest.Read("entry/" + Convert.ToHexStringLower(guest.Key)).Error);
    }

    [Fact]
    [Statement("7.7-10", "7.7-11")]
    public void Readers_of_other_proofs_and_of_status_wait_and_a_network_ends_them()
    {
        (MeshNode node, Stranger member) = Make(5);
        StrangerTransfer slow = member.StartRead("route/10.0.0.1", silentAfter: 0);
        _mesh.Run(200);
        Stranger other = _mesh.AddStranger(3);
        Assert.True(other.Connect(node));
        StrangerTransfer same = other.Read("route/10.0.0.1");
        Assert.Null(same.Error);
        StrangerTransfer waits = other.StartRead("route/10.0.0.2");
        StrangerTransfer status = other.StartRead("status");
        _mesh.Run(2_000);
        Assert.False(waits.IsDone || status.IsDone || slow.IsDone);

        byte[] newer = Mesh.NetworkOf(9, [node, member, other]);
        Stranger guest = _mesh.AddStranger(99);
        Assert.True(guest.Connect(node));
        Assert.True(guest.Write("network", newer).IsComplete);
        Assert.Equal(TftpError.NotDefined, slow.Error);
        StrangerTransfer next = member.Read("route/10.0.0.3");
        Check(node, (int)EntryProof.Index([.. next.Content], 0), next);
    }

    [Fact]
    [Statement("7.7-8", "7.7-9")]
    public void A_desktop_serves_all_proofs_at_one_time()
    {
        NodeLimits limits = NodeLimits.Desktop();
        limits.NetworkEntries = 64;
        (MeshNode node, Stranger member) = Make(64, limits);
        StrangerTransfer[] reads = [.. Enumerable.Range(1, 20).Select(i => member.StartRead($"route/10.0.0.{i}"))];
        Assert.True(_mesh.RunUntil(() => reads.All(r => r.IsDone), 2_000));
        Assert.All(reads, r => Check(node, (int)EntryProof.Index([.. r.Content], 0), r));
        Assert.Null(member.Read("status").Error);

        // A newer network has other hashes.
        byte[] newer = Mesh.NetworkOf(9, [node, member]);
        Assert.Equal(NetworkFault.None, node.Load(newer));
        Check(node, node.Node.OwnEntry, member.Read("entry/" + Convert.ToHexStringLower(node.Key)));
    }

    [Fact]
    public void Addresses_are_read_as_NET_reads_them()
    {
        Gen.OneOf(
            Gen.Byte.Array[16].Select(b => new IPAddress(b).ToString()),
            Gen.Byte.Array[4].Select(b => new IPAddress(b).ToString()),
            Gen.OneOf('0', '1', 'f', ':', '.').Array[0, 20].Select(c => new string(c)))
            .Sample(text =>
            {
                byte[] address = new byte[32];
                byte[] bytes = [9, .. Encoding.ASCII.GetBytes(text)];
                int size = IpAddressText.Parse(bytes, 1, text.Length, address);
                bool isStrict = text.Contains(':', StringComparison.Ordinal)
                    ? !text.Contains('.', StringComparison.Ordinal)
                    : text.Split('.') is { Length: 4 } parts
                        && parts.All(p => p.Length > 0 && (p == "0" || p[0] != '0'));
                if (isStrict && IPAddress.TryParse(text, out IPAddress? expected))
                {
                    Assert.Equal(expected.GetAddressBytes(), address[..size]);
                }
                else
                {
                    Assert.Equal(0, size);
                }
            });
    }

    private static void Check(MeshNode node, int index, StrangerTransfer transfer)
    {
        Assert.Null(transfer.Error);
        byte[] proof = [9, .. transfer.Content];
        byte[] network = node.Node.Network.Bytes;
        Assert.Equal(index, EntryProof.Index(proof, 1));
        Assert.Equal(
            NetworkFault.None,
            EntryProof.Verify(proof, 1, proof.Length - 1, network, 0, new Blake2s(), new byte[32], 0));
        int at = node.Node.Network.EntryOffset(index);
        Assert.Equal(
            network.AsSpan(at, node.Node.Network.EntryLength(index)).ToArray(),
            proof.AsSpan(1 + EntryProof.EntryOffset, node.Node.Network.EntryLength(index)).ToArray());
    }

    // A network of two stations and others, of which each third is a witness, up to three.
    private (MeshNode Node, Stranger Member) Make(int count, NodeLimits? limits = null)
    {
        if (limits != null)
        {
            limits.NetworkBytes = 8192;
            limits.Prefixes = 200;
        }

        MeshNode node = _mesh.Add(1, limits);
        Stranger member = _mesh.AddStranger(2);
        Stranger third = new(new Mesh(), 3);
        byte[][] more =
            [.. Enumerable.Range(3, count - 2).Select(i => NetworkBytes.Entry(
                i == 3 ? third.Key : NetworkBytes.Key32(i),
                [
                    NetworkBytes.Field(1, 10, 0, 0, (byte)i, 32),
                    NetworkBytes.Field(1, [0xFD, .. new byte[14], (byte)i, 128]),
                    .. i is 4 or 5 or 6 ? new[] { NetworkBytes.Field(6, 1) } : [],
                ]))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member], null, 0, more)));
        Assert.True(member.Connect(node));
        return (node, member);
    }
}
