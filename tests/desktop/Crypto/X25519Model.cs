using System.Linq;
using Spore.Crypto;

namespace Spore.Tests.Crypto;

/// <summary>X25519 as RFC 7748 section 5 writes it: the plain form of <see cref="MontgomeryLadder"/>.</summary>
internal sealed class X25519Model
{
    internal long[] X1 { get; init; } = new long[10];

    internal long[] X2 { get; set; } = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    internal long[] Z2 { get; set; } = new long[10];

    internal long[] X3 { get; set; } = new long[10];

    internal long[] Z3 { get; set; } = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>The whole function; tells whether the result is other than zero.</summary>
    internal static bool Multiply(byte[] result, byte[] scalar, byte[] point)
    {
        byte[] k = (byte[])scalar.Clone();
        k[0] &= 248;
        k[31] = (byte)((k[31] & 127) | 64);
        long[] u = new long[10];
        Field25519.Load(u, point, 0);
        X25519Model ladder = new() { X1 = u, X3 = u };
        bool swapped = false;
        for (int t = 254; t >= 0; t--)
        {
            bool bit = ((k[t >> 3] >> (t & 7)) & 1) == 1;
            ladder.Step(bit != swapped);
            swapped = bit;
        }

        Field25519.Store(result, 0, FieldModel.Multiply(ladder.X2, FieldModel.Invert(ladder.Z2)));
        return result.Any(b => b != 0);
    }

    /// <summary>One step, the points exchanged before it or not.</summary>
    internal void Step(bool swap)
    {
        if (swap)
        {
            (X2, X3) = (X3, X2);
            (Z2, Z3) = (Z3, Z2);
        }

        long[] a = FieldModel.Add(X2, Z2);
        long[] aa = FieldModel.Multiply(a, a);
        long[] b = FieldModel.Subtract(X2, Z2);
        long[] bb = FieldModel.Multiply(b, b);
        long[] e = FieldModel.Subtract(aa, bb);
        long[] c = FieldModel.Add(X3, Z3);
        long[] d = FieldModel.Subtract(X3, Z3);
        long[] da = FieldModel.Multiply(d, a);
        long[] cb = FieldModel.Multiply(c, b);
        long[] sum = FieldModel.Add(da, cb);
        long[] difference = FieldModel.Subtract(da, cb);
        X3 = FieldModel.Multiply(sum, sum);
        Z3 = FieldModel.Multiply(X1, FieldModel.Multiply(difference, difference));
        X2 = FieldModel.Multiply(aa, bb);
        Z2 = FieldModel.Multiply(e, FieldModel.MultiplySmallAndAdd(e, 121665, aa));
    }
}
