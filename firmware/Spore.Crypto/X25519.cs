using System;

namespace Spore.Crypto;

/// <summary>The X25519 function (RFC 7748 section 5): Diffie-Hellman on Curve25519.</summary>
/// <remarks>
/// Time does not depend on scalar or point. One instance is used by one caller at a time; its scratch is taken at
/// construction and wiped after each use.
/// </remarks>
public sealed class X25519
{
    /// <summary>Bytes in a scalar, a point and a shared secret.</summary>
    public const int KeySize = 32;

    // (A - 2) / 4 for the curve's A of 486662.
    private const int A24 = 121665;

    private readonly byte[] _scalar = new byte[KeySize];
    private readonly long[] _x1 = new long[Field25519.Limbs];
    private readonly long[] _x2 = new long[Field25519.Limbs];
    private readonly long[] _z2 = new long[Field25519.Limbs];
    private readonly long[] _x3 = new long[Field25519.Limbs];
    private readonly long[] _z3 = new long[Field25519.Limbs];
    private readonly long[] _a = new long[Field25519.Limbs];
    private readonly long[] _b = new long[Field25519.Limbs];

    /// <summary>Multiplies a point by a scalar.</summary>
    /// <param name="result">Takes the 32-byte product; may be the buffer of the scalar or the point.</param>
    /// <param name="resultOffset">Where it goes.</param>
    /// <param name="scalar">Holds the 32-byte scalar, which is clamped as it is read.</param>
    /// <param name="scalarOffset">Where it starts.</param>
    /// <param name="point">Holds the 32-byte u-coordinate, whose top bit is ignored.</param>
    /// <param name="pointOffset">Where it starts.</param>
    /// <returns>
    /// False, with the result all zero, when the point is of small order, so that the product tells nothing of the
    /// scalar (RFC 7748 section 6.1); else true.
    /// </returns>
    public bool Multiply(byte[] result, int resultOffset, byte[] scalar, int scalarOffset, byte[] point, int pointOffset)
    {
        Field25519.Load(_x1, point, pointOffset);
        Ladder(result, resultOffset, scalar, scalarOffset);
        return !ConstantTime.IsZero(result, resultOffset, KeySize);
    }

    /// <summary>Multiplies the base point by a scalar: makes the public key of a private key.</summary>
    /// <param name="result">Takes the 32-byte product; may be the buffer of the scalar.</param>
    /// <param name="resultOffset">Where it goes.</param>
    /// <param name="scalar">Holds the 32-byte scalar, which is clamped as it is read.</param>
    /// <param name="scalarOffset">Where it starts.</param>
    public void MultiplyBase(byte[] result, int resultOffset, byte[] scalar, int scalarOffset)
    {
        Field25519.Set(_x1, 9);
        Ladder(result, resultOffset, scalar, scalarOffset);
    }

    // RFC 7748 section 5; names are its.
    private void Ladder(byte[] result, int resultOffset, byte[] scalar, int scalarOffset)
    {
        byte[] k = _scalar;
        Array.Copy(scalar, scalarOffset, k, 0, KeySize);
        k[0] &= 248;
        k[31] = (byte)((k[31] & 127) | 64);

        long[] x1 = _x1;
        long[] x2 = _x2;
        long[] z2 = _z2;
        long[] x3 = _x3;
        long[] z3 = _z3;
        long[] a = _a;
        long[] b = _b;
        Field25519.Set(x2, 1);
        Field25519.Set(z2, 0);
        Field25519.Copy(x3, x1);
        Field25519.Set(z3, 1);

        long swap = 0;
        for (int t = 254; t >= 0; t--)
        {
            long bit = (k[t >> 3] >> (t & 7)) & 1;
            swap ^= bit;
            Field25519.Swap(x2, x3, swap);
            Field25519.Swap(z2, z3, swap);
            swap = bit;

            Field25519.Add(a, x2, z2);
            Field25519.Subtract(b, x2, z2);
            Field25519.Add(x2, x3, z3);
            Field25519.Subtract(z2, x3, z3);
            Field25519.Multiply(z2, z2, a);  // DA
            Field25519.Multiply(x2, x2, b);  // CB
            Field25519.Add(x3, z2, x2);
            Field25519.Square(x3, x3, 1);
            Field25519.Subtract(z3, z2, x2);
            Field25519.Square(z3, z3, 1);
            Field25519.Multiply(z3, z3, x1);
            Field25519.Square(a, a, 1);      // AA
            Field25519.Square(b, b, 1);      // BB
            Field25519.Multiply(x2, a, b);
            Field25519.Subtract(b, a, b);    // E
            Field25519.MultiplySmall(z2, b, A24);
            Field25519.Add(z2, z2, a);
            Field25519.Multiply(z2, z2, b);
        }

        Field25519.Swap(x2, x3, swap);
        Field25519.Swap(z2, z3, swap);

        Field25519.Invert(z2, z2, x3, z3, a, b);
        Field25519.Multiply(x2, x2, z2);
        Field25519.Store(result, resultOffset, x2);

        Array.Clear(k, 0, KeySize);
        Array.Clear(x1, 0, Field25519.Limbs);
        Array.Clear(x2, 0, Field25519.Limbs);
        Array.Clear(z2, 0, Field25519.Limbs);
        Array.Clear(x3, 0, Field25519.Limbs);
        Array.Clear(z3, 0, Field25519.Limbs);
        Array.Clear(a, 0, Field25519.Limbs);
        Array.Clear(b, 0, Field25519.Limbs);
    }
}
