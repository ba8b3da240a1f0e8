using System;

namespace Spore.Crypto;

/// <summary>The hash function BLAKE2s, plain and keyed, with digests of 1 to 32 bytes (RFC 7693).</summary>
/// <remarks>
/// Begin, any number of updates, Finish; then again. One instance is used by one caller at a time. All memory is
/// taken at construction.
/// </remarks>
public sealed partial class Blake2s
{
    /// <summary>Bytes in the longest digest.</summary>
    public const int DigestSize = 32;

    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 64;

    /// <summary>Words in what <see cref="Save"/> saves.</summary>
    internal const int StateSize = 8;

    private readonly IBlake2sCompression _host;
    private readonly uint[] _h = new uint[StateSize];
    private readonly byte[] _block = new byte[BlockSize];
    private int _filled;
    private long _total;
    private int _digestLength;

    /// <summary>Takes the memory.</summary>
    public Blake2s()
    {
    }

    /// <summary>Takes the memory.</summary>
    /// <param name="host">What compresses; null for the core's own, which gives the same.</param>
    public Blake2s(IBlake2sCompression host)
    {
        _host = host;
    }

    /// <summary>Starts a hash without a key.</summary>
    /// <param name="digestLength">Bytes that <see cref="Finish"/> will write, 1 to 32.</param>
    public void Begin(int digestLength)
    {
        Start(digestLength, 0);
    }

    /// <summary>Starts a hash with a key (RFC 7693 section 2.9).</summary>
    /// <param name="digestLength">Bytes that <see cref="Finish"/> will write, 1 to 32.</param>
    /// <param name="key">Holds the key.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="keyLength">Its number of bytes, 0 to 32.</param>
    public void BeginKeyed(int digestLength, byte[] key, int keyOffset, int keyLength)
    {
        Start(digestLength, keyLength);
        if (keyLength > 0)
        {
            Array.Copy(key, keyOffset, _block, 0, keyLength);
            Array.Clear(_block, keyLength, BlockSize - keyLength);
            _filled = BlockSize;
        }
    }

    /// <summary>Takes in a run of bytes.</summary>
    /// <param name="data">Holds the bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="length">How many they are.</param>
    public void Update(byte[] data, int offset, int length)
    {
        // The last block is compressed with a flag of its own, so a full one waits until more follows.
        int room = BlockSize - _filled;
        if (length > room)
        {
            Array.Copy(data, offset, _block, _filled, room);
            _filled = 0;
            _total += BlockSize;
            Compress(_block, 0, false);
            offset += room;
            length -= room;
            while (length > BlockSize)
            {
                _total += BlockSize;
                Compress(data, offset, false);
                offset += BlockSize;
                length -= BlockSize;
            }
        }

        if (length > 0)
        {
            Array.Copy(data, offset, _block, _filled, length);
            _filled += length;
        }
    }

    /// <summary>Writes the digest, of the length given at the start, and wipes the state.</summary>
    /// <param name="digest">Takes the digest.</param>
    /// <param name="offset">Where it goes.</param>
    public void Finish(byte[] digest, int offset)
    {
        FinishTruncated(digest, offset, _digestLength);
    }

    /// <summary>Writes only the first bytes of the digest and wipes the state.</summary>
    /// <param name="digest">Takes the bytes.</param>
    /// <param name="offset">Where they go.</param>
    /// <param name="length">How many they are, at most the length given at the start.</param>
    public void FinishTruncated(byte[] digest, int offset, int length)
    {
        byte[] block = _block;
        uint[] h = _h;
        Array.Clear(block, _filled, BlockSize - _filled);
        _total += _filled;
        Compress(block, 0, true);
        for (int i = 0; i < 8; i++)
        {
            LittleEndian.Store32(block, i * 4, h[i]);
        }

        Array.Copy(block, 0, digest, offset, length);
        Wipe();
    }

    /// <summary>Wipes the state, as when a hash is given up halfway.</summary>
    public void Wipe()
    {
        Array.Clear(_h, 0, 8);
        Array.Clear(_block, 0, BlockSize);
        Array.Clear(_words, 0, 16);
        _filled = 0;
        _total = 0;
    }

    /// <summary>Called when one whole block was taken in: saves the state after it, and wipes it.</summary>
    internal void Save(uint[] state)
    {
        _total = BlockSize;
        Compress(_block, 0, false);
        Array.Copy(_h, 0, state, 0, StateSize);
        Wipe();
    }

    /// <summary>Called after <see cref="Begin"/>, with the same length: goes on from a state that was saved.</summary>
    internal void Restore(uint[] state)
    {
        Array.Copy(state, 0, _h, 0, StateSize);
        _total = BlockSize;
    }

    private void Start(int digestLength, int keyLength)
    {
        uint[] h = _h;
        h[0] = 0x6A09E667 ^ 0x01010000 ^ (uint)(keyLength << 8) ^ (uint)digestLength;
        h[1] = 0xBB67AE85;
        h[2] = 0x3C6EF372;
        h[3] = 0xA54FF53A;
        h[4] = 0x510E527F;
        h[5] = 0x9B05688C;
        h[6] = 0x1F83D9AB;
        h[7] = 0x5BE0CD19;
        _filled = 0;
        _total = 0;
        _digestLength = digestLength;
    }
}
