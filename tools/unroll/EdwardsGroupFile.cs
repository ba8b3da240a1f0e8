namespace Spore.Unroll;

/// <summary>Doubling and addition on edwards25519, each in locals.</summary>
internal static class EdwardsGroupFile
{
    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: false);
        FieldWriter field = new(source);
        source.Line(
            "/// <summary>The group law of edwards25519 in extended coordinates (RFC 8032 section 5.1.4). It is "
            + "complete.</summary>");
        source.Block("internal static class EdwardsGroup", () =>
        {
            source.Line(
                "/// <summary>Doubles a point, in place, a number of times, at least once. Its T is made anew and not "
                + "read.</summary>");
            source.Block("internal static void Double(EdwardsPoint point, int times)", () => Double(source, field));
            source.Line();
            source.Lines(
                """
                /// <summary>Adds to a point, in place.</summary>
                /// <param name="point">The point.</param>
                /// <param name="addend">What to add.</param>
                /// <param name="negated">To subtract it instead; not a secret.</param>
                /// <param name="affine">Whether the addend's Z is 1, and not read.</param>
                /// <param name="withT">Whether T is made; without it the point can only be doubled.</param>
                """);
            source.Block(
                "internal static void Add(EdwardsPoint point, EdwardsAddend addend, bool negated, bool affine, bool "
                + "withT)",
                () => Add(source, field));
        });
        return new UnrolledFile("firmware/Spore.Crypto/EdwardsGroup.g.cs", source.ToString());
    }

    // dbl-2008-hwcd, with signs as suit limbs of either sign.
    private static void Double(SourceWriter source, FieldWriter field)
    {
        field.Constants();
        Arrays(source, "point", "X", "Y", "Z", "T");
        field.Load("x", "arrayX");
        field.Load("y", "arrayY");
        field.Load("z", "arrayZ");
        field.Declare("a", "b", "c", "e");
        field.DeclareDoubled(squares: true);
        source.Block("while (true)", () =>
        {
            field.Add("a", "x", "y");
            field.Square("e", "a");
            field.Square("a", "x");
            field.Square("b", "y");
            field.Square("c", "z");
            field.Add("z", "b", "a");           // Y^2 + X^2
            field.Subtract("b", "b", "a");      // Y^2 - X^2
            field.Subtract("e", "e", "z");      // 2XY
            field.DoubleAndSubtract("c", "c", "b"); // 2Z^2 - Y^2 + X^2
            field.Multiply("x", "e", "c");
            field.Multiply("y", "z", "b");
            field.Multiply("a", "b", "c");
            source.Block("if (--times == 0)", () => source.Line("break;"));
            field.Copy("z", "a");
        });
        MakeT(source, field, "e", "z");
        field.Store("arrayX", "x");
        field.Store("arrayY", "y");
        field.Store("arrayZ", "a");
    }

    // add-2008-hwcd-3. A negated addend has Y + X and Y - X exchanged, and the other sign of T.
    private static void Add(SourceWriter source, FieldWriter field)
    {
        field.Constants();
        Arrays(source, "point", "X", "Y", "Z", "T");
        source.Line("long[] sum = negated ? addend.Difference : addend.Sum;");
        source.Line("long[] difference = negated ? addend.Sum : addend.Difference;");
        source.Line("long[] other = addend.T2d;");
        field.Load("x", "arrayX");
        field.Load("y", "arrayY");
        field.Declare("a", "b", "c", "e");
        field.DeclareDoubled(squares: false);
        field.Add("e", "y", "x");
        field.Assign("c", "sum");
        field.Multiply("a", "e", "c");
        field.Subtract("e", "y", "x");
        field.Assign("c", "difference");
        field.Multiply("b", "e", "c");
        field.Assign("x", "arrayT");
        field.Assign("y", "other");
        field.Multiply("c", "x", "y");
        source.Block("if (!affine)", () => source.Line("Field25519.Multiply(arrayZ, arrayZ, addend.Z);"));
        field.Assign("x", "arrayZ");
        field.Add("e", "x", "x");
        field.Subtract("x", "a", "b");
        field.Add("y", "a", "b");
        source.Block("if (negated)", () =>
        {
            field.Subtract("a", "e", "c");
            field.Add("b", "e", "c");
        });
        source.Block("else", () =>
        {
            field.Add("a", "e", "c");
            field.Subtract("b", "e", "c");
        });
        source.Block("if (withT)", () => MakeT(source, field, "x", "y"));
        field.Multiply("c", "x", "b");
        field.Store("arrayX", "c");
        field.Multiply("c", "y", "a");
        field.Store("arrayY", "c");
        field.Multiply("c", "a", "b");
        field.Store("arrayZ", "c");
    }

    // Called rather than written out: it is needed once for several doublings. X is written after it.
    private static void MakeT(SourceWriter source, FieldWriter field, string a, string b)
    {
        field.Store("arrayT", a);
        field.Store("arrayX", b);
        source.Line("Field25519.Multiply(arrayT, arrayT, arrayX);");
    }

    private static void Arrays(SourceWriter source, string owner, params string[] names)
    {
        foreach (string name in names)
        {
            source.Line($"long[] array{name} = {owner}.{name};");
        }
    }
}
