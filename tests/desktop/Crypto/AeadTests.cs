using System.Linq;
using CsCheck;
using NSec.Cryptography;
using Xunit;
using ChaCha20Poly1305 = Spore.Crypto.ChaCha20Poly1305;
using XChaCha20Poly1305 = Spore.Crypto.XChaCha20Poly1305;

namespace Spore.Tests.Crypto;

/// <summary>What ChaCha20-Poly1305 and its relative with the long nonce have to hold alike.</summary>
public abstract class AeadTests
{
    private readonly AeadAlgorithm _reference;
    private readonly int _nonceSize;

    protected AeadTests(AeadAlgorithm reference, int nonceSize)
    {
        _reference = reference;
        _nonceSize = nonceSize;
    }

    protected abstract void Seal(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[]? ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length);

    protected abstract bool Open(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[]? ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length);

    protected abstract object Subject { get; }

    protected byte[] Sealed(byte[] key, byte[] nonce, byte[] ad, byte[] plaintext)
    {
        byte[] buffer = Bytes.Inside(plaintext, plaintext.Length + 16);
        int m = Bytes.Margin;
        Seal(Bytes.Inside(key), m, Bytes.Inside(nonce), m, Bytes.Inside(ad), m, ad.Length, buffer, m, plaintext.Length);
        return Bytes.Between(buffer);
    }

    // Null when it was refused; then the buffer has been seen to be untouched.
    protected byte[]? Opened(byte[] key, byte[] nonce, byte[] ad, byte[] ciphertext)
    {
        byte[] buffer = Bytes.Inside(ciphertext);
        int m = Bytes.Margin;
        if (!Open(
            Bytes.Inside(key),
            m,
            Bytes.Inside(nonce),
            m,
            Bytes.Inside(ad),
            m,
            ad.Length,
            buffer,
            m,
            ciphertext.Length - 16))
        {
            Assert.Equal(ciphertext, Bytes.Between(buffer));
            return null;
        }

        byte[] opened = Bytes.Between(buffer);
        Assert.Equal(ciphertext[^16..], opened[^16..]);
        return opened[..^16];
    }

    private void Compare(byte[] key, byte[] nonce, byte[] ad, byte[] plaintext)
    {
        using Key referenceKey = Key.Import(_reference, key, KeyBlobFormat.RawSymmetricKey);
        byte[] expected = _reference.Encrypt(referenceKey, nonce, ad, plaintext);
        byte[] actual = Sealed(key, nonce, ad, plaintext);
        Assert.Equal(expected, actual);
        Assert.Equal(plaintext, Opened(key, nonce, ad, actual));
    }

    [Fact]
    public void Agrees_with_the_reference_at_every_length()
    {
        foreach (int length in Enumerable.Range(0, 301).Concat([1420, 1500]))
        {
            Compare(
                Bytes.Random(length, 32),
                Bytes.Random(length + 1000, _nonceSize),
                Bytes.Random(length + 2000, length % 41),
                Bytes.Random(length + 3000, length));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_at_every_length_of_associated_data()
    {
        for (int adLength = 0; adLength <= 40; adLength++)
        {
            Compare(
                Bytes.Random(adLength, 32),
                Bytes.Random(adLength + 1000, _nonceSize),
                Bytes.Random(adLength + 2000, adLength),
                Bytes.Random(adLength + 3000, 70));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_on_random_input()
    {
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[_nonceSize], Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 300])
            .Sample(Compare, iter: 1000, threads: 1);
    }

    // Ones everywhere carry furthest.
    [Fact]
    public void Agrees_with_the_reference_on_lopsided_input()
    {
        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Const((byte)255), Gen.Byte);
        Gen.Select(lopsided.Array[32], lopsided.Array[_nonceSize], lopsided.Array[0, 40], lopsided.Array[0, 300])
            .Sample(Compare, iter: 1000, threads: 1);
    }

    [Fact]
    public void Associated_data_may_be_null_when_there_is_none()
    {
        byte[] key = Bytes.Random(1, 32);
        byte[] nonce = Bytes.Random(2, _nonceSize);
        byte[] buffer = new byte[10 + 16];
        Seal(key, 0, nonce, 0, null, 0, 0, buffer, 0, 10);
        Assert.Equal(Sealed(key, nonce, [], new byte[10]), buffer);
        Assert.True(Open(key, 0, nonce, 0, null, 0, 0, buffer, 0, 10));
        Assert.Equal(new byte[10], buffer[..10]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(130)]
    public void Refuses_every_flipped_bit_and_leaves_the_buffer_alone(int length)
    {
        byte[] key = Bytes.Random(1, 32);
        byte[] nonce = Bytes.Random(2, _nonceSize);
        byte[] ad = Bytes.Random(3, 17);
        byte[] plaintext = Bytes.Random(4, length);
        byte[] whole = Sealed(key, nonce, ad, plaintext);
        Assert.Equal(plaintext, Opened(key, nonce, ad, whole));
        foreach (byte[] part in new[] { key, nonce, ad, whole })
        {
            for (int bit = 0; bit < part.Length * 8; bit++)
            {
                part[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Null(Opened(key, nonce, ad, whole));
                part[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }

        Assert.Equal(plaintext, Opened(key, nonce, ad, whole));
    }

    [Fact]
    public void Refuses_other_lengths_of_the_same_bytes()
    {
        byte[] key = Bytes.Random(1, 32);
        byte[] nonce = Bytes.Random(2, _nonceSize);
        byte[] ad = Bytes.Random(3, 32);
        byte[] whole = Sealed(key, nonce, ad, Bytes.Random(4, 64));
        for (int cut = 1; cut <= 64; cut++)
        {
            Assert.Null(Opened(key, nonce, ad, whole[..^cut]));
            Assert.Null(Opened(key, nonce, ad, whole[cut..]));
        }

        for (int cut = 1; cut <= 32; cut++)
        {
            Assert.Null(Opened(key, nonce, ad[..^cut], whole));
        }

        Assert.Null(Opened(key, nonce, [.. ad, 0], whole));
    }

    [Fact]
    public void Leaves_nothing_in_its_scratch()
    {
        byte[] whole = Sealed(
            Bytes.Random(1, 32), Bytes.Random(2, _nonceSize), Bytes.Random(3, 5), Bytes.Random(4, 100));
        Scratch.AssertWiped(Subject);
        Assert.NotNull(Opened(Bytes.Random(1, 32), Bytes.Random(2, _nonceSize), Bytes.Random(3, 5), whole));
        Scratch.AssertWiped(Subject);
        whole[0] ^= 1;
        Assert.Null(Opened(Bytes.Random(1, 32), Bytes.Random(2, _nonceSize), Bytes.Random(3, 5), whole));
        Scratch.AssertWiped(Subject);
    }
}

public class ChaCha20Poly1305Tests : AeadTests
{
    private readonly ChaCha20Poly1305 _aead = new();

    public ChaCha20Poly1305Tests()
        : base(AeadAlgorithm.ChaCha20Poly1305, 12)
    {
    }

    protected override object Subject => _aead;

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
        _aead.Seal(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
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
        return _aead.Open(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }

    // RFC 8439 section 2.8.2.
    [Fact]
    public void Gives_the_answer_of_the_RFC()
    {
        byte[] ciphertext = Sealed(
            Bytes.Counting(0x80, 32),
            Bytes.Hex("070000004041424344454647"),
            Bytes.Hex("50515253c0c1c2c3c4c5c6c7"),
            System.Text.Encoding.ASCII.GetBytes(
                "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
                + "would be it."));
        Assert.Equal(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
            + "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
            + "3ff4def08e4b7a9de576d26586cec64b6116"
            + "1ae10b594f09e26a7e902ecbd0600691",
            Bytes.Hex(ciphertext));
    }

    // RFC 8439 appendix A.5.
    [Fact]
    public void Opens_the_message_of_the_RFC()
    {
        byte[]? plaintext = Opened(
            Bytes.Hex("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"),
            Bytes.Hex("000000000102030405060708"),
            Bytes.Hex("f33388860000000000004e91"),
            Bytes.Hex(
                "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
                + "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
                + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
                + "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
                + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
                + "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
                + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
                + "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
                + "a6ad5cb4022b02709b"
                + "eead9d67890cbb22392336fea1851f38"));
        Assert.Equal(
            "Internet-Drafts are draft documents valid for a maximum of six months and may be updated, replaced, or "
            + "obsoleted by other documents at any time. It is inappropriate to use Internet-Drafts as reference "
            + "material or to cite them other than as /\u201cwork in progress./\u201d",
            System.Text.Encoding.UTF8.GetString(plaintext!));
    }
}

public class XChaCha20Poly1305Tests : AeadTests
{
    private readonly XChaCha20Poly1305 _aead = new(new ChaCha20Poly1305());

    public XChaCha20Poly1305Tests()
        : base(AeadAlgorithm.XChaCha20Poly1305, 24)
    {
    }

    protected override object Subject => _aead;

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
        _aead.Seal(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
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
        return _aead.Open(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }

    // draft-irtf-cfrg-xchacha-03 appendix A.3.1.
    [Fact]
    public void Gives_the_answer_of_the_draft()
    {
        byte[] ciphertext = Sealed(
            Bytes.Counting(0x80, 32),
            Bytes.Counting(0x40, 24),
            Bytes.Hex("50515253c0c1c2c3c4c5c6c7"),
            System.Text.Encoding.ASCII.GetBytes(
                "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
                + "would be it."));
        Assert.Equal(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
            + "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
            + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
            + "21f9664c97637da9768812f615c68b13b52e"
            + "c0875924c1c7987947deafd8780acf49",
            Bytes.Hex(ciphertext));
    }
}
