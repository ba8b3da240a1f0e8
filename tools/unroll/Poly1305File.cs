using System.Collections.Generic;

namespace Spore.Unroll;

/// <summary>Poly1305's loop over blocks, in locals.</summary>
internal static class Poly1305File
{
    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: true);
        source.Block("internal sealed partial class Poly1305", () =>
        {
            source.Lines(
                """
                /// <summary>Adds each block, with a one above it, and multiplies by r (RFC 8439 section 2.5).</summary>
                /// <param name="state">r and the accumulator, five limbs each.</param>
                /// <param name="data">Holds the blocks.</param>
                /// <param name="offset">Where they start.</param>
                /// <param name="length">Bytes in them, of whole blocks.</param>
                """);
            source.Block(
                "internal static void Absorb(long[] state, byte[] data, int offset, int length)", () => Body(source));
        });
        return new UnrolledFile("firmware/Spore.Crypto/Poly1305.g.cs", source.ToString());
    }

    private static void Body(SourceWriter source)
    {
        source.Lines(
            """
            long m26 = 0x3FFFFFF;
            long m24 = 0xFFFFFF;
            long n5 = 5;
            long top = 1L << 24;
            """);
        for (int i = 0; i < 5; i++)
        {
            source.Line($"long r{i} = state[{i}];");
        }

        // 2^130 is 5.
        for (int i = 1; i < 5; i++)
        {
            source.Line($"long s{i} = r{i} * n5;");
        }

        for (int i = 0; i < 5; i++)
        {
            source.Line($"long h{i} = state[{5 + i}];");
        }

        source.Line("int end = offset + length;");
        source.Block("while (offset < end)", () =>
        {
            source.Lines(
                """
                long low = BitConverter.ToInt64(data, offset);
                long high = BitConverter.ToInt64(data, offset + 8);
                h0 += low & m26;
                h1 += (low >> 26) & m26;
                h2 += ((low >> 52) & 0xFFF) | ((high << 12) & m26);
                h3 += (high >> 14) & m26;
                h4 += ((high >> 40) & m24) | top;
                """);
            source.Block(string.Empty, () =>
            {
                for (int k = 0; k < 5; k++)
                {
                    List<string> terms = [];
                    if (k > 0)
                    {
                        terms.Add($"(t{k - 1} >> 26)");
                    }

                    for (int i = 0; i < 5; i++)
                    {
                        terms.Add(i <= k ? $"h{i} * r{k - i}" : $"h{i} * s{k + 5 - i}");
                    }

                    source.Line($"long t{k} = {string.Join(" + ", terms)};");
                    source.Line($"long g{k} = t{k} & m26;");
                }

                source.Lines(
                    """
                    long t5 = ((t4 >> 26) * n5) + g0;
                    h0 = t5 & m26;
                    h1 = (t5 >> 26) + g1;
                    h2 = g2;
                    h3 = g3;
                    h4 = g4;
                    """);
            });
            source.Line("offset += BlockSize;");
        });
        for (int i = 0; i < 5; i++)
        {
            source.Line($"state[{5 + i}] = h{i};");
        }
    }
}
