using System;
using CsCheck;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public class KeyTextTests
{
    [Fact]
    public void Keys_come_back_from_base64_and_hex()
    {
        Gen.Byte.Array[32].Sample(key =>
        {
            Assert.Equal(key, KeyText.TryParse(KeyText.Format(key)));
            Assert.Equal(key, KeyText.TryParse(Convert.ToHexString(key)));
            Assert.Equal(key, KeyText.TryParse(Convert.ToHexStringLower(key)));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_=")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("00000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("000000000000000000000000000000000000000000000000000000000000000g")]
    public void What_is_not_exactly_a_key_is_none(string text)
    {
        Assert.Null(KeyText.TryParse(text));
    }

    [Fact]
    public void Random_text_never_throws()
    {
        Gen.String.Sample(text => Assert.Null(KeyText.TryParse(text)));
    }
}
