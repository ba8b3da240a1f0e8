using System;

namespace Spore.Crypto;

/// <summary>The hash function SHA-512 (FIPS 180-4, RFC 6234), which Ed25519 is built on.</summary>
/// <remarks>
/// Begin, any number of updates, Finish; then again. One instance is used by one caller at a time. All memory is
/// taken at construction.
/// </remarks>
public sealed partial class Sha512
{
    /// <summary>Bytes in a digest.</summary>
    public const int DigestSize = 64;

    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 128;

    private static readonly ulong[] _roundConstants = new ulong[]
    {
        0x428A2F98D728AE22, 0x7137449123EF65CD, 0xB5C0FBCFEC4D3B2F, 0xE9B5DBA58189DBBC,
        0x3956C25BF348B538, 0x59F111F1B605D019, 0x923F82A4AF194F9B, 0xAB1C5ED5DA6D8118,
        0xD807AA98A3030242, 0x12835B0145706FBE, 0x243185BE4EE4B28C, 0x550C7DC3D5FFB4E2,
        0x72BE5D74F27B896F, 0x80DEB1FE3B1696B1, 0x9BDC06A725C71235, 0xC19BF174CF692694,
        0xE49B69C19EF14AD2, 0xEFBE4786384F25E3, 0x0FC19DC68B8CD5B5, 0x240CA1CC77AC9C65,
        0x2DE92C6F592B0275, 0x4A7484AA6EA6E483, 0x5CB0A9DCBD41FBD4, 0x76F988DA831153B5,
        0x983E5152EE66DFAB, 0xA831C66D2DB43210, 0xB00327C898FB213F, 0xBF597FC7BEEF0EE4,
        0xC6E00BF33DA88FC2, 0xD5A79147930AA725, 0x06CA6351E003826F, 0x142929670A0E6E70,
        0x27B70A8546D22FFC, 0x2E1B21385C26C926, 0x4D2C6DFC5AC42AED, 0x53380D139D95B3DF,
        0x650A73548BAF63DE, 0x766A0ABB3C77B2A8, 0x81C2C92E47EDAEE6, 0x92722C851482353B,
        0xA2BFE8A14CF10364, 0xA81A664BBC423001, 0xC24B8B70D0F89791, 0xC76C51A30654BE30,
        0xD192E819D6EF5218, 0xD69906245565A910, 0xF40E35855771202A, 0x106AA07032BBD1B8,
        0x19A4C116B8D2D0C8, 0x1E376C085141AB53, 0x2748774CDF8EEB99, 0x34B0BCB5E19B48A8,
        0x391C0CB3C5C95A63, 0x4ED8AA4AE3418ACB, 0x5B9CCA4F7763E373, 0x682E6FF3D6B2B8A3,
        0x748F82EE5DEFB2FC, 0x78A5636F43172F60, 0x84C87814A1F0AB72, 0x8CC702081A6439EC,
        0x90BEFFFA23631E28, 0xA4506CEBDE82BDE9, 0xBEF9A3F7B2C67915, 0xC67178F2E372532B,
        0xCA273ECEEA26619C, 0xD186B8C721C0C207, 0xEADA7DD6CDE0EB1E, 0xF57D4F7FEE6ED178,
        0x06F067AA72176FBA, 0x0A637DC5A2C898A6, 0x113F9804BEF90DAE, 0x1B710B35131C471B,
        0x28DB77F523047D84, 0x32CAAB7B40C72493, 0x3C9EBE0A15C9BEBC, 0x431D67C49C100D4C,
        0x4CC5D4BECB3E42B6, 0x597F299CFC657E2A, 0x5FCB6FAB3AD6FAEC, 0x6C44198C4A475817,
    };

    private readonly ulong[] _h = new ulong[8];
    private readonly byte[] _block = new byte[BlockSize];
    private int _filled;
    private long _total;

    /// <summary>Starts a hash.</summary>
    public void Begin()
    {
        ulong[] h = _h;
        h[0] = 0x6A09E667F3BCC908;
        h[1] = 0xBB67AE8584CAA73B;
        h[2] = 0x3C6EF372FE94F82B;
        h[3] = 0xA54FF53A5F1D36F1;
        h[4] = 0x510E527FADE682D1;
        h[5] = 0x9B05688C2B3E6C1F;
        h[6] = 0x1F83D9ABFB41BD6B;
        h[7] = 0x5BE0CD19137E2179;
        _filled = 0;
        _total = 0;
    }

    /// <summary>Takes in a run of bytes.</summary>
    /// <param name="data">Holds the bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="length">How many they are.</param>
    public void Update(byte[] data, int offset, int length)
    {
        _total += length;
        int room = BlockSize - _filled;
        if (length >= room)
        {
            Array.Copy(data, offset, _block, _filled, room);
            _filled = 0;
            Compress(_block, 0);
            offset += room;
            length -= room;
            while (length >= BlockSize)
            {
                Compress(data, offset);
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

    /// <summary>Writes the 64-byte digest and wipes the state.</summary>
    /// <param name="digest">Takes the digest.</param>
    /// <param name="offset">Where it goes.</param>
    public void Finish(byte[] digest, int offset)
    {
        byte[] block = _block;
        block[_filled] = 0x80;
        Array.Clear(block, _filled + 1, BlockSize - _filled - 1);
        if (_filled >= BlockSize - 16)
        {
            Compress(block, 0);
            Array.Clear(block, 0, BlockSize);
        }

        // The length in bits, big-endian; it fits 64 bits of the 128 there are.
        long bits = _total << 3;
        for (int i = 0; i < 8; i++)
        {
            block[BlockSize - 1 - i] = (byte)(bits >> (8 * i));
        }

        Compress(block, 0);

        ulong[] h = _h;
        for (int i = 0; i < 8; i++)
        {
            ulong word = h[i];
            for (int j = 7; j >= 0; j--)
            {
                digest[offset + (8 * i) + j] = (byte)word;
                word >>= 8;
            }
        }

        Array.Clear(h, 0, 8);
        Array.Clear(block, 0, BlockSize);
        _filled = 0;
        _total = 0;
    }
}
