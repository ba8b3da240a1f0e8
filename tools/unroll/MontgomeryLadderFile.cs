namespace Spore.Unroll;

/// <summary>The Montgomery ladder of X25519, a whole step in locals.</summary>
internal static class MontgomeryLadderFile
{
    internal static UnrolledFile Make()
    {
        SourceWriter source = new(usesSystem: false);
        source.Lines("/// <summary>The Montgomery ladder on Curve25519 (RFC 7748 section 5).</summary>");
        source.Block("internal static class MontgomeryLadder", () =>
        {
            source.Lines(
                """
                /// <summary>Takes steps of the ladder, in time that depends on their number alone.</summary>
                /// <param name="x1">The u-coordinate of the point that is multiplied.</param>
                /// <param name="x2">With z2, 1 and 0 before the first step; then what that step doubled.</param>
                /// <param name="z2">See x2.</param>
                /// <param name="x3">With z3, x1 and 1 before the first step; then what that step added.</param>
                /// <param name="z3">See x3.</param>
                /// <param name="scalar">The scalar, 32 bytes, its top bit clear.</param>
                /// <param name="from">The scalar's bit of the first step to take; of the very first, 254.</param>
                /// <param name="to">The bit of the last step to take; of the very last, 0.</param>
                /// <remarks>
                /// Sums don't depend on which of two points is which, so nothing is swapped: the point to double is
                /// selected. After the last step the product is x2 : z2, as the scalar is even.
                /// </remarks>
                """);
            source.Block(
                "internal static void Climb(long[] x1, long[] x2, long[] z2, long[] x3, long[] z3, byte[] scalar, int "
                + "from, int to)",
                () => Body(source));
        });
        return new UnrolledFile("firmware/Spore.Crypto/MontgomeryLadder.g.cs", source.ToString());
    }

    private static void Body(SourceWriter source)
    {
        FieldWriter field = new(source);
        field.Constants();
        source.Line("long a24 = 121665;");
        field.Load("p", "x1");
        field.PrepareFixed("p");
        string[] state = ["x2", "z2", "x3", "z3"];
        foreach (string element in state)
        {
            field.Load(element + "n", element);
        }

        field.Declare("a", "b", "c", "d");
        field.DeclareDoubled(squares: true);
        source.Line("long previous = (scalar[(from + 1) >> 3] >> ((from + 1) & 7)) & 1;");
        source.Block("for (int t = from; t >= to; t--)", () =>
        {
            source.Line("long bit = (scalar[t >> 3] >> (t & 7)) & 1;");
            source.Line("long mask = -(bit ^ previous);");
            source.Line("previous = bit;");
            field.Add("a", "x2n", "z2n");
            field.Subtract("b", "x2n", "z2n");
            field.Add("c", "x3n", "z3n");
            field.Subtract("d", "x3n", "z3n");
            field.Select("x2n", "mask", "a", "c");
            field.Select("z2n", "mask", "b", "d");
            field.Multiply("x3n", "d", "a");
            field.Multiply("z3n", "c", "b");
            field.Add("a", "x3n", "z3n");
            field.Subtract("b", "x3n", "z3n");
            field.Square("x3n", "a");
            field.Square("c", "b");
            field.MultiplyFixed("z3n", "c", "p");
            field.Square("a", "x2n");
            field.Square("b", "z2n");
            field.Multiply("x2n", "a", "b");
            field.Subtract("c", "a", "b");
            field.MultiplySmallAndAdd("d", "a", "c", "a24");
            field.Multiply("z2n", "d", "c");
        });
        foreach (string element in state)
        {
            field.Store(element, element + "n");
        }
    }
}
