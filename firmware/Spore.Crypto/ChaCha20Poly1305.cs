using System;

namespace Spore.Crypto;

/// <summary>ChaCha20-Poly1305 (RFC 8439 section 2.8).</summary>
/// <remarks>
/// One instance is used by one caller at a time; its scratch is taken at construction and wiped after each use.
/// </remarks>
public sealed class ChaCha20Poly1305 : IAead
{
    /// <summary>Bytes in a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes in a nonce.</summary>
    public const int NonceSize = 12;

    /// <summary>Bytes in a tag.</summary>
    public const int TagSize = 16;

    private readonly ChaCha20 _cipher = new ChaCha20();
    private readonly Poly1305 _authenticator = new Poly1305();
    private readonly byte[] _oneTimeKey = new byte[KeySize];
    private readonly byte[] _tag = new byte[TagSize];

    /// <summary>The cipher, for the constructions that build on this one.</summary>
    internal ChaCha20 Cipher
    {
        get { return _cipher; }
    }

    /// <inheritdoc/>
    public void Seal(
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
        _cipher.Xor(key, keyOffset, 1, nonce, nonceOffset, buffer, offset, length);
        BeginTag(key, keyOffset, nonce, nonceOffset);
        _authenticator.UpdatePadded(ad, adOffset, adLength);
        _authenticator.UpdatePadded(buffer, offset, length);
        _authenticator.UpdateLengths(adLength, length);
        _authenticator.Finish(buffer, offset + length);
    }

    /// <inheritdoc/>
    public bool Open(
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
        BeginTag(key, keyOffset, nonce, nonceOffset);
        _authenticator.UpdatePadded(ad, adOffset, adLength);
        _authenticator.UpdatePadded(buffer, offset, length);
        _authenticator.UpdateLengths(adLength, length);
        _authenticator.Finish(_tag, 0);
        bool authentic = ConstantTime.Equal(_tag, 0, buffer, offset + length, TagSize);
        Array.Clear(_tag, 0, TagSize);
        if (!authentic)
        {
            return false;
        }

        _cipher.Xor(key, keyOffset, 1, nonce, nonceOffset, buffer, offset, length);
        return true;
    }

    // The key of the tag is the first block of the key stream (RFC 8439 section 2.6).
    private void BeginTag(byte[] key, int keyOffset, byte[] nonce, int nonceOffset)
    {
        Array.Clear(_oneTimeKey, 0, KeySize);
        _cipher.Xor(key, keyOffset, 0, nonce, nonceOffset, _oneTimeKey, 0, KeySize);
        _authenticator.Begin(_oneTimeKey, 0);
        Array.Clear(_oneTimeKey, 0, KeySize);
    }
}
