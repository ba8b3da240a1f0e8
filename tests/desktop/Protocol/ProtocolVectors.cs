using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Spore.Tests.Network;

namespace Spore.Tests.Protocol;

/// <summary>
/// Makes docs/vectors.json from the text of docs/PROTOCOL.md, with other people's primitives and nothing of the core's.
/// </summary>
internal static class ProtocolVectors
{
    public static string Json()
    {
        object vectors = new
        {
            comment = "Vectors of docs/PROTOCOL.md. Bytes are in hexadecimal.",
            linkLocal = new[] { new byte[32], Count(0, 32), PublicKey(1), PublicKey(0x41) }.Select(
                k => new { publicKey = Hex(k), address = Hex(LinkLocal(k)) }),
            identity = Identities(),
            hello = new[]
            {
                Hello(PublicKey(1), 0, 0, 0x60),
                Hello(
                    PublicKey(0x21),
                    0x0102030405060708,
                    7,
                    0x80,
                    "192.0.2.1:51820",
                    "[2001:db8::1]:51820",
                    "[fe80::1]:4321"),
            },
            entry = Entries(),
            merkle = Merkle(),
            network = Network(),
            certificate = Certificate(),
        };
        return JsonSerializer.Serialize(vectors, new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" })
            + "\n";
    }

    private static IEnumerable<object> Identities()
    {
        byte[] sound = Identity(Count(1, 32), Count(0x81, 32), 7);
        byte[] flipped = (byte[])sound.Clone();
        flipped[40] ^= 1;
        return
        [
            new
            {
                record = Hex(sound),
                sound = true,
                privateKey = Hex(Count(1, 32)),
                publicKey = Hex(PublicKey(1)),
                trustRoot = Hex(Count(0x81, 32)),
                floor = 7,
            },
            new { record = Hex(flipped), sound = false },
            new { record = Hex(Identity(new byte[32], Count(0x81, 32), 0)), sound = false },
            new { record = Hex(sound[..83]), sound = false },
        ];
    }

    private static byte[] Identity(byte[] privateKey, byte[] trustRoot, ulong floor)
    {
        byte[] record = [.. "SPOREID1"u8, .. privateKey, .. trustRoot, .. Big(floor)];
        return [.. record, .. Crc32(record)];
    }

    // A gzip stream ends with the CRC-32 of what it holds, and its length; both little-endian (RFC 1952).
    private static byte[] Crc32(byte[] data)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }

        byte[] crc = stream.ToArray()[^8..^4];
        Array.Reverse(crc);
        return crc;
    }

    private static object Hello(byte[] publicKey, ulong version, byte tries, byte nonce, params string[] endpoints)
    {
        byte[] trustRoot = RootPublic;
        byte[] head = [0x80, 0, 0, 0];
        byte[] listed = [.. endpoints.Select(IPEndPoint.Parse).SelectMany(
            e => (byte[])[.. e.Address.MapToIPv6().GetAddressBytes(), (byte)(e.Port >> 8), (byte)e.Port])];
        byte[] plain =
            [.. publicKey, .. Big(version), .. listed, .. new byte[54 - listed.Length], tries, .. new byte[9]];
        using Key key = Key.Import(
            AeadAlgorithm.XChaCha20Poly1305,
            Blake2s([.. "spore-hello"u8, .. trustRoot]),
            KeyBlobFormat.RawSymmetricKey);
        byte[] body = AeadAlgorithm.XChaCha20Poly1305.Encrypt(key, Count(nonce, 24), head, plain);
        return new
        {
            trustRoot = Hex(trustRoot),
            publicKey = Hex(publicKey),
            version,
            endpoints,
            tries,
            nonce = Hex(Count(nonce, 24)),
            datagram = Hex([.. head, .. Count(nonce, 24), .. body]),
        };
    }

    // Entries by the rules of section 7.2 for keys and endpoints.
    private static IEnumerable<object> Entries()
    {
        byte[] key = Count(1, 32);
        byte[] port = [0xCA, 0x6C];
        string[] goodAddresses = ["192.0.2.1", "127.0.0.1", "::ffff:192.0.2.1", "::1", "2001:db8::1"];
        string[] badAddresses =
        [
            "0.0.0.0", "0.1.2.3", "224.0.0.1", "240.0.0.1", "255.255.255.255",
            "::ffff:0.0.0.0", "::ffff:224.0.0.1", "::", "fe80::1", "ff02::1",
        ];
        string[] goodNames = ["gate.example.org:51820", "0x7f.example:1"];
        string[] badNames =
        [
            "192.0.2.1:51820", "010.0.0.1:51820", "0x7f.1:1", "a.0x7F:1", "0x:1", "gate.:1", "gate:0", "gate:051820",
        ];
        return
        [
            new { entry = Hex(NetworkBytes.Entry(key)), valid = true },
            new { entry = Hex(NetworkBytes.Entry(new byte[32])), valid = false },
            .. goodAddresses.Select(a => Address(a, port, true)),
            .. badAddresses.Select(a => Address(a, port, false)),
            Address("192.0.2.1", [0, 0], false),
            .. goodNames.Select(n => Name(n, true)),
            .. badNames.Select(n => Name(n, false)),
        ];

        object Address(string address, byte[] port, bool valid)
        {
            byte[] field = NetworkBytes.Field(2, [.. IPAddress.Parse(address).GetAddressBytes(), .. port]);
            return new { address, entry = Hex(NetworkBytes.Entry(key, field)), valid };
        }

        object Name(string name, bool valid)
        {
            byte[] field = NetworkBytes.Field(3, Encoding.ASCII.GetBytes(name));
            return new { name, entry = Hex(NetworkBytes.Entry(key, field)), valid };
        }
    }

    private static object Merkle()
    {
        List<byte[]> entries = [.. Enumerable.Range(1, 7).Select(
            i => NetworkBytes.Entry(Count((byte)(i << 4), 32), NetworkBytes.Field(4, (byte)('a' + i - 1))))];
        return new
        {
            entries = entries.Select(Hex),
            roots = Enumerable.Range(1, 7).Select(n => Hex(MerkleModel.Root([.. entries.Take(n)]))),
        };
    }

    private static object Network()
    {
        byte[][] entries =
        [
            NetworkBytes.Entry(
                Count(0x01, 32),
                NetworkBytes.Field(1, 10, 77, 0, 1, 32),
                NetworkBytes.Field(1, [0xFD, 0x77, .. new byte[13], 1, 128]),
                NetworkBytes.Field(1, 192, 168, 5, 0, 24),
                NetworkBytes.Field(2, 192, 0, 2, 1, 0xCA, 0x6C),
                NetworkBytes.Field(2, [0x20, 0x01, 0x0D, 0xB8, .. new byte[11], 1, 0xCA, 0x6C]),
                NetworkBytes.Field(3, Encoding.ASCII.GetBytes("gate.example.org:51820")),
                NetworkBytes.Field(4, Encoding.UTF8.GetBytes("Küche")),
                NetworkBytes.Field(5, 0, 25),
                NetworkBytes.Field(6, 1),
                NetworkBytes.Field(32, 0, 0, 0x7F, 0xFF, 0xC0, 0xDE)),
            NetworkBytes.Entry(Count(0x21, 32), NetworkBytes.Field(1, 10, 77, 0, 2, 32)),
            NetworkBytes.Entry(Count(0x41, 32)),
        ];
        byte[] all = [.. entries.SelectMany(e => e)];
        byte[] signed =
        [
            .. "spore-1\n"u8, .. Big(2), .. Big(1_764_000_000), .. Big(0), .. Big(3)[4..],
            .. Big((ulong)all.Length)[4..], .. new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, .. MerkleModel.Root([.. entries]),
        ];
        using Key root = Key.Import(SignatureAlgorithm.Ed25519, RootSeed, KeyBlobFormat.RawPrivateKey);
        return new
        {
            rootSeed = Hex(RootSeed),
            trustRoot = Hex(RootPublic),
            version = 2,
            file = Hex([.. signed, .. SignatureAlgorithm.Ed25519.Sign(root, signed), .. all]),
        };
    }

    // A network whose header a certified key signs, with one entry.
    private static object Certificate()
    {
        byte[] seed = Count(0xA0, 32);
        using Key root = Key.Import(SignatureAlgorithm.Ed25519, RootSeed, KeyBlobFormat.RawPrivateKey);
        using Key key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        byte[] entry = NetworkBytes.Entry(Count(0x01, 32), NetworkBytes.Field(1, 10, 77, 0, 1, 32));
        byte[] signed =
        [
            .. "spore-1\n"u8, .. Big((3UL << 48) | 1), .. Big(1_764_000_000), .. Big(1_795_536_000), .. Big(1)[4..],
            .. Big((ulong)entry.Length)[4..], .. new byte[8], .. MerkleModel.Root([entry]),
        ];
        byte[] certified =
            [.. "spore-c\n"u8, 0, 3, .. new byte[6], .. key.PublicKey.Export(KeyBlobFormat.RawPublicKey)];
        byte[] certificate = [.. certified, .. SignatureAlgorithm.Ed25519.Sign(root, certified)];
        return new
        {
            rootSeed = Hex(RootSeed),
            trustRoot = Hex(RootPublic),
            signingSeed = Hex(seed),
            epoch = 3,
            revision = 1,
            certificate = Hex(certificate),
            file = Hex([.. signed, .. SignatureAlgorithm.Ed25519.Sign(key, signed), .. certificate, .. entry]),
        };
    }

    private static byte[] RootSeed => Count(0xC0, 32);

    private static byte[] RootPublic
    {
        get
        {
            using Key root = Key.Import(SignatureAlgorithm.Ed25519, RootSeed, KeyBlobFormat.RawPrivateKey);
            return root.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        }
    }

    // The public key of the private key that is counted up from a first byte.
    private static byte[] PublicKey(byte first)
    {
        using Key key = Key.Import(KeyAgreementAlgorithm.X25519, Count(first, 32), KeyBlobFormat.RawPrivateKey);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    private static byte[] LinkLocal(byte[] publicKey)
    {
        byte[] address = Blake2s(publicKey)[..16];
        address[0] = 0xFE;
        address[1] = (byte)(0x80 | (address[1] & 0x3F));
        return address;
    }

    private static byte[] Blake2s(byte[] data)
    {
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(data, 0, data.Length);
        byte[] result = new byte[32];
        digest.DoFinal(result, 0);
        return result;
    }

    private static byte[] Count(byte first, int length) => [.. Enumerable.Range(first, length).Select(i => (byte)i)];

    private static byte[] Big(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
