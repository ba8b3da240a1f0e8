using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Spore.Tests.Crypto;

/// <summary>ChaCha20-Poly1305 and XChaCha20-Poly1305 of the plain forms (RFC 8439 section 2.8).</summary>
internal static class AeadModel
{
    internal static void Seal(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        byte[] k = key[keyOffset..(keyOffset + 32)];
        byte[] n = nonce[nonceOffset..(nonceOffset + 12)];
        ChaCha20Model.Xor(k, 1, n, buffer.AsSpan(offset, length));
        Tag(k, n, ad.AsSpan(adOffset, adLength), buffer.AsSpan(offset, length)).CopyTo(buffer, offset + length);
    }

    internal static bool Open(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        byte[] k = key[keyOffset..(keyOffset + 32)];
        byte[] n = nonce[nonceOffset..(nonceOffset + 12)];
        byte[] tag = Tag(k, n, ad.AsSpan(adOffset, adLength), buffer.AsSpan(offset, length));
        if (!CryptographicOperations.FixedTimeEquals(tag, buffer.AsSpan(offset + length, 16)))
        {
            return false;
        }

        ChaCha20Model.Xor(k, 1, n, buffer.AsSpan(offset, length));
        return true;
    }

    internal static void SealExtended(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        (byte[] k, byte[] n) = Extend(key, keyOffset, nonce, nonceOffset);
        Seal(k, 0, n, 0, ad, adOffset, adLength, buffer, offset, length);
    }

    internal static bool OpenExtended(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        (byte[] k, byte[] n) = Extend(key, keyOffset, nonce, nonceOffset);
        return Open(k, 0, n, 0, ad, adOffset, adLength, buffer, offset, length);
    }

    private static (byte[] Key, byte[] Nonce) Extend(byte[] key, int keyOffset, byte[] nonce, int nonceOffset)
    {
        byte[] k = ChaCha20Model.Derive(key[keyOffset..(keyOffset + 32)], nonce[nonceOffset..(nonceOffset + 16)]);
        return (k, [0, 0, 0, 0, .. nonce[(nonceOffset + 16)..(nonceOffset + 24)]]);
    }

    private static byte[] Tag(byte[] key, byte[] nonce, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> text)
    {
        byte[] oneTimeKey = new byte[32];
        ChaCha20Model.Xor(key, 0, nonce, oneTimeKey);
        byte[] lengths = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(lengths, ad.Length);
        BinaryPrimitives.WriteInt64LittleEndian(lengths.AsSpan(8), text.Length);
        return Poly1305Model.Tag(
            oneTimeKey, [.. ad, .. new byte[-ad.Length & 15], .. text, .. new byte[-text.Length & 15], .. lengths]);
    }
}
