namespace Spore.Unroll;

/// <summary>SHA-512's compression function, sixteen rounds a turn, with the message schedule in locals.</summary>
internal static class Sha512File
{
    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: true);
        source.Block("public sealed partial class Sha512", () =>
        {
            source.Line("// FIPS 180-4 section 6.4.2.");
            source.Block("private void Compress(byte[] block, int offset)", () => Body(source));
        });
        return new UnrolledFile("firmware/Spore.Crypto/Sha512.g.cs", source.ToString());
    }

    private static void Body(SourceWriter source)
    {
        source.Lines(
            """
            ulong[] k = _roundConstants;
            ulong[] state = _h;
            ulong m8 = 0x00FF00FF00FF00FF;
            ulong m16 = 0x0000FFFF0000FFFF;
            """);
        for (int i = 0; i < 16; i++)
        {
            source.Line($"ulong w{i} = BitConverter.ToUInt64(block, offset{(i == 0 ? string.Empty : $" + {8 * i}")});");
            source.Line($"w{i} = ((w{i} & m8) << 8) | ((w{i} >> 8) & m8);");
            source.Line($"w{i} = ((w{i} & m16) << 16) | ((w{i} >> 16) & m16);");
            source.Line($"w{i} = (w{i} << 32) | (w{i} >> 32);");
        }

        for (int i = 0; i < 8; i++)
        {
            source.Line($"ulong {Name(i)} = state[{i}];");
        }

        source.Line("int t = 0;");
        source.Block("while (true)", () =>
        {
            for (int i = 0; i < 16; i++)
            {
                Round(source, i);
            }

            source.Line("t += 16;");
            source.Block("if (t == 80)", () => source.Line("break;"));
            for (int i = 0; i < 16; i++)
            {
                string x = $"w{(i + 1) % 16}";
                string y = $"w{(i + 14) % 16}";
                source.Line(
                    $"w{i} += (({x} >> 1 | {x} << 63) ^ ({x} >> 8 | {x} << 56) ^ {x} >> 7) + w{(i + 9) % 16}"
                    + $" + (({y} >> 19 | {y} << 45) ^ ({y} >> 61 | {y} << 3) ^ {y} >> 6);");
            }
        });
        for (int i = 0; i < 8; i++)
        {
            source.Line($"state[{i}] += {Name(i)};");
        }
    }

    // The eight variables turn by one a round, so that none has to be moved.
    private static void Round(SourceWriter source, int round)
    {
        string a = Name(-round), b = Name(1 - round), c = Name(2 - round), d = Name(3 - round);
        string e = Name(4 - round), f = Name(5 - round), g = Name(6 - round), h = Name(7 - round);
        source.Block(string.Empty, () =>
        {
            source.Line(
                $"ulong sum = {h} + (({e} >> 14 | {e} << 50) ^ ({e} >> 18 | {e} << 46) ^ ({e} >> 41 | {e} << 23))"
                + $" + ({g} ^ {e} & ({f} ^ {g})) + k[t{(round == 0 ? string.Empty : $" + {round}")}] + w{round};");
            source.Line($"{d} = sum + {d};");
            source.Line(
                $"{h} = sum + (({a} >> 28 | {a} << 36) ^ ({a} >> 34 | {a} << 30) ^ ({a} >> 39 | {a} << 25))"
                + $" + ({a} & {b} | {c} & ({a} | {b}));");
        });
    }

    private static string Name(int index)
    {
        return ((char)('a' + ((index + 16) % 8))).ToString();
    }
}
