using System;

namespace Spore.Crypto;

/// <summary>
/// Known answers for every primitive, to be computed at power-on before the first packet. They are in an object of
/// their own, which is garbage afterwards.
/// </summary>
public sealed class SelfTest
{
    private const string Text =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would "
        + "be it.";

    // RFC 7748 section 6.1: Alice's private and public key, Bob's public key, what they share.
    private readonly byte[] _scalar = new byte[]
    {
        0x77, 0x07, 0x6D, 0x0A, 0x73, 0x18, 0xA5, 0x7D, 0x3C, 0x16, 0xC1, 0x72, 0x51, 0xB2, 0x66, 0x45,
        0xDF, 0x4C, 0x2F, 0x87, 0xEB, 0xC0, 0x99, 0x2A, 0xB1, 0x77, 0xFB, 0xA5, 0x1D, 0xB9, 0x2C, 0x2A,
    };

    private readonly byte[] _scalarPublic = new byte[]
    {
        0x85, 0x20, 0xF0, 0x09, 0x89, 0x30, 0xA7, 0x54, 0x74, 0x8B, 0x7D, 0xDC, 0xB4, 0x3E, 0xF7, 0x5A,
        0x0D, 0xBF, 0x3A, 0x0D, 0x26, 0x38, 0x1A, 0xF4, 0xEB, 0xA4, 0xA9, 0x8E, 0xAA, 0x9B, 0x4E, 0x6A,
    };

    private readonly byte[] _point = new byte[]
    {
        0xDE, 0x9E, 0xDB, 0x7D, 0x7B, 0x7D, 0xC1, 0xB4, 0xD3, 0x5B, 0x61, 0xC2, 0xEC, 0xE4, 0x35, 0x37,
        0x3F, 0x83, 0x43, 0xC8, 0x5B, 0x78, 0x67, 0x4D, 0xAD, 0xFC, 0x7E, 0x14, 0x6F, 0x88, 0x2B, 0x4F,
    };

    private readonly byte[] _shared = new byte[]
    {
        0x4A, 0x5D, 0x9D, 0x5B, 0xA4, 0xCE, 0x2D, 0xE1, 0x72, 0x8E, 0x3B, 0xF4, 0x80, 0x35, 0x0F, 0x25,
        0xE0, 0x7E, 0x21, 0xC9, 0x47, 0xD1, 0x9E, 0x33, 0x76, 0xF0, 0x9B, 0x3C, 0x1E, 0x16, 0x17, 0x42,
    };

    // RFC 8439 section 2.8.2; draft-irtf-cfrg-xchacha appendix A.3.1 has the same text, data and key.
    private readonly byte[] _aeadAd = new byte[]
    {
        0x50, 0x51, 0x52, 0x53, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7,
    };

    private readonly byte[] _chaChaNonce = new byte[]
    {
        0x07, 0x00, 0x00, 0x00, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47,
    };

    private readonly byte[] _chaChaTag = new byte[]
    {
        0x1A, 0xE1, 0x0B, 0x59, 0x4F, 0x09, 0xE2, 0x6A, 0x7E, 0x90, 0x2E, 0xCB, 0xD0, 0x60, 0x06, 0x91,
    };

    private readonly byte[] _xChaChaNonce = new byte[]
    {
        0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F,
        0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57,
    };

    private readonly byte[] _xChaChaTag = new byte[]
    {
        0xC0, 0x87, 0x59, 0x24, 0xC1, 0xC7, 0x98, 0x79, 0x47, 0xDE, 0xAF, 0xD8, 0x78, 0x0A, 0xCF, 0x49,
    };

    // "abc": RFC 7693 appendix B.
    private readonly byte[] _blake2sDigest = new byte[]
    {
        0x50, 0x8C, 0x5E, 0x8C, 0x32, 0x7C, 0x14, 0xE2, 0xE1, 0xA7, 0x2B, 0xA3, 0x4E, 0xEB, 0x45, 0x2F,
        0x37, 0x45, 0x8B, 0x20, 0x9E, 0xD6, 0x3A, 0x29, 0x4D, 0x99, 0x9B, 0x4C, 0x86, 0x67, 0x59, 0x82,
    };

    // "abc" under the key 0, 1, ... 31, keyed and with HMAC.
    private readonly byte[] _blake2sKeyedDigest = new byte[]
    {
        0xA2, 0x81, 0xF7, 0x25, 0x75, 0x49, 0x69, 0xA7, 0x02, 0xF6, 0xFE, 0x36, 0xFC, 0x59, 0x1B, 0x7D,
        0xEF, 0x86, 0x6E, 0x4B, 0x70, 0x17, 0x3E, 0xCE, 0x40, 0x2F, 0xC0, 0x1C, 0x06, 0x4D, 0x6B, 0x65,
    };

    private readonly byte[] _hmacDigest = new byte[]
    {
        0x82, 0x62, 0x3B, 0xE5, 0xBC, 0x0A, 0x39, 0x1B, 0x24, 0xDC, 0xE5, 0x3E, 0x67, 0xD0, 0x28, 0xEF,
        0xF9, 0x2D, 0x58, 0x6D, 0xE0, 0x48, 0x5A, 0xC3, 0x78, 0x22, 0xE5, 0x97, 0xD0, 0x49, 0xC7, 0x4F,
    };

    // "abc": FIPS 180-4's example.
    private readonly byte[] _sha512Digest = new byte[]
    {
        0xDD, 0xAF, 0x35, 0xA1, 0x93, 0x61, 0x7A, 0xBA, 0xCC, 0x41, 0x73, 0x49, 0xAE, 0x20, 0x41, 0x31,
        0x12, 0xE6, 0xFA, 0x4E, 0x89, 0xA9, 0x7E, 0xA2, 0x0A, 0x9E, 0xEE, 0xE6, 0x4B, 0x55, 0xD3, 0x9A,
        0x21, 0x92, 0x99, 0x2A, 0x27, 0x4F, 0xC1, 0xA8, 0x36, 0xBA, 0x3C, 0x23, 0xA3, 0xFE, 0xEB, 0xBD,
        0x45, 0x4D, 0x44, 0x23, 0x64, 0x3C, 0xE8, 0x0E, 0x2A, 0x9A, 0xC9, 0x4F, 0xA5, 0x4C, 0xA4, 0x9F,
    };

    // RFC 8032 section 7.1, test 3.
    private readonly byte[] _publicKey = new byte[]
    {
        0xFC, 0x51, 0xCD, 0x8E, 0x62, 0x18, 0xA1, 0xA3, 0x8D, 0xA4, 0x7E, 0xD0, 0x02, 0x30, 0xF0, 0x58,
        0x08, 0x16, 0xED, 0x13, 0xBA, 0x33, 0x03, 0xAC, 0x5D, 0xEB, 0x91, 0x15, 0x48, 0x90, 0x80, 0x25,
    };

    private readonly byte[] _message = new byte[]
    {
        0xAF, 0x82,
    };

    private readonly byte[] _signature = new byte[]
    {
        0x62, 0x91, 0xD6, 0x57, 0xDE, 0xEC, 0x24, 0x02, 0x48, 0x27, 0xE6, 0x9C, 0x3A, 0xBE, 0x01, 0xA3,
        0x0C, 0xE5, 0x48, 0xA2, 0x84, 0x74, 0x3A, 0x44, 0x5E, 0x36, 0x80, 0xD7, 0xDB, 0x5A, 0xC3, 0xAC,
        0x18, 0xFF, 0x9B, 0x53, 0x8D, 0x16, 0xF2, 0x90, 0xAE, 0x67, 0xF7, 0x60, 0x98, 0x4D, 0xC6, 0x59,
        0x4A, 0x7C, 0x15, 0xE9, 0x71, 0x6E, 0xD2, 0x8D, 0xC0, 0x27, 0xBE, 0xCE, 0xEA, 0x1E, 0xC4, 0x0A,
    };

    internal SelfTest()
    {
    }

    /// <summary>Runs every primitive against its known answers. Allocates; called once, at start.</summary>
    /// <returns>Null when all is well, else the name of the first primitive that failed.</returns>
    public static string Run()
    {
        return new SelfTest().RunAll();
    }

    internal string RunAll()
    {
        Blake2s blake2s = new Blake2s();
        if (!TestBlake2s(blake2s))
        {
            return nameof(Blake2s);
        }

        if (!TestHmac(new HmacBlake2s(blake2s)))
        {
            return nameof(HmacBlake2s);
        }

        ChaCha20Poly1305 aead = new ChaCha20Poly1305();
        if (!TestChaCha20Poly1305(aead))
        {
            return nameof(ChaCha20Poly1305);
        }

        if (!TestXChaCha20Poly1305(new XChaCha20Poly1305(aead)))
        {
            return nameof(XChaCha20Poly1305);
        }

        if (!TestX25519(new X25519()))
        {
            return nameof(X25519);
        }

        if (!TestSha512(new Sha512()))
        {
            return nameof(Sha512);
        }

        return TestEd25519(new Ed25519()) ? null : nameof(Ed25519);
    }

    private bool TestBlake2s(Blake2s hash)
    {
        byte[] text = Abc();
        byte[] digest = new byte[Blake2s.DigestSize];
        hash.Begin(Blake2s.DigestSize);
        hash.Update(text, 0, text.Length);
        hash.Finish(digest, 0);
        if (!Same(digest, _blake2sDigest))
        {
            return false;
        }

        hash.BeginKeyed(Blake2s.DigestSize, Counting(0, 32), 0, 32);
        hash.Update(text, 0, text.Length);
        hash.Finish(digest, 0);
        return Same(digest, _blake2sKeyedDigest);
    }

    private bool TestHmac(HmacBlake2s hmac)
    {
        byte[] text = Abc();
        byte[] mac = new byte[Blake2s.DigestSize];
        hmac.Begin(Counting(0, 32), 0, 32);
        hmac.Update(text, 0, text.Length);
        hmac.Finish(mac, 0);
        return Same(mac, _hmacDigest);
    }

    private bool TestChaCha20Poly1305(ChaCha20Poly1305 aead)
    {
        byte[] key = Counting(0x80, 32);
        byte[] buffer = SealRoom();
        int length = Text.Length;
        aead.Seal(key, 0, _chaChaNonce, 0, _aeadAd, 0, _aeadAd.Length, buffer, 0, length);
        if (!ConstantTime.Equal(buffer, length, _chaChaTag, 0, _chaChaTag.Length))
        {
            return false;
        }

        buffer[length] ^= 1;
        if (aead.Open(key, 0, _chaChaNonce, 0, _aeadAd, 0, _aeadAd.Length, buffer, 0, length))
        {
            return false;
        }

        buffer[length] ^= 1;
        return aead.Open(key, 0, _chaChaNonce, 0, _aeadAd, 0, _aeadAd.Length, buffer, 0, length) && IsText(buffer);
    }

    private bool TestXChaCha20Poly1305(XChaCha20Poly1305 aead)
    {
        byte[] key = Counting(0x80, 32);
        byte[] buffer = SealRoom();
        int length = Text.Length;
        aead.Seal(key, 0, _xChaChaNonce, 0, _aeadAd, 0, _aeadAd.Length, buffer, 0, length);
        if (!ConstantTime.Equal(buffer, length, _xChaChaTag, 0, _xChaChaTag.Length))
        {
            return false;
        }

        buffer[length] ^= 1;
        if (aead.Open(key, 0, _xChaChaNonce, 0, _aeadAd, 0, _aeadAd.Length, buffer, 0, length))
        {
            return false;
        }

        buffer[length] ^= 1;
        return aead.Open(key, 0, _xChaChaNonce, 0, _aeadAd, 0, _aeadAd.Length, buffer, 0, length) && IsText(buffer);
    }

    private bool TestX25519(X25519 x25519)
    {
        byte[] result = new byte[X25519.KeySize];
        x25519.MultiplyBase(result, 0, _scalar, 0);
        if (!Same(result, _scalarPublic))
        {
            return false;
        }

        if (!x25519.Multiply(result, 0, _scalar, 0, _point, 0) || !Same(result, _shared))
        {
            return false;
        }

        // The point of order 2 has nothing to share.
        return !x25519.Multiply(result, 0, _scalar, 0, new byte[X25519.KeySize], 0);
    }

    private bool TestSha512(Sha512 hash)
    {
        byte[] text = Abc();
        byte[] digest = new byte[Sha512.DigestSize];
        hash.Begin();
        hash.Update(text, 0, text.Length);
        hash.Finish(digest, 0);
        return Same(digest, _sha512Digest);
    }

    private bool TestEd25519(Ed25519 ed25519)
    {
        if (!ed25519.Verify(_publicKey, 0, _message, 0, _message.Length, _signature, 0))
        {
            return false;
        }

        byte[] other = new byte[_message.Length];
        Array.Copy(_message, 0, other, 0, other.Length);
        other[0] ^= 1;
        return !ed25519.Verify(_publicKey, 0, other, 0, other.Length, _signature, 0);
    }

    private static byte[] Abc()
    {
        return new byte[] { 0x61, 0x62, 0x63 };
    }

    private static byte[] Counting(int first, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(first + i);
        }

        return bytes;
    }

    private static byte[] SealRoom()
    {
        byte[] buffer = new byte[Text.Length + ChaCha20Poly1305.TagSize];
        for (int i = 0; i < Text.Length; i++)
        {
            buffer[i] = (byte)Text[i];
        }

        return buffer;
    }

    private static bool IsText(byte[] buffer)
    {
        for (int i = 0; i < Text.Length; i++)
        {
            if (buffer[i] != Text[i])
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(byte[] result, byte[] expected)
    {
        return ConstantTime.Equal(result, 0, expected, 0, expected.Length);
    }
}
