using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using NSec.Cryptography;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

[Collection(Alone.Name)]
public class EntryProofTests
{
    private readonly Blake2s _hash = new();

    // Entries of many lengths, so that none has the place of another one.
    private static byte[][] Entries(int count) => [.. Enumerable.Range(1, count)
        .Select(i => NetworkBytes.Entry(i << 8, NetworkBytes.Field(127, new byte[i % 97])))];

    private static NetworkFile Load(byte[] bytes)
    {
        NodeLimits limits = new() { NetworkEntries = 1100, NetworkBytes = 300_000, Prefixes = 16 };
        NetworkFile file = new(limits, new Blake2s());
        Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
        Assert.Equal(NetworkFault.None, file.Append(bytes, 144, bytes.Length - 144));
        Assert.Equal(NetworkFault.None, file.Complete());
        return file;
    }

    private byte[] Make(NetworkFile network, int index)
    {
        byte[] proof = new byte[EntryProof.MaxSize + 2];
        AuditPath path = new(new MerkleTree(_hash, network.Count));
        int length = Make(network, index, path, proof);
        Assert.Equal(0, proof[0]);
        Assert.All(proof[(1 + length)..], b => Assert.Equal(0, b));
        return proof[1..(1 + length)];
    }

    private static int Make(NetworkFile network, int index, AuditPath path, byte[] proof)
    {
        int length = EntryProof.Begin(network, index, path, proof, 1);
        for (int i = 0; i < network.Count; i++)
        {
            Assert.True(path.IsIncomplete);
            path.AddLeaf(network.Bytes, network.EntryOffset(i), network.EntryLength(i));
        }

        Assert.False(path.IsIncomplete);
        return length;
    }

    // With bytes on either side, of which none may count.
    private NetworkFault Verify(byte[] proof, byte[] head)
    {
        byte[] root = new byte[36];
        NetworkFault fault = EntryProof.Verify(
            [1, 2, .. proof, 3], 2, proof.Length, [4, .. head, 5], 1, _hash, root, 3);
        Assert.All([.. root[..3], root[35]], b => Assert.Equal(0, b));
        return fault;
    }

    [Theory]
    [Statement("7.7-1", "7.7-2", "7.7-3", "7.7-4", "7.7-6")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(130)]
    [InlineData(1000)]
    public void Every_proof_is_that_of_the_RFC_and_verifies(int count)
    {
        byte[][] entries = Entries(count);
        byte[] head = NetworkBytes.File(entries);
        NetworkFile network = Load(head);
        foreach (int i in Enumerable.Range(0, count).Where(i => count < 200 || i % 37 == 0 || i == count - 1))
        {
            byte[][] path = MerkleModel.Path(i, entries);
            byte[] proof =
            [
                0, 0, 0, 0, 0, 0, 0, 5, 0, 0, (byte)(i >> 8), (byte)i, .. entries[i], .. path.SelectMany(p => p),
            ];
            Assert.Equal(proof, Make(network, i));
            Assert.Equal(path.Length, AuditPath.CountHashes(i, count));
            Assert.Equal(5UL, EntryProof.Version(proof, 0));
            Assert.Equal(i, EntryProof.Index(proof, 0));
            Assert.Equal(NetworkFault.None, Verify(proof, head));
            Assert.True(MerkleModel.Verify(entries[i], i, count, path, head[48..80]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void A_proof_with_any_bit_flipped_is_refused(int count)
    {
        byte[] head = NetworkBytes.File(Entries(count));
        NetworkFile network = Load(head);
        foreach (int index in new HashSet<int> { 0, count / 2, count - 1 })
        {
            byte[] proof = Make(network, index);
            for (int bit = 0; bit < proof.Length * 8; bit++)
            {
                byte[] damaged = [.. proof];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.NotEqual(NetworkFault.None, Verify(damaged, head));
            }
        }
    }

    [Theory]
    [Statement("7.7-2", "7.7-5")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Every_other_index_and_length_is_refused(int count)
    {
        byte[] head = NetworkBytes.File(Entries(count));
        NetworkFile network = Load(head);
        int index = count / 2;
        byte[] proof = Make(network, index);
        for (int other = 0; other < count; other++)
        {
            byte[] moved = [.. proof];
            BinaryPrimitives.WriteInt32BigEndian(moved.AsSpan(8), other);
            Assert.Equal(other == index, Verify(moved, head) == NetworkFault.None);
        }

        foreach (uint beyond in new uint[] { (uint)count, 0x7FFF_FFFF, 0x8000_0000, uint.MaxValue })
        {
            byte[] moved = [.. proof];
            BinaryPrimitives.WriteUInt32BigEndian(moved.AsSpan(8), beyond);
            Assert.Equal(NetworkFault.Index, Verify(moved, head));
        }

        for (int length = 0; length < proof.Length; length++)
        {
            Assert.Equal(NetworkFault.Truncated, Verify(proof[..length], head));
        }

        Assert.Equal(NetworkFault.TrailingBytes, Verify([.. proof, 0], head));
        Assert.Equal(NetworkFault.TrailingBytes, Verify([.. proof, .. new byte[32]], head));
    }

    [Fact]
    public void A_proof_of_seven_leaves_is_refused_where_the_header_states_another_number_of_them()
    {
        byte[] head = NetworkBytes.File(Entries(7));
        NetworkFile network = Load(head);
        for (int index = 0; index < 7; index++)
        {
            byte[] proof = Make(network, index);
            byte[] entry = proof[12..(12 + proof[13])];
            byte[][] path = [.. proof[(12 + entry.Length)..].Chunk(32)];
            for (uint count = 0; count < 20; count++)
            {
                byte[] other = [.. head];
                BinaryPrimitives.WriteUInt32BigEndian(other.AsSpan(32), count);

                // The root does not depend on the number alone: with 8 leaves the path of the first four is the same.
                Assert.Equal(
                    MerkleModel.Verify(entry, index, count, path, head[48..80]),
                    Verify(proof, other) == NetworkFault.None);
            }
        }
    }

    [Fact]
    [Statement("7.7-6")]
    public void A_proof_is_for_one_version_alone()
    {
        byte[][] entries = Entries(3);
        byte[] proof = Make(Load(NetworkBytes.File(5, 1_700_000_000, 0, entries)), 1);
        foreach (ulong version in new[] { 4UL, 6UL, (1UL << 48) | 5 })
        {
            byte[] other = NetworkBytes.File(version, 1_700_000_000, 0, entries);
            Assert.Equal(NetworkFault.OtherVersion, Verify(proof, other));
        }

        // The version with the highest bit set is no negative number.
        ulong high = 0xFFFF_0000_0000_0001;
        Key key = NetworkBytes.SigningKey(9);
        byte[] file = NetworkBytes.EpochFile(0xFFFF, 1, key, NetworkBytes.Certificate(0xFFFF, key), entries);
        NetworkFile network = new(NetworkBytes.Limits(), new Blake2s());
        Assert.Equal(NetworkFault.None, network.Begin(file, 0));
        Assert.Equal(NetworkFault.None, network.Append(file, 256, file.Length - 256));
        Assert.Equal(NetworkFault.None, network.Complete());
        byte[] certified = Make(network, 2);
        Assert.Equal(high, EntryProof.Version(certified, 0));
        Assert.Equal(NetworkFault.None, Verify(certified, file));
    }

    [Fact]
    [Statement("7.7-7")]
    public void The_proof_of_an_entry_against_the_rules_is_refused_before_it_is_hashed()
    {
        byte[] bad = NetworkBytes.Entry(1, NetworkBytes.Field(128));
        byte[] head = NetworkBytes.File(bad);
        Assert.Equal(
            NetworkFault.CriticalField, Verify([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, .. bad], head));

        byte[] zero = NetworkBytes.Entry(new byte[32]);
        head = NetworkBytes.File(zero);
        Assert.Equal(NetworkFault.Key, Verify([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, .. zero], head));
    }

    [Fact]
    public void The_longest_path_has_32_hashes_and_the_largest_proof_1804_bytes()
    {
        Assert.Equal(1804, EntryProof.MaxSize);
        Assert.Equal(32, AuditPath.CountHashes(0, uint.MaxValue));
        Assert.Equal(32, AuditPath.CountHashes(0x8000_0000 - 1, uint.MaxValue));
        Assert.Equal(31, AuditPath.CountHashes(uint.MaxValue - 1, uint.MaxValue));

        // Of 2^32 - 1 leaves with a made-up path: the root is what the RFC computes of them.
        byte[] field = NetworkBytes.Field(127, new byte[255]);
        byte[] entry = NetworkBytes.Entry(1, field, field);
        Gen.Select(Gen.UInt[0, uint.MaxValue - 1], Gen.Byte.Array[32].Array[32]).Sample(
            (index, nodes) =>
            {
                byte[][] path = nodes[..AuditPath.CountHashes(index, uint.MaxValue)];
                byte[] head = NetworkBytes.File(entry);
                BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(32), uint.MaxValue);
                byte[] proof = [.. head[8..16], 0, 0, 0, 0, .. entry, .. path.SelectMany(p => p)];
                BinaryPrimitives.WriteUInt32BigEndian(proof.AsSpan(8), index);
                Assert.Equal(NetworkFault.Root, Verify(proof, head));

                byte[] root = new byte[32];
                EntryProof.Verify(proof, 0, proof.Length, head, 0, _hash, root, 0);
                root.CopyTo(head, 48);
                Assert.Equal(NetworkFault.None, Verify(proof, head));
                Assert.True(MerkleModel.Verify(entry, index, uint.MaxValue, path, root));
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void A_path_that_was_given_up_leaves_nothing_behind()
    {
        NetworkFile network = Load(NetworkBytes.File(Entries(130)));
        byte[] expected = Make(network, 77);
        AuditPath path = new(new MerkleTree(_hash, 130));
        for (int leaves = 0; leaves <= 130; leaves++)
        {
            byte[] abandoned = new byte[EntryProof.MaxSize];
            EntryProof.Begin(network, 13, path, abandoned, 0);
            for (int i = 0; i < leaves; i++)
            {
                path.AddLeaf(network.Bytes, network.EntryOffset(i), network.EntryLength(i));
            }

            byte[] proof = new byte[EntryProof.MaxSize];
            int length = Make(network, 77, path, proof);
            Assert.Equal(expected, proof[1..(1 + length)]);
        }
    }

    [Fact]
    public void Random_bytes_are_refused_without_an_exception()
    {
        byte[] head = NetworkBytes.File(Entries(7));
        byte[] proof = Make(Load(head), 3);
        Gen.Byte.Array[0, 2000].Sample(
            bytes =>
            {
                Assert.NotEqual(NetworkFault.None, Verify(bytes, head));
                Assert.NotEqual(NetworkFault.None, Verify([.. proof[..12], .. bytes], head));
            },
            threads: 1);
    }

    [Fact]
    public void Making_and_verifying_allocate_nothing()
    {
        byte[] head = NetworkBytes.File(Entries(130));
        NetworkFile network = Load(head);
        AuditPath path = new(new MerkleTree(_hash, 130));
        byte[] proof = new byte[EntryProof.MaxSize + 1];
        byte[] root = new byte[32];
        int length = Make(network, 99, path, proof);
        EntryProof.Verify(proof, 1, length, head, 0, _hash, root, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        EntryProof.Begin(network, 99, path, proof, 1);
        for (int i = 0; i < network.Count; i++)
        {
            path.AddLeaf(network.Bytes, network.EntryOffset(i), network.EntryLength(i));
        }

        NetworkFault fault = EntryProof.Verify(proof, 1, length, head, 0, _hash, root, 0);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(NetworkFault.None, fault);
    }
}
