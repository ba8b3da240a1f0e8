namespace Spore.Crypto;

/// <summary>
/// The compression function of BLAKE2s (RFC 7693 section 3.2), for a host that has a faster one than the core.
/// </summary>
public interface IBlake2sCompression
{
    /// <summary>Compresses one block into the state.</summary>
    /// <param name="state">The eight words of the state, which it changes.</param>
    /// <param name="block">Holds the 64 bytes of the block.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="total">The bytes that were hashed so far, with those of this block.</param>
    /// <param name="last">Whether it is the last block.</param>
    void Compress(uint[] state, byte[] block, int offset, long total, bool last);
}
