using System;

namespace Spore.Crypto;

/// <summary>The hash function BLAKE2s, plain and keyed, with digests of 1 to 32 bytes (RFC 7693).</summary>
/// <remarks>
/// Begin, any number of updates, Finish; then again. One instance is used by one caller at a time. All memory is
/// taken at construction.
/// </remarks>
public sealed class Blake2s
{
    /// <summary>Bytes in the longest digest.</summary>
    public const int DigestSize = 32;

    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 64;

    private readonly uint[] _h = new uint[8];
    private readonly byte[] _block = new byte[BlockSize];
    private int _filled;
    private long _total;
    private int _digestLength;

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
        _filled = 0;
        _total = 0;
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

    // RFC 7693 section 3.2. Unrolled, as the order of the message words differs from round to round.
    private void Compress(byte[] block, int offset, bool last)
    {
        uint[] h = _h;
        long total = _total;
        uint m0 = BitConverter.ToUInt32(block, offset);
        uint m1 = BitConverter.ToUInt32(block, offset + 4);
        uint m2 = BitConverter.ToUInt32(block, offset + 8);
        uint m3 = BitConverter.ToUInt32(block, offset + 12);
        uint m4 = BitConverter.ToUInt32(block, offset + 16);
        uint m5 = BitConverter.ToUInt32(block, offset + 20);
        uint m6 = BitConverter.ToUInt32(block, offset + 24);
        uint m7 = BitConverter.ToUInt32(block, offset + 28);
        uint m8 = BitConverter.ToUInt32(block, offset + 32);
        uint m9 = BitConverter.ToUInt32(block, offset + 36);
        uint m10 = BitConverter.ToUInt32(block, offset + 40);
        uint m11 = BitConverter.ToUInt32(block, offset + 44);
        uint m12 = BitConverter.ToUInt32(block, offset + 48);
        uint m13 = BitConverter.ToUInt32(block, offset + 52);
        uint m14 = BitConverter.ToUInt32(block, offset + 56);
        uint m15 = BitConverter.ToUInt32(block, offset + 60);
        uint v0 = h[0];
        uint v1 = h[1];
        uint v2 = h[2];
        uint v3 = h[3];
        uint v4 = h[4];
        uint v5 = h[5];
        uint v6 = h[6];
        uint v7 = h[7];
        uint v8 = 0x6A09E667;
        uint v9 = 0xBB67AE85;
        uint v10 = 0x3C6EF372;
        uint v11 = 0xA54FF53A;
        uint v12 = 0x510E527F ^ (uint)total;
        uint v13 = 0x9B05688C ^ (uint)(total >> 32);
        uint v14 = last ? ~0x1F83D9ABU : 0x1F83D9ABU;
        uint v15 = 0x5BE0CD19;

        // Round 0.
        v0 += v4 + m0; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m1; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m2; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m3; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m4; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m5; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m6; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m7; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m8; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m9; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m10; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m11; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m12; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m13; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m14; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m15; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 1.
        v0 += v4 + m14; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m10; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m4; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m8; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m9; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m15; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m13; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m6; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m1; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m12; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m0; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m2; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m11; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m7; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m5; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m3; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 2.
        v0 += v4 + m11; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m8; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m12; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m0; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m5; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m2; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m15; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m13; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m10; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m14; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m3; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m6; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m7; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m1; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m9; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m4; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 3.
        v0 += v4 + m7; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m9; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m3; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m1; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m13; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m12; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m11; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m14; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m2; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m6; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m5; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m10; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m4; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m0; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m15; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m8; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 4.
        v0 += v4 + m9; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m0; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m5; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m7; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m2; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m4; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m10; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m15; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m14; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m1; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m11; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m12; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m6; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m8; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m3; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m13; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 5.
        v0 += v4 + m2; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m12; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m6; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m10; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m0; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m11; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m8; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m3; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m4; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m13; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m7; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m5; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m15; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m14; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m1; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m9; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 6.
        v0 += v4 + m12; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m5; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m1; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m15; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m14; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m13; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m4; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m10; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m0; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m7; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m6; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m3; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m9; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m2; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m8; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m11; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 7.
        v0 += v4 + m13; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m11; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m7; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m14; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m12; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m1; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m3; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m9; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m5; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m0; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m15; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m4; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m8; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m6; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m2; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m10; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 8.
        v0 += v4 + m6; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m15; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m14; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m9; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m11; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m3; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m0; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m8; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m12; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m2; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m13; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m7; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m1; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m4; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m10; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m5; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        // Round 9.
        v0 += v4 + m10; v12 ^= v0; v12 = (v12 >> 16) | (v12 << 16); v8 += v12; v4 ^= v8; v4 = (v4 >> 12) | (v4 << 20);
        v0 += v4 + m2; v12 ^= v0; v12 = (v12 >> 8) | (v12 << 24); v8 += v12; v4 ^= v8; v4 = (v4 >> 7) | (v4 << 25);
        v1 += v5 + m8; v13 ^= v1; v13 = (v13 >> 16) | (v13 << 16); v9 += v13; v5 ^= v9; v5 = (v5 >> 12) | (v5 << 20);
        v1 += v5 + m4; v13 ^= v1; v13 = (v13 >> 8) | (v13 << 24); v9 += v13; v5 ^= v9; v5 = (v5 >> 7) | (v5 << 25);
        v2 += v6 + m7; v14 ^= v2; v14 = (v14 >> 16) | (v14 << 16); v10 += v14; v6 ^= v10; v6 = (v6 >> 12) | (v6 << 20);
        v2 += v6 + m6; v14 ^= v2; v14 = (v14 >> 8) | (v14 << 24); v10 += v14; v6 ^= v10; v6 = (v6 >> 7) | (v6 << 25);
        v3 += v7 + m1; v15 ^= v3; v15 = (v15 >> 16) | (v15 << 16); v11 += v15; v7 ^= v11; v7 = (v7 >> 12) | (v7 << 20);
        v3 += v7 + m5; v15 ^= v3; v15 = (v15 >> 8) | (v15 << 24); v11 += v15; v7 ^= v11; v7 = (v7 >> 7) | (v7 << 25);
        v0 += v5 + m15; v15 ^= v0; v15 = (v15 >> 16) | (v15 << 16); v10 += v15; v5 ^= v10; v5 = (v5 >> 12) | (v5 << 20);
        v0 += v5 + m11; v15 ^= v0; v15 = (v15 >> 8) | (v15 << 24); v10 += v15; v5 ^= v10; v5 = (v5 >> 7) | (v5 << 25);
        v1 += v6 + m9; v12 ^= v1; v12 = (v12 >> 16) | (v12 << 16); v11 += v12; v6 ^= v11; v6 = (v6 >> 12) | (v6 << 20);
        v1 += v6 + m14; v12 ^= v1; v12 = (v12 >> 8) | (v12 << 24); v11 += v12; v6 ^= v11; v6 = (v6 >> 7) | (v6 << 25);
        v2 += v7 + m3; v13 ^= v2; v13 = (v13 >> 16) | (v13 << 16); v8 += v13; v7 ^= v8; v7 = (v7 >> 12) | (v7 << 20);
        v2 += v7 + m12; v13 ^= v2; v13 = (v13 >> 8) | (v13 << 24); v8 += v13; v7 ^= v8; v7 = (v7 >> 7) | (v7 << 25);
        v3 += v4 + m13; v14 ^= v3; v14 = (v14 >> 16) | (v14 << 16); v9 += v14; v4 ^= v9; v4 = (v4 >> 12) | (v4 << 20);
        v3 += v4 + m0; v14 ^= v3; v14 = (v14 >> 8) | (v14 << 24); v9 += v14; v4 ^= v9; v4 = (v4 >> 7) | (v4 << 25);

        h[0] ^= v0 ^ v8;
        h[1] ^= v1 ^ v9;
        h[2] ^= v2 ^ v10;
        h[3] ^= v3 ^ v11;
        h[4] ^= v4 ^ v12;
        h[5] ^= v5 ^ v13;
        h[6] ^= v6 ^ v14;
        h[7] ^= v7 ^ v15;
    }
}
