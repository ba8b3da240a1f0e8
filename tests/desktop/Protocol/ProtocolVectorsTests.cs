using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.Base;
using Spore.Crypto;
using Spore.Discovery;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors.json is what docs/PROTOCOL.md says, and the core does what both say.</summary>
public class ProtocolVectorsTests
{
    private static string Path => System.IO.Path.Combine(Repository.Root, "docs", "vectors.json");

    private static JsonElement Vectors => JsonDocument.Parse(File.ReadAllText(Path)).RootElement;

    [Fact]
    public void The_file_is_current()
    {
        // To write it anew after a change of the protocol: SPORE_WRITE_VECTORS=1.
        if (Environment.GetEnvironmentVariable("SPORE_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(Path, ProtocolVectors.Json());
        }

        Assert.Equal(ProtocolVectors.Json(), File.ReadAllText(Path));
    }

    [Fact]
    public void Link_local_addresses()
    {
        foreach (JsonElement v in Vectors.GetProperty("linkLocal").EnumerateArray())
        {
            byte[] address = new byte[16];
            LinkLocalAddress.FromKey(new Blake2s(), Bytes(v, "publicKey"), 0, address, 0);
            Assert.Equal(Bytes(v, "address"), address);
        }
    }

    [Fact]
    public void Identity_records()
    {
        foreach (JsonElement v in Vectors.GetProperty("identity").EnumerateArray())
        {
            byte[] record = Bytes(v, "record");
            Assert.Equal(
                v.GetProperty("sound").GetBoolean(),
                IdentityRecord.Check(record, 0, record.Length) == IdentityFault.None);
            if (v.TryGetProperty("publicKey", out _))
            {
                byte[] publicKey = new byte[32];
                new X25519().MultiplyBase(publicKey, 0, record, IdentityRecord.PrivateKeyOffset);
                Assert.Equal(Bytes(v, "publicKey"), publicKey);
                Assert.Equal(Bytes(v, "privateKey"), record[IdentityRecord.PrivateKeyOffset..][..32]);
                Assert.Equal(Bytes(v, "trustRoot"), record[IdentityRecord.TrustRootOffset..][..32]);
                Assert.Equal(v.GetProperty("floor").GetUInt64(), IdentityRecord.Floor(record, 0));
            }
        }
    }

    [Fact]
    public void Hellos()
    {
        foreach (JsonElement v in Vectors.GetProperty("hello").EnumerateArray())
        {
            Hello hello = new(new XChaCha20Poly1305(new ChaCha20Poly1305()), new Blake2s(), Bytes(v, "trustRoot"));
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
                Bytes(v, "publicKey"),
                v.GetProperty("version").GetUInt64(),
                tries,
                new Fixed(Bytes(v, "nonce")));
            Assert.Equal(Bytes(v, "datagram"), datagram);
            Assert.True(hello.Open(datagram, 0, datagram.Length));
            Assert.Equal(Bytes(v, "publicKey"), hello.PublicKey);
            Assert.Equal(v.GetProperty("version").GetUInt64(), hello.Version);
            Assert.Equal(tries, hello.Tries);
            Assert.All(endpoints, e => Assert.Equal(e.Port, Hello.FindPort(datagram, 0, e)));
        }
    }

    [Fact]
    public void Entries()
    {
        foreach (JsonElement v in Vectors.GetProperty("entry").EnumerateArray())
        {
            byte[] entry = Bytes(v, "entry");
            bool isValid = NetworkEntry.Check(entry, 0, entry.Length) == NetworkFault.None;
            Assert.Equal(v.GetProperty("valid").GetBoolean(), isValid);
        }
    }

    [Fact]
    public void Merkle_roots()
    {
        JsonElement v = Vectors.GetProperty("merkle");
        byte[][] entries =
            [.. v.GetProperty("entries").EnumerateArray().Select(e => Convert.FromHexString(e.GetString()!))];
        byte[][] roots =
            [.. v.GetProperty("roots").EnumerateArray().Select(e => Convert.FromHexString(e.GetString()!))];
        Assert.Equal(7, roots.Length);
        for (int n = 1; n <= roots.Length; n++)
        {
            MerkleTree tree = new(new Blake2s(), 4096);
            tree.Begin();
            foreach (byte[] entry in entries.Take(n))
            {
                tree.AddLeaf(entry, 0, entry.Length);
            }

            byte[] root = new byte[32];
            tree.Root(root, 0);
            Assert.Equal(roots[n - 1], root);
        }
    }

    [Fact]
    public void A_signed_network()
    {
        JsonElement v = Vectors.GetProperty("network");
        byte[] bytes = Bytes(v, "file");
        NetworkFile file = new(NodeLimits.Device(), new Blake2s());
        Assert.True(new HeadVerifier(new Ed25519(), Bytes(v, "trustRoot"), 0).Verify(bytes, 0, false));
        Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
        Assert.Equal(NetworkFault.None, file.Append(bytes, NetworkHeader.Size, bytes.Length - NetworkHeader.Size));
        Assert.Equal(NetworkFault.None, file.Complete());
        Assert.Equal(v.GetProperty("version").GetUInt64(), file.Version);
    }

    [Fact]
    public void A_network_of_an_epoch()
    {
        JsonElement v = Vectors.GetProperty("certificate");
        byte[] bytes = Bytes(v, "file");
        Assert.Equal(Bytes(v, "certificate"), bytes[NetworkHeader.Size..NetworkHeader.MaxHeadSize]);
        NetworkFile file = new(NodeLimits.Device(), new Blake2s());
        HeadVerifier verifier = new(new Ed25519(), Bytes(v, "trustRoot"), 0);
        Assert.True(verifier.Verify(bytes, 0, false));
        Assert.True(verifier.Verify(bytes, 0, true));
        Assert.Equal(v.GetProperty("epoch").GetInt32(), NetworkHeader.Epoch(bytes, 0));
        Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
        Assert.Equal(
            NetworkFault.None, file.Append(bytes, NetworkHeader.MaxHeadSize, bytes.Length - NetworkHeader.MaxHeadSize));
        Assert.Equal(NetworkFault.None, file.Complete());
    }

    private static byte[] Bytes(JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    private sealed class Fixed(byte[] bytes) : IEntropy
    {
        public void Fill(byte[] buffer, int offset, int length) =>
            bytes.AsSpan(0, length).CopyTo(buffer.AsSpan(offset));
    }
}
