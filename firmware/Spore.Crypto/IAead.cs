namespace Spore.Crypto;

/// <summary>
/// Authenticated encryption with associated data, in place, with a 32-byte key, a 12-byte nonce and a 16-byte tag
/// that follows the ciphertext. Read first: RFC 5116 section 2.
/// </summary>
public interface IAead
{
    /// <summary>Encrypts a run of bytes in place and writes the 16-byte tag right after it.</summary>
    /// <param name="key">Holds the 32-byte key.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="nonce">Holds the 12-byte nonce, never used twice with one key.</param>
    /// <param name="nonceOffset">Where it starts.</param>
    /// <param name="ad">Holds the associated data; may be null when there is none.</param>
    /// <param name="adOffset">Where it starts.</param>
    /// <param name="adLength">Its number of bytes.</param>
    /// <param name="buffer">Holds the plaintext, with 16 bytes of room after it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">The plaintext's number of bytes.</param>
    void Seal(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length);

    /// <summary>Verifies the tag after a run of bytes, in constant time, and only then decrypts it in place.</summary>
    /// <param name="key">Holds the 32-byte key.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="nonce">Holds the 12-byte nonce.</param>
    /// <param name="nonceOffset">Where it starts.</param>
    /// <param name="ad">Holds the associated data; may be null when there is none.</param>
    /// <param name="adOffset">Where it starts.</param>
    /// <param name="adLength">Its number of bytes.</param>
    /// <param name="buffer">Holds the ciphertext and, right after it, the tag.</param>
    /// <param name="offset">Where the ciphertext starts.</param>
    /// <param name="length">The ciphertext's number of bytes, without the tag.</param>
    /// <returns>True when the tag is right; when false, the buffer is as it was.</returns>
    bool Open(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length);
}
