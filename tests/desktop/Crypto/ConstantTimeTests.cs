using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class ConstantTimeTests
{
    [Fact]
    public void Equal_sees_a_difference_in_every_bit_of_the_run_and_none_outside_it()
    {
        byte[] a = [9, 1, 2, 3, 4, 9];
        for (int i = 0; i < 6 * 8; i++)
        {
            byte[] b = (byte[])a.Clone();
            b[i / 8] ^= (byte)(1 << (i % 8));
            bool inside = i / 8 is >= 1 and <= 4;
            Assert.Equal(!inside, ConstantTime.Equal(a, 1, b, 1, 4));
        }
    }

    [Fact]
    public void IsZero_sees_every_bit_of_the_run_and_none_outside_it()
    {
        for (int i = 0; i < 6 * 8; i++)
        {
            byte[] a = new byte[6];
            a[i / 8] = (byte)(1 << (i % 8));
            bool inside = i / 8 is >= 1 and <= 4;
            Assert.Equal(!inside, ConstantTime.IsZero(a, 1, 4));
        }
    }
}
