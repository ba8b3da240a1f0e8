using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using NSec.Cryptography;
using Spore.Mesh;

namespace Spore.Tests.Network;

/// <summary>Builds network files byte by byte, with nothing of the core's.</summary>
internal static class NetworkBytes
{
    private static readonly Key _root = SigningKey(7);

    public static byte[] TrustRoot => _root.PublicKey.Export(KeyBlobFormat.RawPublicKey);

    public static byte[] Field(int type, params byte[] value) => [(byte)type, (byte)value.Length, .. value];

    public static byte[] Entry(byte[] key, params byte[][] fields)
    {
        byte[] body = [.. key, .. fields.SelectMany(f => f)];
        return [(byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];
    }

    public static byte[] Entry(int key, params byte[][] fields) => Entry(Key32(key), fields);

    public static byte[] Key32(int key)
    {
        byte[] bytes = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(bytes, key);
        return bytes;
    }

    /// <summary>A signed file of the entries as they are.</summary>
    public static byte[] File(ulong version, long issued, long expires, IReadOnlyList<byte[]> entries)
    {
        return
        [
            .. Head(version, entries, MerkleModel.Root([.. entries]), issued, expires),
            .. entries.SelectMany(e => e),
        ];
    }

    /// <summary>The signed head of a file in epoch 0.</summary>
    public static byte[] Head(
        ulong version, IReadOnlyList<byte[]> entries, byte[] root, long issued = 1_760_000_000, long expires = 0)
    {
        byte[] header = new byte[144];
        "spore-1\n"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), version);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), issued);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(24), expires);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(32), entries.Count);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(36), entries.Sum(e => e.Length));
        header[40] = (byte)Math.Min(255, entries.Count(IsWitness));
        root.CopyTo(header, 48);
        return Sign(header);
    }

    /// <summary>The key whose seed is one byte, 32 times.</summary>
    public static Key SigningKey(byte seed) => Key.Import(
        SignatureAlgorithm.Ed25519, Enumerable.Repeat(seed, 32).ToArray(), KeyBlobFormat.RawPrivateKey);

    /// <summary>A certificate by the trust root.</summary>
    public static byte[] Certificate(int epoch, Key signingKey, Key? root = null)
    {
        byte[] certificate = new byte[112];
        "spore-c\n"u8.CopyTo(certificate);
        BinaryPrimitives.WriteUInt16BigEndian(certificate.AsSpan(8), (ushort)epoch);
        signingKey.PublicKey.Export(KeyBlobFormat.RawPublicKey).CopyTo(certificate, 16);
        SignatureAlgorithm.Ed25519.Sign(root ?? _root, certificate.AsSpan(0, 48)).CopyTo(certificate, 48);
        return certificate;
    }

    /// <summary>A file of an epoch beyond 0, signed by a certified key.</summary>
    public static byte[] EpochFile(
        int epoch, ulong revision, Key signingKey, byte[] certificate, params byte[][] entries)
    {
        byte[] file = File(((ulong)epoch << 48) | revision, 1_700_000_000, 0, entries);
        SignatureAlgorithm.Ed25519.Sign(signingKey, file.AsSpan(0, 80)).CopyTo(file, 80);
        return [.. file[..144], .. certificate, .. file[144..]];
    }

    // Of an entry that may be damaged.
    private static bool IsWitness(byte[] entry)
    {
        for (int at = 34; at + 2 < entry.Length; at += 2 + entry[at + 1])
        {
            if (entry[at] == 6)
            {
                return (entry[at + 2] & 1) != 0;
            }
        }

        return false;
    }

    public static byte[] File(params byte[][] entries) => File(5, 1_700_000_000, 1_800_000_000, entries);

    /// <summary>Signs the header of a file anew.</summary>
    public static byte[] Sign(byte[] file)
    {
        SignatureAlgorithm.Ed25519.Sign(_root, file.AsSpan(0, 80)).CopyTo(file, 80);
        return file;
    }

    /// <summary>Some of everything that may be in an entry.</summary>
    public static byte[] RichFile() => File(
        Entry(
            1,
            Field(0),
            Field(1, 10, 0, 0, 1, 32),
            Field(1, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 128),
            Field(1, 0, 0, 0, 0, 0),
            Field(2, 192, 0, 2, 1, 0xCA, 0x6C),
            Field(2, 0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xCA, 0x6C),
            Field(3, "gate.example.org:51820"u8.ToArray()),
            Field(4, "Küche 🌱"u8.ToArray()),
            Field(5, 0, 25),
            Field(6, 1 | 2 | 4 | 0x80),
            Field(32, 0, 0, 0xAB, 0xCD),
            Field(32, 0, 0, 0xAB, 0xCD, 1, 2, 3),
            Field(127, 1, 2, 3)),
        Entry(2),
        Entry(3, Field(1, 10, 0, 0, 3, 32)),
        Entry(0x10000, Field(4, "d"u8.ToArray())),
        Entry(0x7000_0000, Field(1, 10, 1, 0, 0, 16)));

    public static NodeLimits Limits() => new()
    {
        NetworkEntries = 64,
        NetworkBytes = 8192,
        Prefixes = 16,
    };
}
