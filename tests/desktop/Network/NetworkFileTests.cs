using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Base;
using Spore.Crypto;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

[Collection(Alone.Name)]
public class NetworkFileTests
{
    private static readonly byte[] _prefix = NetworkBytes.Field(1, 10, 0, 0, 1, 32);

    private readonly NetworkFile _file = new(NetworkBytes.Limits(), new Blake2s());

    // As the core does it: the header, its signature, then what follows in pieces of the given sizes in turn.
    private static NetworkFault Take(NetworkFile file, byte[] bytes, params int[] pieces)
    {
        NetworkFault fault = file.Begin(bytes, 0);
        if (fault == NetworkFault.None
            && !new HeadVerifier(new Ed25519(), NetworkBytes.TrustRoot, 0).Verify(bytes, 0, false))
        {
            file.Clear();
            fault = NetworkFault.Signature;
        }

        int at = NetworkHeader.Size;
        for (int i = 0; fault == NetworkFault.None && at < bytes.Length; i++)
        {
            int size = pieces.Length == 0 ? bytes.Length : pieces[i % pieces.Length];
            size = Math.Min(size, bytes.Length - at);
            fault = file.Append(bytes, at, size);
            at += size;
        }

        return fault == NetworkFault.None ? file.Complete() : fault;
    }

    private static void AssertEmpty(NetworkFile file)
    {
        Assert.True(file.IsEmpty);
        Assert.False(file.IsComplete);
        Assert.Equal(0, file.Length);
        Assert.Equal(0, file.Count);
        Assert.Equal(0, file.Missing);
        Assert.Equal(0UL, file.Version);
        Assert.Equal(0, file.Issued);
        Assert.Equal(0, file.Expires);
        Assert.Equal(-1, file.Find(NetworkBytes.Key32(1), 0));
    }

    [Fact]
    public void A_sound_file_is_held_whole_and_every_key_is_found()
    {
        AssertEmpty(_file);
        byte[] bytes = NetworkBytes.RichFile();
        Assert.Equal(NetworkFault.None, Take(_file, bytes));

        Assert.True(_file.IsComplete);
        Assert.False(_file.IsEmpty);
        Assert.Equal(bytes, _file.Bytes[.._file.Length]);
        Assert.Equal(0, _file.Missing);
        Assert.Equal(5UL, _file.Version);
        Assert.Equal(1_700_000_000, _file.Issued);
        Assert.Equal(1_800_000_000, _file.Expires);
        Assert.Equal(5, _file.Count);

        int at = NetworkHeader.Size;
        int[] keys = [1, 2, 3, 0x10000, 0x7000_0000];
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(i, _file.Find([9, .. NetworkBytes.Key32(keys[i])], 1));
            Assert.Equal(at, _file.EntryOffset(i));
            Assert.Equal(keys[i], BigEndian.ReadUInt32(_file.Bytes, at + 2));
            at += _file.EntryLength(i);
        }

        Assert.Equal(bytes.Length, at);
        foreach (int other in new[] { 0, 4, 0xFFFF, 0x10001, 0x7000_0001, -1 })
        {
            Assert.Equal(-1, _file.Find(NetworkBytes.Key32(other), 0));
        }
    }

    [Fact]
    public void What_is_there_is_counted_while_the_rest_is_awaited()
    {
        byte[] bytes = NetworkBytes.RichFile();
        Assert.Equal(NetworkFault.None, _file.Begin(bytes, 0));
        Assert.Equal(5UL, _file.Version);
        Assert.Equal(bytes.Length - NetworkHeader.Size, _file.Missing);
        int first = NetworkEntry.Length(bytes, NetworkHeader.Size);
        Assert.Equal(NetworkFault.None, _file.Append(bytes, NetworkHeader.Size, first + 1));
        Assert.Equal(1, _file.Count);
        Assert.Equal(-1, _file.Find(NetworkBytes.Key32(1), 0));
        Assert.False(_file.IsComplete);

        _file.Clear();
        AssertEmpty(_file);
    }

    [Fact]
    public void Of_two_files_that_share_one_is_read_until_the_other_is_complete()
    {
        NetworkFile other = new(_file);
        Assert.Equal(
            NetworkFault.None,
            Take(
                _file,
                NetworkBytes.File(
                    NetworkBytes.Entry(1),
                    NetworkBytes.Entry(2, NetworkBytes.Field(4, 65, 66)),
                    NetworkBytes.Entry(3))));
        byte[] next = NetworkBytes.File(
            NetworkBytes.Entry(2, NetworkBytes.Field(4, 65)), NetworkBytes.Entry(3), NetworkBytes.Entry(4));
        for (int i = 0; i < 2; i++)
        {
            // The first one breaks off, the second one is taken in whole.
            Assert.Equal(NetworkFault.None, other.Begin(next, 0));
            Assert.Equal(
                NetworkFault.None,
                other.Append(next, NetworkHeader.Size, i == 0 ? 80 : next.Length - NetworkHeader.Size));
            Assert.Equal(1, _file.Find(NetworkBytes.Key32(2), 0));
            Assert.Equal(2, _file.Find(NetworkBytes.Key32(3), 0));
        }

        Assert.Equal(NetworkFault.None, other.Complete());
        Assert.Equal(0, other.Find(NetworkBytes.Key32(2), 0));
        Assert.Equal(2, other.Find(NetworkBytes.Key32(4), 0));
        Assert.Equal(NetworkFault.None, Take(_file, NetworkBytes.RichFile()));
        Assert.Equal(1, _file.Find(NetworkBytes.Key32(2), 0));
    }

    public static IEnumerable<TheoryDataRow<string, byte[], NetworkFault>> Unsound()
    {
        byte[] rich = NetworkBytes.RichFile();
        yield return new("nothing", [], NetworkFault.Truncated);
        yield return new("half a header", rich[..100], NetworkFault.Truncated);
        yield return new("no entries", rich[..144], NetworkFault.Truncated);
        yield return new("one byte short", rich[..^1], NetworkFault.Truncated);
        yield return new("one byte too many", [.. rich, 0], NetworkFault.TrailingBytes);
        yield return new("another header follows", [.. rich, .. rich], NetworkFault.TrailingBytes);
        yield return new("order", NetworkBytes.File(NetworkBytes.Entry(2), NetworkBytes.Entry(1)), NetworkFault.Order);
        yield return new(
            "order by the first byte",
            NetworkBytes.File(NetworkBytes.Entry(-1), NetworkBytes.Entry(0x7F000000)),
            NetworkFault.Order);
        yield return new(
            "a key twice",
            NetworkBytes.File(NetworkBytes.Entry(1), NetworkBytes.Entry(2), NetworkBytes.Entry(2)),
            NetworkFault.Order);
        yield return new(
            "field value",
            NetworkBytes.File(NetworkBytes.Entry(1, NetworkBytes.Field(1, 224, 0, 0, 1, 32))),
            NetworkFault.FieldValue);
        yield return new(
            "field length",
            NetworkBytes.File(NetworkBytes.Entry(1, NetworkBytes.Field(5, 1))),
            NetworkFault.FieldLength);
        yield return new(
            "field order",
            NetworkBytes.File(NetworkBytes.Entry(1, NetworkBytes.Field(7), NetworkBytes.Field(5, 0, 1))),
            NetworkFault.FieldOrder);
        yield return new(
            "field repeated",
            NetworkBytes.File(NetworkBytes.Entry(1, NetworkBytes.Field(5, 0, 1), NetworkBytes.Field(5, 0, 1))),
            NetworkFault.FieldRepeated);
        yield return new(
            "critical field",
            NetworkBytes.File(NetworkBytes.Entry(1, NetworkBytes.Field(128))),
            NetworkFault.CriticalField);
        yield return new(
            "17 prefixes",
            NetworkBytes.File(
                NetworkBytes.Entry(1, _prefix), NetworkBytes.Entry(2, [.. Enumerable.Repeat(_prefix, 16)])),
            NetworkFault.TooLarge);
        yield return new(
            "entry shorter than its key",
            NetworkBytes.File([0, 33, .. new byte[31]], NetworkBytes.Entry(1, _prefix)),
            NetworkFault.EntryLength);
        yield return new(
            "entry too long",
            NetworkBytes.File([3, 1, .. new byte[767]], NetworkBytes.Entry(1)),
            NetworkFault.EntryLength);
        yield return new(
            "entry goes beyond the end", NetworkBytes.File([0, 35, .. new byte[32]]), NetworkFault.EntryLength);
        yield return new(
            "more entries than counted", Counted(-1, NetworkBytes.Entry(1), NetworkBytes.Entry(2)), NetworkFault.Count);
        yield return new(
            "one byte behind the last entry", NetworkBytes.File([.. NetworkBytes.Entry(1), 0]), NetworkFault.Count);
        yield return new(
            "fewer entries than counted",
            Counted(1, NetworkBytes.Entry(1, _prefix), NetworkBytes.Entry(2, [.. Enumerable.Repeat(_prefix, 15)])),
            NetworkFault.Count);
        yield return new(
            "one byte for an entry",
            Counted(1, NetworkBytes.Entry(1, NetworkBytes.Field(7, new byte[100])), [0]),
            NetworkFault.EntryLength);
        yield return new("root", NetworkBytes.Sign(With(rich, 48)), NetworkFault.Root);
        yield return new("a witness too many", NetworkBytes.Sign(With(rich, 40)), NetworkFault.Witnesses);
        yield return new("signature", With(rich, 80), NetworkFault.Signature);
        yield return new("magic", With(rich, 0), NetworkFault.Magic);
    }

    private static byte[] Counted(int more, params byte[][] entries)
    {
        byte[] file = NetworkBytes.File(entries);
        BigEndian.WriteUInt32(
            file, NetworkHeader.CountOffset, BigEndian.ReadUInt32(file, NetworkHeader.CountOffset) + more);
        return NetworkBytes.Sign(file);
    }

    private static byte[] With(byte[] bytes, int flipped)
    {
        byte[] copy = (byte[])bytes.Clone();
        copy[flipped] ^= 1;
        return copy;
    }

    [Theory]
    [Statement("7.1-5", "7.1-6", "7.1-7", "7.1-21", "7.4-5", "7.4-6")]
    [MemberData(nameof(Unsound))]
    public void Each_fault_is_told_however_the_bytes_are_split_and_leaves_nothing(
        string what, byte[] bytes, NetworkFault expected)
    {
        foreach (int[] pieces in new int[][] { [], [1], [2], [33], [512], [1, 35] })
        {
            Assert.True(expected == Take(_file, bytes, pieces), what);
            AssertEmpty(_file);
        }

        // It still works.
        Assert.Equal(NetworkFault.None, Take(_file, NetworkBytes.RichFile()));
    }

    [Fact]
    [Statement("7.1-9")]
    public void A_root_that_differs_in_any_byte_is_refused()
    {
        byte[] rich = NetworkBytes.RichFile();
        for (int i = 0; i < MerkleTree.HashSize; i++)
        {
            byte[] file = NetworkBytes.Sign(With(rich, NetworkHeader.RootOffset + i));
            Assert.True(NetworkFault.Root == Take(_file, file), $"byte {i}");
            AssertEmpty(_file);
        }
    }

    [Fact]
    public void What_comes_out_of_turn_is_refused()
    {
        Assert.Equal(NetworkFault.Truncated, _file.Complete());
        Assert.Equal(NetworkFault.Truncated, _file.Append([1], 0, 1));
        AssertEmpty(_file);

        byte[] bytes = NetworkBytes.RichFile();
        Assert.Equal(NetworkFault.None, Take(_file, bytes));
        Assert.Equal(NetworkFault.None, _file.Complete());
        Assert.Equal(NetworkFault.None, _file.Append(bytes, 0, 0));
        Assert.True(_file.IsComplete);
        Assert.Equal(NetworkFault.TrailingBytes, _file.Append(bytes, 0, 1));
        AssertEmpty(_file);
    }

    [Fact]
    public void A_new_header_drops_what_was_held()
    {
        byte[] bytes = NetworkBytes.RichFile();
        Assert.Equal(NetworkFault.None, Take(_file, bytes));
        Assert.Equal(NetworkFault.None, _file.Begin(bytes, 0));
        Assert.False(_file.IsComplete);
        Assert.Equal(0, _file.Count);
        Assert.Equal(NetworkFault.None, Take(_file, bytes));

        Assert.Equal(NetworkFault.Magic, _file.Begin(With(bytes, 0), 0));
        AssertEmpty(_file);
    }

    [Fact]
    public void The_largest_network_within_the_limits_is_taken()
    {
        byte[][] entries = [.. Enumerable.Range(1, 64).Select(i => NetworkBytes.Entry(i, i <= 16 ? [_prefix] : []))];
        Assert.Equal(NetworkFault.None, Take(_file, NetworkBytes.File(entries)));
        Assert.Equal(64, _file.Count);
        Assert.Equal(63, _file.Find(NetworkBytes.Key32(64), 0));

        byte[][] large =
        [
            .. Enumerable.Range(1, 64).Select(i =>
                NetworkBytes.Entry(i, NetworkBytes.Field(7, new byte[i == 64 ? 137 : 89]))),
        ];
        Assert.Equal(8192, NetworkBytes.File(large).Length);
        Assert.Equal(NetworkFault.None, Take(_file, NetworkBytes.File(large)));
    }

    [Fact]
    public void Any_split_gives_the_same_file()
    {
        byte[] bytes = NetworkBytes.RichFile();
        Gen.Int[1, 200].Array[1, 20].Sample(
            pieces =>
            {
                Assert.Equal(NetworkFault.None, Take(_file, bytes, pieces));
                Assert.Equal(bytes, _file.Bytes[.._file.Length]);
                Assert.Equal(5, _file.Count);
            },
            threads: 1,
            iter: 30);
    }

    [Fact]
    public void Any_flipped_bit_makes_the_file_unusable()
    {
        byte[] bytes = NetworkBytes.RichFile();
        for (int i = NetworkHeader.Size; i < bytes.Length; i++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] flipped = (byte[])bytes.Clone();
                flipped[i] ^= (byte)(1 << bit);
                Assert.Equal(NetworkFault.None, _file.Begin(flipped, 0));
                NetworkFault fault = _file.Append(flipped, NetworkHeader.Size, flipped.Length - NetworkHeader.Size);
                Assert.NotEqual(NetworkFault.None, fault == NetworkFault.None ? _file.Complete() : fault);
                AssertEmpty(_file);
            }
        }

        // In the header only the signature is looked at for most bits, which costs too much for every one.
        for (int i = 0; i < NetworkHeader.Size; i++)
        {
            byte[] flipped = (byte[])bytes.Clone();
            flipped[i] ^= (byte)(1 << (i % 8));
            Assert.NotEqual(NetworkFault.None, Take(_file, flipped));
            AssertEmpty(_file);
        }
    }

    [Fact]
    public void Every_truncation_is_told()
    {
        byte[] bytes = NetworkBytes.RichFile();
        for (int length = NetworkHeader.Size; length < bytes.Length; length++)
        {
            Assert.Equal(NetworkFault.None, _file.Begin(bytes, 0));
            Assert.Equal(NetworkFault.None, _file.Append(bytes, NetworkHeader.Size, length - NetworkHeader.Size));
            Assert.Equal(NetworkFault.Truncated, _file.Complete());
            AssertEmpty(_file);
        }
    }

    [Fact]
    public void Random_entries_behind_a_sound_header_are_refused_the_same_in_any_split()
    {
        // Entries that are right in their lengths and keys, so that chance gets as far as the fields.
        Gen<byte[]> entry = Gen.Select(
            Gen.Int[0, 50],
            Gen.OneOf(Gen.Byte.Array[0, 20], Gen.Const<byte[]>([])),
            Gen.Int[-1, 1],
            Gen.Int[0, 9],
            (key, fields, more, odds) =>
            {
                byte[] bytes = NetworkBytes.Entry(key, fields);
                bytes[1] += (byte)(odds == 0 ? more : 0);
                return bytes;
            });
        Gen.Select(entry.Array[1, 6], Gen.Int[1, 100].Array[1, 5], Gen.Byte.Array[0, 3]).Sample(
            (entries, pieces, trailing) =>
            {
                byte[] bytes = [.. NetworkBytes.File([.. entries.OrderBy(e => e[33])]), .. trailing];
                NetworkFault whole = Take(_file, bytes);
                Assert.Equal(whole == NetworkFault.None, _file.IsComplete);
                Assert.Equal(whole, Take(_file, bytes, pieces));
                Assert.Equal(whole, Take(_file, bytes, 1));
            },
            threads: 1,
            iter: 60);
    }

    [Fact]
    public void Random_bytes_never_throw_and_are_refused()
    {
        byte[] header = NetworkBytes.RichFile()[..NetworkHeader.Size];
        Gen.Byte.Array[0, 1000].Sample(
            bytes =>
            {
                Assert.NotEqual(NetworkFault.None, Take(_file, bytes));
                Assert.Equal(NetworkFault.None, _file.Begin(header, 0));
                NetworkFault fault = _file.Append(bytes, 0, bytes.Length);
                Assert.NotEqual(NetworkFault.None, fault == NetworkFault.None ? _file.Complete() : fault);
                AssertEmpty(_file);
            },
            threads: 1);
    }

    [Fact]
    public void Nothing_is_allocated_after_construction()
    {
        byte[] bytes = NetworkBytes.RichFile();
        byte[] bad = With(bytes, 200);
        byte[] key = NetworkBytes.Key32(3);
        byte[] address = new byte[16];
        byte[] record = new byte[IdentityRecord.Size];
        EntryField field = new();
        Blake2s hash = new();

        int fields = 0;
        void Once()
        {
            _file.Begin(bytes, 0);
            for (int at = NetworkHeader.Size; at < bytes.Length; at += 7)
            {
                _file.Append(bytes, at, Math.Min(7, bytes.Length - at));
            }

            _file.Complete();
            _file.Find(key, 0);
            for (int i = 0; i < _file.Count; i++)
            {
                field.Begin(_file.Bytes, _file.EntryOffset(i));
                while (field.Next())
                {
                    fields++;
                }
            }

            _file.Begin(bad, 0);
            _file.Append(bad, NetworkHeader.Size, bad.Length - NetworkHeader.Size);
            _file.Complete();
            LinkLocalAddress.FromKey(hash, key, 0, address, 0);
            IdentityRecord.Seal(record, 0);
            IdentityRecord.Check(record, 0, record.Length);
        }

        Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Once();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(101 * 16, fields);
    }
}
