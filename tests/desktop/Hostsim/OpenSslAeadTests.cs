using System;
using System.Linq;
using NSec.Cryptography;
using Spore.Hostsim.Crypto;
using Spore.Tests.Crypto;
using Xunit;
using ChaCha20Poly1305 = Spore.Crypto.ChaCha20Poly1305;

namespace Spore.Tests.Hostsim;

/// <summary>All that the core's own AEAD has to hold, and the same bytes as that one.</summary>
public class OpenSslAeadTests : AeadTests
{
    private readonly OpenSslAead? _aead = OpenSslAead.TryCreate();

    public OpenSslAeadTests()
        : base(AeadAlgorithm.ChaCha20Poly1305, 12)
    {
        Assert.SkipWhen(_aead == null, "needs OpenSSL");
    }

    protected override object Subject => _aead!;

    [Fact]
    public void Agrees_with_the_cores_own_packet_for_packet()
    {
        ChaCha20Poly1305 own = new();
        Random random = new(1);
        foreach (int length in Enumerable.Range(0, 1521))
        {
            byte[] key = Bytes.Random(random.Next(), 64);
            byte[] nonce = Bytes.Random(random.Next(), 12);
            byte[] plaintext = Bytes.Random(random.Next(), length + 48);
            int start = random.Next(32);
            byte[] expected = [.. plaintext];
            byte[] actual = [.. plaintext];
            own.Seal(key, start, nonce, 0, null, 0, 0, expected, start, length);
            _aead!.Seal(key, start, nonce, 0, null, 0, 0, actual, start, length);
            Assert.Equal(expected, actual);

            byte[] forged = [.. expected];
            forged[start + random.Next(length + 16)] ^= (byte)(1 << random.Next(8));
            byte[] before = [.. forged];
            Assert.False(_aead.Open(key, start, nonce, 0, null, 0, 0, forged, start, length));
            Assert.Equal(before, forged);

            Assert.True(own.Open(key, start, nonce, 0, null, 0, 0, expected, start, length));
            Assert.True(_aead.Open(key, start, nonce, 0, null, 0, 0, actual, start, length));
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Demands_room_for_the_tag()
    {
        byte[] key = new byte[32];
        byte[] nonce = new byte[12];
        byte[] buffer = new byte[100];
        Assert.ThrowsAny<ArgumentException>(() => _aead!.Seal(key, 0, nonce, 0, null, 0, 0, buffer, 0, 85));
        Assert.ThrowsAny<ArgumentException>(() => _aead!.Open(key, 0, nonce, 0, null, 0, 0, buffer, 10, 75));
        Assert.ThrowsAny<ArgumentException>(() => _aead!.Seal(key, 1, nonce, 0, null, 0, 0, buffer, 0, 84));
        Assert.ThrowsAny<ArgumentException>(() => _aead!.Seal(key, 0, nonce, 1, null, 0, 0, buffer, 0, 84));
    }

    protected override void Seal(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[]? ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        _aead!.Seal(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }

    protected override bool Open(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[]? ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        return _aead!.Open(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }
}
