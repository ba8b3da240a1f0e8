using System;

namespace Spore.Crypto;

/// <summary>
/// Writes a scalar k as a fraction of two numbers half its size, u = k v modulo 8 L (Antipa and others, "Accelerated
/// verification of ECDSA signatures", 2005), so that an equation times v takes half the doublings. Public data only:
/// the time depends on the values.
/// </summary>
/// <remarks>
/// v is odd and below L, and the modulus is the order of the whole curve, not of the base point's group alone: so the
/// equation times v holds for exactly the points that it holds for without, whatever their order.
/// </remarks>
internal sealed class HalfScalars
{
    // Numbers are eight limbs of 32 bits.
    private const int Limbs = 8;
    private const long Mask = 0xFFFFFFFF;

    private readonly byte[] _u = new byte[32];
    private readonly byte[] _v = new byte[32];
    private long[] _r0;
    private long[] _r1;
    private long[] _v0;
    private long[] _v1;

    /// <summary>Takes the memory.</summary>
    /// <param name="scratch">Its A to D are worked in.</param>
    internal HalfScalars(CurveScratch scratch)
    {
        _r0 = scratch.A;
        _r1 = scratch.B;
        _v0 = scratch.C;
        _v1 = scratch.D;
    }

    /// <summary>u, 32 bytes little-endian; below 2^128.</summary>
    internal byte[] U
    {
        get { return _u; }
    }

    /// <summary>
    /// The magnitude of v, 32 bytes little-endian; a little above 2^128 at most but for rare scalars.
    /// </summary>
    internal byte[] V
    {
        get { return _v; }
    }

    /// <summary>Whether v is negative.</summary>
    internal bool IsNegative { get; private set; }

    /// <summary>Splits a scalar.</summary>
    /// <param name="scalar">Holds the scalar's 32 bytes, below L, at its start.</param>
    internal void Split(byte[] scalar)
    {
        // Euclid's algorithm on 8 L and the scalar: every remainder r has its v with r = k v, of signs in turn. Of two
        // successive v one is odd.
        long carry = 0;
        for (int i = 0; i < Limbs; i++)
        {
            carry |= (BitConverter.ToUInt32(Scalar25519.Order, 4 * i) & Mask) << 3;
            _r0[i] = carry & Mask;
            carry >>= 32;
            _r1[i] = BitConverter.ToUInt32(scalar, 4 * i);
        }

        Array.Clear(_v0, 0, Limbs);
        Array.Clear(_v1, 0, Limbs);
        _v1[0] = 1;
        bool negative = false;
        while ((_r1[4] | _r1[5] | _r1[6] | _r1[7]) != 0 || (_v1[0] & 1) == 0)
        {
            Divide(_r0, _r1, _v0, _v1);
            long[] remainder = _r0;
            _r0 = _r1;
            _r1 = remainder;
            long[] factor = _v0;
            _v0 = _v1;
            _v1 = factor;
            negative = !negative;
        }

        for (int i = 0; i < Limbs; i++)
        {
            LittleEndian.Store32(_u, 4 * i, _r1[i]);
            LittleEndian.Store32(_v, 4 * i, _v1[i]);
        }

        IsNegative = negative;
    }

    // Takes r1 from r0 as often as it goes, and adds v1 to v0 as often.
    private static void Divide(long[] r0, long[] r1, long[] v0, long[] v1)
    {
        int top = Limbs - 1;
        int divisorTop = Limbs - 1;
        while (divisorTop > 0 && r1[divisorTop] == 0)
        {
            divisorTop--;
        }

        while (true)
        {
            while (top > divisorTop && r0[top] == 0)
            {
                top--;
            }

            // A quotient of the leading bits and not too large, of r1 moved up by whole limbs where it is much shorter.
            int shift = top - divisorTop;
            if (shift > 0 && r0[top] <= r1[divisorTop])
            {
                shift--;
            }

            int i = top - shift;
            long quotient = ((r0[top] << 30) | (top > 0 ? r0[top - 1] >> 2 : 0))
                / (((r1[i] << 30) | (i > 0 ? r1[i - 1] >> 2 : 0)) + 1);
            if (quotient == 0)
            {
                while (i > 0 && r0[i] == r1[i])
                {
                    i--;
                }

                if (r0[i] < r1[i])
                {
                    return;
                }

                quotient = 1;
            }
            else if (quotient > 1L << 30)
            {
                quotient = 1L << 30;
            }

            long carry = 0;
            for (i = shift; i <= top; i++)
            {
                carry += r0[i] - (quotient * r1[i - shift]);
                r0[i] = carry & Mask;
                carry >>= 32;
            }

            // The larger v is below 8 L / r, with the r of the step before.
            int end = Limbs - divisorTop;
            carry = 0;
            for (i = shift; i < end; i++)
            {
                carry += v0[i] + (quotient * v1[i - shift]);
                v0[i] = carry & Mask;
                carry >>= 32;
            }
        }
    }
}
