using CsCheck;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public class VersionTextTests
{
    [Theory]
    [InlineData(1UL, "1")]
    [InlineData(12UL, "12")]
    [InlineData(0xFFFF_FFFF_FFFFUL, "281474976710655")]
    [InlineData(0x0001_0000_0000_0001UL, "1.1")]
    [InlineData(0x0003_0000_0000_000CUL, "3.12")]
    [InlineData(ulong.MaxValue, "65535.281474976710655")]
    public void A_version_is_written_with_its_epoch_where_it_has_one(ulong version, string text)
    {
        Assert.Equal(text, VersionText.Format(version));
        Assert.Equal(version, VersionText.TryParse(text));
    }

    [Fact]
    public void Every_version_comes_back()
    {
        Gen.ULong.Where(v => VersionText.Revision(v) != 0).Sample(version =>
        {
            Assert.Equal(version, VersionText.TryParse(VersionText.Format(version)));
            Assert.Equal(version, VersionText.Make(VersionText.Epoch(version), VersionText.Revision(version)));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("0")]
    [InlineData("+1")]
    [InlineData("1 ")]
    [InlineData("1.")]
    [InlineData(".1")]
    [InlineData("0.1")]
    [InlineData("3.0")]
    [InlineData("03.1")]
    [InlineData("1.2.3")]
    [InlineData("1,2")]
    [InlineData("65536.1")]
    [InlineData("281474976710656")]
    [InlineData("1.281474976710656")]
    [InlineData("18446744073709551615")]
    public void Anything_else_is_refused(string text) => Assert.Null(VersionText.TryParse(text));
}
