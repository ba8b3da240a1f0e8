using System;
using System.Buffers.Binary;
using System.Linq;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace Spore.Tests.Protocol;

/// <summary>What the vectors are made of, with other people's primitives and nothing of the core's.</summary>
internal static class VectorBytes
{
    public static byte[] RootSeed => Count(0xC0, 32);

    public static byte[] RootPublic
    {
        get
        {
            using Key root = Key.Import(SignatureAlgorithm.Ed25519, RootSeed, KeyBlobFormat.RawPrivateKey);
            return root.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        }
    }

    /// <summary>The public key of the private key that is counted up from a first byte.</summary>
    public static byte[] PublicKey(byte first) => PublicKey(Count(first, 32));

    public static byte[] PublicKey(byte[] privateKey)
    {
        using Key key = Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    public static byte[] LinkLocal(byte[] publicKey)
    {
        byte[] address = Blake2s(publicKey)[..16];
        address[0] = 0xFE;
        address[1] = (byte)(0x80 | (address[1] & 0x3F));
        return address;
    }

    public static byte[] Blake2s(byte[] data)
    {
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(data, 0, data.Length);
        byte[] result = new byte[32];
        digest.DoFinal(result, 0);
        return result;
    }

    public static byte[] Count(byte first, int length) => [.. Enumerable.Range(first, length).Select(i => (byte)i)];

    public static byte[] Big(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    public static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
