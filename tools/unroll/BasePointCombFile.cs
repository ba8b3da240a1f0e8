using System.Numerics;

namespace Spore.Unroll;

/// <summary>The multiples of the base point that a comb adds, as constants in code, which take no memory.</summary>
internal static class BasePointCombFile
{
    // The numbers of firmware/Spore.Crypto/BasePointComb.cs.
    private const int Teeth = 5;
    private const int ToothSpacing = 52;
    private const int Entries = 1 << (Teeth - 1);
    private const int Words = 12;

    private static readonly BigInteger _p = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger _d = Mod(-121665 * Inverse(121666));

    // RFC 8032 section 5.1.
    private static readonly (BigInteger X, BigInteger Y) _base =
        (
            BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
            Mod(4 * Inverse(5)));

    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: false);
        source.Block("internal static partial class BasePointComb", () =>
        {
            source.Lines(
                """
                /// <summary>Selects an entry of the table, in time that does not depend on which.</summary>
                /// <param name="result">Takes the entry, an affine addend; its Z is left alone.</param>
                /// <param name="index">Which entry: 0 to 15.</param>
                /// <param name="negative">All ones to negate it, else zero.</param>
                """);
            source.Block(
                "internal static void Select(EdwardsAddend result, long index, long negative)", () => Body(source));
        });
        return new UnrolledFile("firmware/Spore.Crypto/BasePointComb.g.cs", source.ToString());
    }

    private static void Body(SourceWriter source)
    {
        for (int i = 0; i < Entries; i++)
        {
            source.Line($"long is{i} = ((index ^ {i}) - 1) >> 63;");
        }

        Table(source);

        // A negated point has y + x and y - x exchanged, and the other sign of 2dxy.
        for (int i = 0; i < 4; i++)
        {
            source.Block(string.Empty, () =>
            {
                source.Line($"long change = (w{i} ^ w{i + 4}) & negative;");
                source.Line($"w{i} ^= change;");
                source.Line($"w{i + 4} ^= change;");
            });
        }

        source.Line("long[] limbs = result.Sum;");
        Unpack(source, 0, "X");
        source.Line("limbs = result.Difference;");
        Unpack(source, 4, "X");
        source.Line("limbs = result.T2d;");
        Unpack(source, 8, "((X) ^ negative) - negative");
    }

    private static void Table(SourceWriter source)
    {
        BigInteger[] entries = new BigInteger[Entries];
        for (int i = 0; i < Entries; i++)
        {
            (BigInteger x, BigInteger y) = Entry(i);
            entries[i] = Mod(y + x) + (Mod(y - x) << 256) + (Mod(2 * _d * x * y) << 512);
        }

        for (int word = 0; word < Words; word++)
        {
            source.Line($"long w{word} =");
            for (int i = 0; i < Entries; i++)
            {
                long value = (long)(ulong)((entries[i] >> (64 * word)) & ulong.MaxValue);
                source.Line($"    ({value}L & is{i}){(i == Entries - 1 ? ";" : " |")}");
            }
        }
    }

    private static void Unpack(SourceWriter source, int word, string form)
    {
        for (int i = 0; i < FieldWriter.Limbs; i++)
        {
            int bit = ((51 * i) + 1) / 2;
            int at = word + (bit / 64);
            int shift = bit % 64;
            int bits = FieldWriter.Bits(i);
            string value = shift == 0 ? $"w{at}" : $"(w{at} >> {shift})";
            if (shift + bits > 64)
            {
                value = $"(({value} & 0x{(1L << (64 - shift)) - 1:X}) | (w{at + 1} << {64 - shift}))";
            }

            source.Line($"limbs[{i}] = {form.Replace("X", $"{value} & 0x{(1 << bits) - 1:X}")};");
        }
    }

    // The topmost tooth counts as it is, another as it is when its bit of the index is set, else negated.
    private static (BigInteger X, BigInteger Y) Entry(int index)
    {
        BigInteger factor = BigInteger.Pow(2, (Teeth - 1) * ToothSpacing);
        for (int tooth = 0; tooth < Teeth - 1; tooth++)
        {
            factor += BigInteger.Pow(2, tooth * ToothSpacing) * (((index >> tooth) & 1) == 1 ? 1 : -1);
        }

        return Multiply(factor);
    }

    private static (BigInteger X, BigInteger Y) Multiply(BigInteger factor)
    {
        (BigInteger X, BigInteger Y) result = (0, 1);
        for (long i = (long)factor.GetBitLength() - 1; i >= 0; i--)
        {
            result = Add(result, result);
            if (((factor >> (int)i) & 1) == 1)
            {
                result = Add(result, _base);
            }
        }

        return result;
    }

    private static (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        BigInteger k = Mod(_d * a.X * b.X * a.Y * b.Y);
        return (Mod(((a.X * b.Y) + (a.Y * b.X)) * Inverse(1 + k)), Mod(((a.Y * b.Y) + (a.X * b.X)) * Inverse(1 - k)));
    }

    private static BigInteger Inverse(BigInteger x)
    {
        return BigInteger.ModPow(Mod(x), _p - 2, _p);
    }

    private static BigInteger Mod(BigInteger x)
    {
        return ((x % _p) + _p) % _p;
    }
}
