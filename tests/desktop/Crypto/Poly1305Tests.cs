using CsCheck;
using Org.BouncyCastle.Crypto.Parameters;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class Poly1305Tests
{
    private readonly Poly1305 _authenticator = new();

    // RFC 8439 appendix A.3, those of whole blocks: 1, and 7 to 11, where numbers come near 2^130 - 5 and 2^128.
    [Theory]
    [InlineData(
        "",
        "",
        "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "00000000000000000000000000000000",
        "")]
    [InlineData("02", "", "ffffffffffffffffffffffffffffffff", "03")]
    [InlineData("02", "ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03")]
    [InlineData(
        "01",
        "",
        "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000",
        "05")]
    [InlineData(
        "01",
        "",
        "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101",
        "")]
    [InlineData("02", "", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff")]
    [InlineData(
        "01000000000000000400000000000000",
        "",
        "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000"
        + "01000000000000000000000000000000",
        "14000000000000005500000000000000")]
    [InlineData(
        "01000000000000000400000000000000",
        "",
        "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000",
        "13")]
    public void Gives_the_answers_of_the_RFC(string r, string s, string message, string expected)
    {
        byte[] data = Bytes.Hex(message);
        byte[] tag = new byte[16];
        _authenticator.Begin(Bytes.Hex(r.PadRight(32, '0') + s.PadRight(32, '0')), 0);
        _authenticator.UpdatePadded(data, 0, data.Length);
        _authenticator.Finish(tag, 0);
        Assert.Equal(expected.PadRight(32, '0'), Bytes.Hex(tag));
    }

    // Mostly ones, so that the sums come near the modulus from both sides.
    [Fact]
    public void Agrees_with_the_reference()
    {
        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Const((byte)255), Gen.Byte);
        Gen.Select(lopsided.Array[32], lopsided.Array[16], Gen.Int[0, 8], lopsided.Array[0, 40]).Sample(
            (key, block, times, rest) =>
            {
                byte[] padded = new byte[(times * 16) + ((rest.Length + 15) / 16 * 16)];
                for (int i = 0; i < times; i++)
                {
                    block.CopyTo(padded, i * 16);
                }

                rest.CopyTo(padded, times * 16);
                Org.BouncyCastle.Crypto.Macs.Poly1305 reference = new();
                reference.Init(new KeyParameter(key));
                reference.BlockUpdate(padded, 0, padded.Length);
                byte[] expected = new byte[16];
                reference.DoFinal(expected, 0);

                byte[] tag = Bytes.Inside(new byte[16]);
                _authenticator.Begin(Bytes.Inside(key), Bytes.Margin);
                _authenticator.UpdatePadded(padded, 0, times * 16);
                _authenticator.UpdatePadded(Bytes.Inside(rest), Bytes.Margin, rest.Length);
                _authenticator.Finish(tag, Bytes.Margin);
                Assert.Equal(expected, Bytes.Between(tag));
            },
            iter: 3000,
            threads: 1);
    }
}
