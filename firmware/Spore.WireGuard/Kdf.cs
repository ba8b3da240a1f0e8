using System;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>The key derivation of the WireGuard paper (section 5.4): HKDF (RFC 5869) over HMAC-BLAKE2s.</summary>
internal sealed class Kdf
{
    private readonly HmacBlake2s _hmac;
    private readonly byte[] _secret = new byte[Message.KeySize];
    private readonly byte[] _counter = new byte[1];

    /// <summary>Takes the memory.</summary>
    /// <param name="hmac">The HMAC to work with.</param>
    internal Kdf(HmacBlake2s hmac)
    {
        _hmac = hmac;
    }

    /// <summary>
    /// Kdf1, Kdf2 or Kdf3: as many outputs as are not null, 32 bytes each. An output may be the key itself.
    /// </summary>
    /// <param name="key">The 32-byte chaining key.</param>
    /// <param name="input">The buffer of the input; may be null when the length is 0.</param>
    /// <param name="inputOffset">Where the input starts.</param>
    /// <param name="inputLength">Its length in bytes.</param>
    /// <param name="first">The first output.</param>
    /// <param name="second">The second output, or null.</param>
    /// <param name="third">The third output, or null.</param>
    internal void Derive(
        byte[] key, byte[] input, int inputOffset, int inputLength, byte[] first, byte[] second, byte[] third)
    {
        _hmac.Begin(key, 0, Message.KeySize);
        if (inputLength > 0)
        {
            _hmac.Update(input, inputOffset, inputLength);
        }

        _hmac.Finish(_secret, 0);
        _hmac.Begin(_secret, 0, Message.KeySize);
        Expand(first, 1, null);
        if (second != null)
        {
            Expand(second, 2, first);
        }

        if (third != null)
        {
            Expand(third, 3, second);
        }

        Array.Clear(_secret, 0, Message.KeySize);
        _hmac.Wipe();
    }

    private void Expand(byte[] output, int counter, byte[] previous)
    {
        if (previous != null)
        {
            _hmac.BeginAgain();
            _hmac.Update(previous, 0, Message.KeySize);
        }

        _counter[0] = (byte)counter;
        _hmac.Update(_counter, 0, 1);
        _hmac.Finish(output, 0);
    }
}
