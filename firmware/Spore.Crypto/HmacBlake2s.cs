using System;

namespace Spore.Crypto;

/// <summary>HMAC (RFC 2104) with BLAKE2s-256, as WireGuard derives keys with it.</summary>
/// <remarks>
/// Begin, any number of updates, Finish; then again, with another key or the same one, for which two blocks are not
/// hashed anew. One instance is used by one caller at a time.
/// </remarks>
public sealed class HmacBlake2s
{
    private const int OuterToInner = 0x5C ^ 0x36;

    private readonly Blake2s _hash;

    // The key with the inner padding.
    private readonly byte[] _pad = new byte[Blake2s.BlockSize];

    // The hash after the key's block (RFC 2104 section 4).
    private readonly uint[] _inner = new uint[Blake2s.StateSize];
    private readonly uint[] _outer = new uint[Blake2s.StateSize];
    private bool _hasData;

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

        HashPad(0x5C, _outer);
        HashPad(OuterToInner, _inner);
        BeginAgain();
    }

    /// <summary>Starts another code with the same key. Called after <see cref="Finish"/>.</summary>
    public void BeginAgain()
    {
        _hash.Begin(Blake2s.DigestSize);
        _hash.Restore(_inner);
        _hasData = false;
    }

    /// <summary>Takes in a run of bytes.</summary>
    /// <param name="data">Holds the bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="length">How many they are.</param>
    public void Update(byte[] data, int offset, int length)
    {
        _hash.Update(data, offset, length);
        _hasData = _hasData || length > 0;
    }

    /// <summary>Writes the 32-byte code. The key stays until <see cref="Wipe"/>.</summary>
    /// <param name="mac">Takes the code; may be the buffer of the key or of the data.</param>
    /// <param name="offset">Where it goes.</param>
    public void Finish(byte[] mac, int offset)
    {
        if (!_hasData)
        {
            // The key's block is the last one then, which is hashed in another way.
            _hash.Begin(Blake2s.DigestSize);
            _hash.Update(_pad, 0, Blake2s.BlockSize);
        }

        _hash.Finish(mac, offset);
        _hash.Begin(Blake2s.DigestSize);
        _hash.Restore(_outer);
        _hash.Update(mac, offset, Blake2s.DigestSize);
        _hash.Finish(mac, offset);
    }

    /// <summary>Wipes key and state: when the key is done with, or a code is given up halfway.</summary>
    public void Wipe()
    {
        Array.Clear(_pad, 0, Blake2s.BlockSize);
        Array.Clear(_inner, 0, Blake2s.StateSize);
        Array.Clear(_outer, 0, Blake2s.StateSize);
        _hash.Wipe();
    }

    private void HashPad(int change, uint[] state)
    {
        byte[] pad = _pad;
        for (int i = 0; i < Blake2s.BlockSize; i++)
        {
            pad[i] = (byte)(pad[i] ^ change);
        }

        _hash.Begin(Blake2s.DigestSize);
        _hash.Update(pad, 0, Blake2s.BlockSize);
        _hash.Save(state);
    }
}
