using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.Base;
using Spore.Crypto;
using Spore.Discovery;
using Spore.SignedNetwork;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors is what docs/PROTOCOL.md says, and the core does what both say.</summary>
public class ProtocolVectorsTests
{
    public static TheoryData<string> Subjects() => [.. VectorFiles.Subjects];

    [Theory]
    [MemberData(nameof(Subjects))]
    public void The_file_of_each_subject_is_current(string subject)
    {
        // To write it anew after a change of the protocol: SPORE_WRITE_VECTORS=1.
        if (Environment.GetEnvironmentVariable("SPORE_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(VectorFiles.Folder);
            File.WriteAllText(VectorFiles.PathOf(subject), VectorFiles.Text(subject));
        }

        Assert.Equal(VectorFiles.Text(subject), File.ReadAllText(VectorFiles.PathOf(subject)));
    }

    [Fact]
    public void There_are_no_other_files() => Assert.Equal(
        VectorFiles.Subjects.Select(VectorFiles.PathOf),
        Directory.GetFiles(VectorFiles.Folder).Order(StringComparer.Ordinal));

    [Fact]
    [Statement("3-1")]
    public void Link_local_addresses()
    {
        foreach (JsonElement v in VectorFiles.Read("addresses").GetProperty("linkLocal").EnumerateArray())
        {
            byte[] address = new byte[16];
            LinkLocalAddress.FromKey(new Blake2s(), v.Bytes("publicKey"), 0, address, 0);
            Assert.Equal(v.Bytes("address"), address);
        }
    }

    [Fact]
    [Statement("2-1", "2-2", "2-3", "2-4", "2-5", "2-6", "2-7")]
    public void Identity_records()
    {
        foreach (JsonElement v in VectorFiles.Read("identity").GetProperty("identity").EnumerateArray())
        {
            byte[] record = v.Bytes("record");
            Assert.Equal(
                v.GetProperty("valid").GetBoolean(),
                IdentityRecord.Check(record, 0, record.Length) == IdentityFault.None);
            if (v.TryGetProperty("publicKey", out _))
            {
                byte[] publicKey = new byte[32];
                new X25519().MultiplyBase(publicKey, 0, record, IdentityRecord.PrivateKeyOffset);
                Assert.Equal(v.Bytes("publicKey"), publicKey);
                Assert.Equal(v.Bytes("privateKey"), record[IdentityRecord.PrivateKeyOffset..][..32]);
                Assert.Equal(v.Bytes("trustRoot"), record[IdentityRecord.TrustRootOffset..][..32]);
                Assert.Equal(v.GetProperty("floor").GetUInt64(), IdentityRecord.Floor(record, 0));
            }
        }
    }

    [Fact]
    [Statement("5-5", "5-7", "5-8", "5-9", "5-10", "5-11", "5-12")]
    public void Hellos()
    {
        foreach (JsonElement v in VectorFiles.Read("hello").GetProperty("hello").EnumerateArray())
        {
            Hello hello = new(new XChaCha20Poly1305(new ChaCha20Poly1305()), new Blake2s(), v.Bytes("trustRoot"));
            byte[] datagram = new byte[Hello.Size];
            Endpoint[] endpoints =
                [.. v.GetProperty("endpoints").EnumerateArray().Select(e => TunnelEnd.EndpointOf(e.GetString()!))];
            for (int i = 0; i < endpoints.Length; i++)
            {
                hello.SetOwnEndpoint(i, endpoints[i]);
            }

            int tries = v.GetProperty("tries").GetInt32();
            hello.Write(
                datagram,
                0,
                v.Bytes("publicKey"),
                v.GetProperty("version").GetUInt64(),
                tries,
                new Fixed(v.Bytes("nonce")));
            Assert.Equal(v.Bytes("datagram"), datagram);
            Assert.True(hello.Open(datagram, 0, datagram.Length));
            Assert.Equal(v.Bytes("publicKey"), hello.PublicKey);
            Assert.Equal(v.GetProperty("version").GetUInt64(), hello.Version);
            Assert.Equal(tries, hello.Tries);
            Assert.All(endpoints, e => Assert.Equal(e.Port, Hello.FindPort(datagram, 0, e)));
        }
    }

    [Fact]
    [Statement("7.2-1", "7.2-3", "7.2-22", "7.2-23", "7.2-26")]
    public void Entries()
    {
        foreach (JsonElement v in VectorFiles.Read("entries").GetProperty("entry").EnumerateArray())
        {
            byte[] entry = v.Bytes("entry");
            bool isValid = NetworkEntry.Check(entry, 0, entry.Length) == NetworkFault.None;
            Assert.Equal(v.GetProperty("valid").GetBoolean(), isValid);
        }
    }

    [Fact]
    public void A_network_with_every_field()
    {
        JsonElement file = VectorFiles.Read("networks");
        JsonElement v = file.GetProperty("everyField");
        NetworkFile network = Complete(v.Bytes("file"), file.Bytes("trustRoot"), true)!;
        Assert.Equal(v.GetProperty("version").GetUInt64(), network.Version);
    }

    [Fact]
    [Statement("7.1-9", "7.1-10", "7.3-1", "7.7-1", "7.7-2", "7.7-3", "7.7-4", "7.7-5")]
    public void Networks_by_the_rule_and_proofs_of_their_entries()
    {
        JsonElement file = VectorFiles.Read("networks");
        foreach (JsonElement v in file.GetProperty("networks").EnumerateArray())
        {
            int count = v.GetProperty("count").GetInt32();
            byte[] entries = [.. NetworkVectors.Entries(count).SelectMany(e => e)];
            Assert.True(!v.TryGetProperty("entries", out _) || entries.SequenceEqual(v.Bytes("entries")));
            byte[] head = v.Bytes("head");
            NetworkFile network = Complete([.. head, .. entries], file.Bytes("trustRoot"), true)!;
            Assert.Equal(count, network.Count);
            foreach (JsonElement p in v.GetProperty("proofs").EnumerateArray())
            {
                byte[] expected = p.Bytes("proof");
                byte[] proof = new byte[EntryProof.MaxSize];
                AuditPath path = new(new MerkleTree(new Blake2s(), count));
                int length = EntryProof.Begin(network, p.GetProperty("index").GetInt32(), path, proof, 0);
                for (int i = 0; i < count; i++)
                {
                    path.AddLeaf(network.Bytes, network.EntryOffset(i), network.EntryLength(i));
                }

                Assert.Equal(expected, proof[..length]);
                Assert.Equal(
                    NetworkFault.None,
                    EntryProof.Verify(expected, 0, expected.Length, head, 0, new Blake2s(), new byte[32], 0));
            }
        }
    }

    [Fact]
    [Statement("7.1-14", "7.1-15", "7.1-16", "7.1-18", "7.1-19")]
    public void Networks_of_an_epoch()
    {
        JsonElement file = VectorFiles.Read("certificates");
        foreach (JsonElement v in file.GetProperty("network").EnumerateArray())
        {
            bool isValid = v.GetProperty("valid").GetBoolean();
            NetworkFile? network = Complete(v.Bytes("file"), file.Bytes("trustRoot"), isValid);
            Assert.True(
                network is null
                || file.Bytes("certificate").SequenceEqual(
                    network.Bytes[NetworkHeader.Size..NetworkHeader.MaxHeadSize]));
        }
    }

    // Checks a file as a node does; null where it is refused.
    private static NetworkFile? Complete(byte[] bytes, byte[] trustRoot, bool isValid)
    {
        NetworkLimits limits = new() { NetworkEntries = 1000, NetworkBytes = 100_000, Prefixes = 1000 };
        HeadVerifier verifier = new(new Ed25519(), trustRoot, 0);
        Assert.Equal(
            isValid,
            NetworkHeader.Check(bytes, 0) == NetworkFault.None && verifier.Verify(bytes, 0, false));
        if (!isValid)
        {
            return null;
        }

        NetworkFile file = new(limits, new Blake2s());
        int head = NetworkHeader.HeadSize(bytes, 0);
        Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
        Assert.Equal(NetworkFault.None, file.Append(bytes, head, bytes.Length - head));
        Assert.Equal(NetworkFault.None, file.Complete());
        return file;
    }

    private sealed class Fixed(byte[] bytes) : IEntropy
    {
        public void Fill(byte[] buffer, int offset, int length) =>
            bytes.AsSpan(0, length).CopyTo(buffer.AsSpan(offset));
    }
}
