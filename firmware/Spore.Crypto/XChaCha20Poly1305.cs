using System;

namespace Spore.Crypto;

/// <summary>
/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha section 2): ChaCha20-Poly1305 with a nonce long enough to be random.
/// </summary>
/// <remarks>
/// One instance is used by one caller at a time; its scratch is taken at construction and wiped after each use.
/// </remarks>
public sealed class XChaCha20Poly1305
{
    /// <summary>Bytes in a key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes in a nonce.</summary>
    public const int NonceSize = 24;

    /// <summary>Bytes in a tag.</summary>
    public const int TagSize = 16;

    private readonly ChaCha20Poly1305 _aead;
    private readonly byte[] _key = new byte[KeySize];
    private readonly byte[] _nonce = new byte[ChaCha20Poly1305.NonceSize];

    /// <summary>Makes the construction around one of ChaCha20-Poly1305.</summary>
    /// <param name="aead">What it works with; not used by another caller during a call to this object.</param>
    public XChaCha20Poly1305(ChaCha20Poly1305 aead)
    {
        _aead = aead;
    }

    /// <summary>Encrypts a run of bytes in place and writes the 16-byte tag right after it.</summary>
    /// <param name="key">Holds the 32-byte key.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="nonce">Holds the 24-byte nonce, never used twice with one key.</param>
    /// <param name="nonceOffset">Where it starts.</param>
    /// <param name="ad">Holds the associated data; may be null when there is none.</param>
    /// <param name="adOffset">Where it starts.</param>
    /// <param name="adLength">Its number of bytes.</param>
    /// <param name="buffer">Holds the plaintext, with 16 bytes of room after it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">The plaintext's number of bytes.</param>
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
        Derive(key, keyOffset, nonce, nonceOffset);
        _aead.Seal(_key, 0, _nonce, 0, ad, adOffset, adLength, buffer, offset, length);
        Array.Clear(_key, 0, KeySize);
        Array.Clear(_nonce, 0, ChaCha20Poly1305.NonceSize);
    }

    /// <summary>Verifies the tag after a run of bytes, in constant time, and only then decrypts it in place.</summary>
    /// <param name="key">Holds the 32-byte key.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="nonce">Holds the 24-byte nonce.</param>
    /// <param name="nonceOffset">Where it starts.</param>
    /// <param name="ad">Holds the associated data; may be null when there is none.</param>
    /// <param name="adOffset">Where it starts.</param>
    /// <param name="adLength">Its number of bytes.</param>
    /// <param name="buffer">Holds the ciphertext and, right after it, the tag.</param>
    /// <param name="offset">Where the ciphertext starts.</param>
    /// <param name="length">The ciphertext's number of bytes, without the tag.</param>
    /// <returns>True when the tag is right; when false, the buffer is as it was.</returns>
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
        Derive(key, keyOffset, nonce, nonceOffset);
        bool authentic = _aead.Open(_key, 0, _nonce, 0, ad, adOffset, adLength, buffer, offset, length);
        Array.Clear(_key, 0, KeySize);
        Array.Clear(_nonce, 0, ChaCha20Poly1305.NonceSize);
        return authentic;
    }

    // The first 16 bytes of the nonce go into the key; the last 8 follow four zeros in the inner nonce.
    private void Derive(byte[] key, int keyOffset, byte[] nonce, int nonceOffset)
    {
        _aead.Cipher.Derive(_key, key, keyOffset, nonce, nonceOffset);
        Array.Copy(nonce, nonceOffset + 16, _nonce, 4, 8);
    }
}
