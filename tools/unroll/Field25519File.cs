using System.Linq;

namespace Spore.Unroll;

/// <summary>Products, squares and inverses of the field of 2^255 - 19, on arrays.</summary>
internal static class Field25519File
{
    // The inverse works on nine limbs of 30 bits.
    private const int Limbs = 9;
    private const int StepsInTurn = 3;

    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: true);
        FieldWriter field = new(source);
        source.Block("internal static partial class Field25519", () =>
        {
            source.Line("/// <summary>a * b, reduced.</summary>");
            source.Block("internal static void Multiply(long[] result, long[] a, long[] b)", () =>
            {
                field.Constants();
                field.Load("f", "a");
                field.Load("g", "b");
                field.Declare("h");
                field.DeclareDoubled(squares: false);
                field.Multiply("h", "f", "g");
                field.Store("result", "h");
            });
            source.Line();
            source.Line(
                "/// <summary>a squared <paramref name=\"times\"/> times over, reduced; at least once.</summary>");
            source.Block("internal static void Square(long[] result, long[] a, int times)", () =>
            {
                field.Constants();
                field.Load("f", "a");
                field.Declare("h");
                field.DeclareDoubled(squares: true);
                source.Block("while (true)", () =>
                {
                    field.Square("h", "f");
                    source.Block("if (--times == 0)", () => source.Line("break;"));
                    field.Copy("f", "h");
                });
                field.Store("result", "h");
            });
            source.Line();
            source.Lines(
                """
                /// <summary>
                /// The inverse of a, and zero for zero, in time that does not depend on it: "Fast constant-time gcd
                /// computation and modular inversion" (Bernstein and Yang, 2019) with the half-delta variant of 590
                /// division steps, as libsecp256k1's doc/safegcd_implementation.md describes it.
                /// </summary>
                /// <param name="result">Takes the inverse, reduced; may be a.</param>
                /// <param name="a">The element.</param>
                /// <param name="scratch">32 bytes, wiped after use.</param>
                """);
            source.Block("internal static void Invert(long[] result, long[] a, byte[] scratch)", () => Invert(source));
        });
        return new UnrolledFile("firmware/Spore.Crypto/Field25519.g.cs", source.ToString());
    }

    private static void Invert(SourceWriter source)
    {
        source.Lines(
            """
            long m30 = 0x3FFFFFFF;
            long inverse = INVERSE; // of the modulus, modulo 2^30
            Store(scratch, 0, a);
            """.Replace("INVERSE", $"0x{InverseOfModulus():X}"));

        // f is the modulus and g the element; d and e, times the element, are f and g modulo the modulus.
        for (int i = 0; i < Limbs; i++)
        {
            int at = System.Math.Min(30 * i / 8, 24);
            source.Line($"long f{i} = {i switch { 0 => "-19", 8 => "0x8000", _ => "0" }};");
            source.Line($"long g{i} = (BitConverter.ToInt64(scratch, {at}) >> {(30 * i) - (8 * at)}) & m30;");
            source.Line($"long d{i} = 0;");
            source.Line($"long e{i} = {(i == 0 ? 1 : 0)};");
        }

        source.Line("Array.Clear(scratch, 0, 32);");
        source.Line("long zeta = -1;");
        source.Block("for (int turn = 0; turn < 20; turn++)", () =>
        {
            // Thirty steps on the low limbs alone. uv and qr hold two entries each of the matrix that they amount to,
            // the second times 2^32.
            source.Lines(
                """
                long f = f0;
                long g = g0;
                long uv = 1;
                long qr = 1L << 32;
                """);
            source.Block($"for (int step = 0; step < {30 / StepsInTurn}; step++)", () =>
            {
                for (int i = 0; i < StepsInTurn; i++)
                {
                    source.Lines(
                        """
                        {
                            long swap = zeta >> 63;
                            long odd = -(g & 1);
                            g = (((f ^ swap) - swap) & odd) + g;
                            qr = (((uv ^ swap) - swap) & odd) + qr;
                            swap &= odd;
                            zeta = (zeta ^ swap) - 1;
                            f = (g & swap) + f;
                            uv = (qr & swap) + uv;
                            g >>= 1;
                            uv <<= 1;
                        }
                        """);
                }
            });
            source.Lines(
                """
                long u = (int)uv;
                long v = (uv - u) >> 32;
                long q = (int)qr;
                long r = (qr - q) >> 32;
                """);

            // What is added of the modulus makes d and e multiples of 2^30 and keeps them between -2 and 1 of it.
            source.Lines(
                """
                long sd = d8 >> 63;
                long se = e8 >> 63;
                long cd = (u * d0) + (v * e0);
                long ce = (q * d0) + (r * e0);
                long md = (u & sd) + (v & se);
                long me = (q & sd) + (r & se);
                md -= ((inverse * cd) + md) & m30;
                me -= ((inverse * ce) + me) & m30;
                cd -= 19 * md;
                ce -= 19 * me;
                """);
            for (int i = 1; i < Limbs; i++)
            {
                string top = i == Limbs - 1 ? " + (M << 15)" : string.Empty;
                source.Line($"cd = (cd >> 30) + (u * d{i}) + (v * e{i}){top.Replace("M", "md")};");
                source.Line($"ce = (ce >> 30) + (q * d{i}) + (r * e{i}){top.Replace("M", "me")};");
                source.Line($"d{i - 1} = cd & m30;");
                source.Line($"e{i - 1} = ce & m30;");
            }

            source.Line("d8 = cd >> 30;");
            source.Line("e8 = ce >> 30;");
            source.Line("cd = (u * f0) + (v * g0);");
            source.Line("ce = (q * f0) + (r * g0);");
            for (int i = 1; i < Limbs; i++)
            {
                source.Line($"cd = (cd >> 30) + (u * f{i}) + (v * g{i});");
                source.Line($"ce = (ce >> 30) + (q * f{i}) + (r * g{i});");
                source.Line($"f{i - 1} = cd & m30;");
                source.Line($"g{i - 1} = ce & m30;");
            }

            source.Line("f8 = cd >> 30;");
            source.Line("g8 = ce >> 30;");
        });

        // f is 1 or -1 now, and d the inverse or its negative; twice the modulus makes it positive.
        source.Line("long sign = f8 >> 63;");
        for (int i = 0; i < Limbs; i++)
        {
            string carry = i == 0 ? " - 38" : $" + (d{i - 1} >> 30)";
            source.Line($"d{i} = ((d{i} ^ sign) - sign){carry}{(i == Limbs - 1 ? " + 0x10000" : string.Empty)};");
            if (i > 0)
            {
                source.Line($"d{i - 1} &= m30;");
            }
        }

        for (int i = 0; i < FieldWriter.Limbs; i++)
        {
            int bit = ((51 * i) + 1) / 2;
            int limb = bit / 30;
            int shift = bit % 30;
            string low = shift == 0 ? $"d{limb}" : $"(d{limb} >> {shift})";
            string both = shift + FieldWriter.Bits(i) > 30 || i == 9 ? $"({low} | (d{limb + 1} << {30 - shift}))" : low;
            source.Line(
                i == 9 ? $"long top = {both};" : $"result[{i}] = {both} & 0x{(1 << FieldWriter.Bits(i)) - 1:X};");
        }

        source.Line("result[9] = top & 0x1FFFFFF;");
        source.Line("result[0] += 19 * (top >> 25);");
    }

    private static long InverseOfModulus()
    {
        long modulus = -19;
        return Enumerable.Range(0, 5).Aggregate(1L, (x, _) => (x * (2 - (modulus * x))) & 0x3FFFFFFF);
    }
}
