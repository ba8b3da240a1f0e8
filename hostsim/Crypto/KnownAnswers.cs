using System;
using System.Linq;
using Spore.Crypto;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// Whether primitives of the host give the answers that the core's own give. The lengths are those at which code for
/// many blocks at one time takes another way.
/// </summary>
internal static class KnownAnswers
{
    private static readonly int[] _texts = [0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 192, 255, 256, 512, 1420, 1500];
    private static readonly int[] _messages = [0, 1, 32, 63, 64, 65, 128, 129, 148, 1420];

    // RFC 7748 section 6.1: Alice's private key, and Bob's public key.
    private static readonly byte[] _scalar =
        Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");

    private static readonly byte[] _point =
        Convert.FromHexString("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");

    // A point of order 8.
    private static readonly byte[] _smallOrder =
        Convert.FromHexString("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");

    /// <summary>Checks ChaCha20-Poly1305.</summary>
    /// <param name="aead">What to check.</param>
    /// <returns>Whether it is right.</returns>
    public static bool AreOf(IAead aead)
    {
        return Holds(() => _texts.All(length => IsRight(aead, length)));
    }

    /// <summary>Checks X25519.</summary>
    /// <param name="multiplier">What to check.</param>
    /// <returns>Whether it is right.</returns>
    public static bool AreOf(IX25519 multiplier)
    {
        CurveScratch scratch = new();
        X25519 own = new(scratch);
        X25519 hosts = new(scratch, multiplier);
        byte[] expected = new byte[X25519.KeySize];
        byte[] actual = new byte[X25519.KeySize];
        return Holds(() =>
        {
            own.MultiplyBase(expected, 0, _scalar, 0);
            hosts.MultiplyBase(actual, 0, _scalar, 0);
            return actual.SequenceEqual(expected) && new[] { _point, _smallOrder }.All(point =>
                own.Multiply(expected, 0, _scalar, 0, point, 0) == hosts.Multiply(actual, 0, _scalar, 0, point, 0)
                && actual.SequenceEqual(expected));
        });
    }

    /// <summary>Checks BLAKE2s.</summary>
    /// <param name="compression">What to check.</param>
    /// <returns>Whether it is right.</returns>
    public static bool AreOf(IBlake2sCompression compression)
    {
        Blake2s own = new();
        Blake2s hosts = new(compression);
        return Holds(() => _messages.All(length => Hash(hosts, length).SequenceEqual(Hash(own, length))));
    }

    // OpenSSL may also refuse to work.
    private static bool Holds(Func<bool> check)
    {
        try
        {
            return check();
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsRight(IAead aead, int length)
    {
        byte[] key = Counting(0x80, ChaCha20Poly1305.KeySize);
        byte[] nonce = Counting(0x40, ChaCha20Poly1305.NonceSize);
        byte[] ad = Counting(0x50, length % 33);
        byte[] text = Counting(length, length + ChaCha20Poly1305.TagSize);
        byte[] expected = [.. text];
        byte[] actual = [.. text];
        new ChaCha20Poly1305().Seal(key, 0, nonce, 0, ad, 0, ad.Length, expected, 0, length);
        aead.Seal(key, 0, nonce, 0, ad, 0, ad.Length, actual, 0, length);
        if (!actual.SequenceEqual(expected))
        {
            return false;
        }

        // A forgery leaves the buffer as it is.
        actual[length] ^= 1;
        expected[length] ^= 1;
        if (aead.Open(key, 0, nonce, 0, ad, 0, ad.Length, actual, 0, length) || !actual.SequenceEqual(expected))
        {
            return false;
        }

        actual[length] ^= 1;
        return aead.Open(key, 0, nonce, 0, ad, 0, ad.Length, actual, 0, length)
            && actual.AsSpan(0, length).SequenceEqual(text.AsSpan(0, length));
    }

    // The message does not start at a multiple of four bytes.
    private static byte[] Hash(Blake2s hash, int length)
    {
        byte[] digest = new byte[Blake2s.DigestSize];
        byte[] message = Counting(length, length + 1);
        hash.BeginKeyed(Blake2s.DigestSize, message, 0, Math.Min(length, 1));
        hash.Update(message, 1, length);
        hash.Finish(digest, 0);
        return digest;
    }

    private static byte[] Counting(int first, int length)
    {
        return [.. Enumerable.Range(first, length).Select(i => (byte)i)];
    }
}
