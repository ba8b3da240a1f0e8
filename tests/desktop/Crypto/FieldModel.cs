using System;

namespace Spore.Tests.Crypto;

/// <summary>
/// The plain form of what is unrolled for the field of 2^255 - 19: the same numbers in the same ten limbs, in loops.
/// </summary>
internal static class FieldModel
{
    internal const int Limbs = 10;

    /// <summary>a + b, limb by limb.</summary>
    internal static long[] Add(long[] a, long[] b)
    {
        return Map(i => a[i] + b[i]);
    }

    /// <summary>a - b, limb by limb.</summary>
    internal static long[] Subtract(long[] a, long[] b)
    {
        return Map(i => a[i] - b[i]);
    }

    /// <summary>a * b, each column carried into the next, and the first two once more.</summary>
    internal static long[] Multiply(long[] a, long[] b)
    {
        long[] columns = new long[Limbs];
        for (int i = 0; i < Limbs; i++)
        {
            for (int j = 0; j < Limbs; j++)
            {
                // Limb i has the weight of 2^ceil(25.5 i), and 2^255 is 19.
                long product = checked(a[i] * b[j] * ((i & j & 1) + 1));
                int k = i + j;
                checked
                {
                    columns[k % Limbs] += k < Limbs ? product : 19 * product;
                }
            }
        }

        return Carry(columns);
    }

    /// <summary>a * factor + b, carried the same way.</summary>
    internal static long[] MultiplySmallAndAdd(long[] a, long factor, long[] b)
    {
        return Carry(Map(i => checked((a[i] * factor) + b[i])));
    }

    /// <summary>a^(2^255 - 21), the inverse, by squaring and multiplying.</summary>
    internal static long[] Invert(long[] a)
    {
        long[] power = (long[])a.Clone();
        for (int bit = 253; bit >= 0; bit--)
        {
            power = Multiply(power, power);
            if (bit is not 2 and not 4)
            {
                power = Multiply(power, a);
            }
        }

        return power;
    }

    private static long[] Carry(long[] columns)
    {
        long[] limbs = (long[])columns.Clone();
        for (int i = 0; i < Limbs - 1; i++)
        {
            Move(limbs, i, i + 1, 1);
        }

        Move(limbs, Limbs - 1, 0, 19);
        Move(limbs, 0, 1, 1);
        return limbs;
    }

    private static void Move(long[] limbs, int from, int to, long times)
    {
        int bits = from % 2 == 0 ? 26 : 25;
        checked
        {
            limbs[to] += times * (limbs[from] >> bits);
        }

        limbs[from] &= (1L << bits) - 1;
    }

    private static long[] Map(Func<int, long> limb)
    {
        long[] result = new long[Limbs];
        for (int i = 0; i < Limbs; i++)
        {
            result[i] = limb(i);
        }

        return result;
    }
}
