using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class ChaCha20Tests
{
    private readonly ChaCha20 _cipher = new();

    // RFC 8439 section 2.4.2.
    [Fact]
    public void Gives_the_answer_of_the_RFC()
    {
        byte[] buffer = System.Text.Encoding.ASCII.GetBytes(
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
            + "would be it.");
        _cipher.Xor(Bytes.Counting(0, 32), 0, 1, Bytes.Hex("000000000000004a00000000"), 0, buffer, 0, buffer.Length);
        Assert.Equal(
            "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b"
            + "f91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8"
            + "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab7793736"
            + "5af90bbf74a35be6b40b8eedf2785e42874d",
            Bytes.Hex(buffer));
    }

    // RFC 8439 appendix A.1: key stream blocks, by key, nonce and counter.
    [Theory]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 0,
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a37"
        + "6a43b8f41518a11cc387b669b2ee6586")]
    [InlineData(
        "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", 1,
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d5"
        + "31ed1f28510afb45ace10a1f4b794d6f")]
    public void Gives_the_key_stream_of_the_RFC(string key, string nonce, int counter, string expected)
    {
        byte[] buffer = new byte[64];
        _cipher.Xor(Bytes.Hex(key), 0, (uint)counter, Bytes.Hex(nonce), 0, buffer, 0, 64);
        Assert.Equal(expected, Bytes.Hex(buffer));
    }

    [Fact]
    public void Agrees_with_the_reference_over_many_blocks_from_zero()
    {
        for (int length = 0; length <= 400; length++)
        {
            byte[] key = Bytes.Random(length, 32);
            byte[] nonce = Bytes.Random(length + 1000, 12);
            byte[] data = Bytes.Random(length + 2000, length);
            ChaCha7539Engine reference = new();
            reference.Init(true, new ParametersWithIV(new KeyParameter(key), nonce));
            byte[] expected = new byte[length];
            reference.ProcessBytes(data, 0, length, expected, 0);
            byte[] buffer = Bytes.Inside(data);
            _cipher.Xor(
                Bytes.Inside(key), Bytes.Margin, 0, Bytes.Inside(nonce), Bytes.Margin, buffer, Bytes.Margin, length);
            Assert.Equal(expected, Bytes.Between(buffer));
        }
    }

    // draft-irtf-cfrg-xchacha-03 section 2.2.1.
    [Fact]
    public void Derives_the_key_of_the_draft()
    {
        byte[] derived = new byte[32];
        _cipher.Derive(derived, Bytes.Counting(0, 32), 0, Bytes.Hex("000000090000004a0000000031415927"), 0);
        Assert.Equal("82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc", Bytes.Hex(derived));
    }
}
