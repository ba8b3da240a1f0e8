using System;

namespace Spore.Crypto;

/// <summary>HMAC (RFC 2104) with BLAKE2s-256, as WireGuard derives keys with it.</summary>
/// <remarks>Begin, any number of updates, Finish; then again. One instance is used by one caller at a time.</remarks>
public sealed class HmacBlake2s
{
    private const int InnerToOuter = 0x36 ^ 0x5C;

    private readonly Blake2s _hash;
    private readonly byte[] _pad = new byte[Blake2s.BlockSize];
    private readonly byte[] _inner = new byte[Blake2s.DigestSize];

    /// <summary>Makes the construction around a hash.</summary>
    /// <param name="hash">What it works with; not used for anything else from Begin to Finish.</param>
    public HmacBlake2s(Blake2s hash)
    {
        _hash = hash;
    }

    /// <summary>Starts a code of 32 bytes.</summary>
    /// <param name="key">Holds the key.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="keyLength">Its number of bytes; a key of more than 64 is hashed first.</param>
    public void Begin(byte[] key, int keyOffset, int keyLength)
    {
        byte[] pad = _pad;
        Array.Clear(pad, 0, Blake2s.BlockSize);
        if (keyLength > Blake2s.BlockSize)
        {
            _hash.Begin(Blake2s.DigestSize);
            _hash.Update(key, keyOffset, keyLength);
            _hash.Finish(pad, 0);
        }
        else if (keyLength > 0)
        {
            Array.Copy(key, keyOffset, pad, 0, keyLength);
        }

        for (int i = 0; i < Blake2s.BlockSize; i++)
        {
            pad[i] ^= 0x36;
        }

        _hash.Begin(Blake2s.DigestSize);
        _hash.Update(pad, 0, Blake2s.BlockSize);
    }

    /// <summary>Takes in a run of bytes.</summary>
    /// <param name="data">Holds the bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="length">How many they are.</param>
    public void Update(byte[] data, int offset, int length)
    {
        _hash.Update(data, offset, length);
    }

    /// <summary>Writes the 32-byte code and wipes the state.</summary>
    /// <param name="mac">Takes the code; may be the buffer of the key or of the data.</param>
    /// <param name="offset">Where it goes.</param>
    public void Finish(byte[] mac, int offset)
    {
        byte[] pad = _pad;
        _hash.Finish(_inner, 0);
        for (int i = 0; i < Blake2s.BlockSize; i++)
        {
            pad[i] ^= InnerToOuter;
        }

        _hash.Begin(Blake2s.DigestSize);
        _hash.Update(pad, 0, Blake2s.BlockSize);
        _hash.Update(_inner, 0, Blake2s.DigestSize);
        _hash.Finish(mac, offset);
        Wipe();
    }

    /// <summary>Wipes the state, as when a code is given up halfway.</summary>
    public void Wipe()
    {
        Array.Clear(_pad, 0, Blake2s.BlockSize);
        Array.Clear(_inner, 0, Blake2s.DigestSize);
        _hash.Wipe();
    }
}
