using System;

namespace Spore.Crypto;

/// <summary>
/// The group of edwards25519 (RFC 8032 section 5.1), as far as verifying a signature needs it. Public data only: the
/// time depends on the values.
/// </summary>
internal sealed class Edwards25519
{
    // Odd multiples of a point from 1 to 15 times.
    private const int TableSize = 8;
    private const int ElementSize = 32;

    // The curve's d, -121665/121666.
    private static readonly byte[] _dBytes = new byte[]
    {
        0xA3, 0x78, 0x59, 0x13, 0xCA, 0x4D, 0xEB, 0x75, 0xAB, 0xD8, 0x41, 0x41, 0x4D, 0x0A, 0x70, 0x00,
        0x98, 0xE8, 0x79, 0x77, 0x79, 0x40, 0xC7, 0x8C, 0x73, 0xFE, 0x6F, 0x2B, 0xEE, 0x6C, 0x03, 0x52,
    };

    // A square root of -1: 2^((p - 1) / 4).
    private static readonly byte[] _rootOfMinusOneBytes = new byte[]
    {
        0xB0, 0xA0, 0x0E, 0x4A, 0x27, 0x1B, 0xEE, 0xC4, 0x78, 0xE4, 0x2F, 0xAD, 0x06, 0x18, 0x43, 0x2F,
        0xA7, 0xD7, 0xFB, 0x3D, 0x99, 0x00, 0x4D, 0x2B, 0x0B, 0xDF, 0xC1, 0x4F, 0x80, 0x24, 0x83, 0x2B,
    };

    // y + x, y - x and 2dxy of the odd multiples of the base point, B to 15B. Kept as bytes, and loaded for each
    // addition, for a quarter of the memory.
    private static readonly byte[] _baseTable = new byte[]
    {
        // B
        0x85, 0x3B, 0x8C, 0xF5, 0xC6, 0x93, 0xBC, 0x2F, 0x19, 0x0E, 0x8C, 0xFB, 0xC6, 0x2D, 0x93, 0xCF,
        0xC2, 0x42, 0x3D, 0x64, 0x98, 0x48, 0x0B, 0x27, 0x65, 0xBA, 0xD4, 0x33, 0x3A, 0x9D, 0xCF, 0x07,
        0x3E, 0x91, 0x40, 0xD7, 0x05, 0x39, 0x10, 0x9D, 0xB3, 0xBE, 0x40, 0xD1, 0x05, 0x9F, 0x39, 0xFD,
        0x09, 0x8A, 0x8F, 0x68, 0x34, 0x84, 0xC1, 0xA5, 0x67, 0x12, 0xF8, 0x98, 0x92, 0x2F, 0xFD, 0x44,
        0x68, 0xAA, 0x7A, 0x87, 0x05, 0x12, 0xC9, 0xAB, 0x9E, 0xC4, 0xAA, 0xCC, 0x23, 0xE8, 0xD9, 0x26,
        0x8C, 0x59, 0x43, 0xDD, 0xCB, 0x7D, 0x1B, 0x5A, 0xA8, 0x65, 0x0C, 0x9F, 0x68, 0x7B, 0x11, 0x6F,
        // 3B
        0x30, 0x97, 0xEE, 0x4C, 0xA8, 0xB0, 0x25, 0xAF, 0x8A, 0x4B, 0x86, 0xE8, 0x30, 0x84, 0x5A, 0x02,
        0x32, 0x67, 0x01, 0x9F, 0x02, 0x50, 0x1B, 0xC1, 0xF4, 0xF8, 0x80, 0x9A, 0x1B, 0x4E, 0x16, 0x7A,
        0x65, 0xD2, 0xFC, 0xA4, 0xE8, 0x1F, 0x61, 0x56, 0x7D, 0xBA, 0xC1, 0xE5, 0xFD, 0x53, 0xD3, 0x3B,
        0xBD, 0xD6, 0x4B, 0x21, 0x1A, 0xF3, 0x31, 0x81, 0x62, 0xDA, 0x5B, 0x55, 0x87, 0x15, 0xB9, 0x2A,
        0x89, 0xD8, 0xD0, 0x0D, 0x3F, 0x93, 0xAE, 0x14, 0x62, 0xDA, 0x35, 0x1C, 0x22, 0x23, 0x94, 0x58,
        0x4C, 0xDB, 0xF2, 0x8C, 0x45, 0xE5, 0x70, 0xD1, 0xC6, 0xB4, 0xB9, 0x12, 0xAF, 0x26, 0x28, 0x5A,
        // 5B
        0x33, 0xBB, 0xA5, 0x08, 0x44, 0xBC, 0x12, 0xA2, 0x02, 0xED, 0x5E, 0xC7, 0xC3, 0x48, 0x50, 0x8D,
        0x44, 0xEC, 0xBF, 0x5A, 0x0C, 0xEB, 0x1B, 0xDD, 0xEB, 0x06, 0xE2, 0x46, 0xF1, 0xCC, 0x45, 0x29,
        0xBA, 0xD6, 0x47, 0xA4, 0xC3, 0x82, 0x91, 0x7F, 0xB7, 0x29, 0x27, 0x4B, 0xD1, 0x14, 0x00, 0xD5,
        0x87, 0xA0, 0x64, 0xB8, 0x1C, 0xF1, 0x3C, 0xE3, 0xF3, 0x55, 0x1B, 0xEB, 0x73, 0x7E, 0x4A, 0x15,
        0x85, 0x82, 0x2A, 0x81, 0xF1, 0xDB, 0xBB, 0xBC, 0xFC, 0xD1, 0xBD, 0xD0, 0x07, 0x08, 0x0E, 0x27,
        0x2D, 0xA7, 0xBD, 0x1B, 0x0B, 0x67, 0x1B, 0xB4, 0x9A, 0xB6, 0x3B, 0x6B, 0x69, 0xBE, 0xAA, 0x43,
        // 7B
        0xBF, 0xA3, 0x4E, 0x94, 0xD0, 0x5C, 0x1A, 0x6B, 0xD2, 0xC0, 0x9D, 0xB3, 0x3A, 0x35, 0x70, 0x74,
        0x49, 0x2E, 0x54, 0x28, 0x82, 0x52, 0xB2, 0x71, 0x7E, 0x92, 0x3C, 0x28, 0x69, 0xEA, 0x1B, 0x46,
        0xB1, 0x21, 0x32, 0xAA, 0x9A, 0x2C, 0x6F, 0xBA, 0xA7, 0x23, 0xBA, 0x3B, 0x53, 0x21, 0xA0, 0x6C,
        0x3A, 0x2C, 0x19, 0x92, 0x4F, 0x76, 0xEA, 0x9D, 0xE0, 0x17, 0x53, 0x2E, 0x5D, 0xDD, 0x6E, 0x1D,
        0xA2, 0xB3, 0xB8, 0x01, 0xC8, 0x6D, 0x83, 0xF1, 0x9A, 0xA4, 0x3E, 0x05, 0x47, 0x5F, 0x03, 0xB3,
        0xF3, 0xAD, 0x77, 0x58, 0xBA, 0x41, 0x9C, 0x52, 0xA7, 0x90, 0x0F, 0x6A, 0x1C, 0xBB, 0x9F, 0x7A,
        // 9B
        0x2F, 0x63, 0xA8, 0xA6, 0x8A, 0x67, 0x2E, 0x9B, 0xC5, 0x46, 0xBC, 0x51, 0x6F, 0x9E, 0x50, 0xA6,
        0xB5, 0xF5, 0x86, 0xC6, 0xC9, 0x33, 0xB2, 0xCE, 0x59, 0x7F, 0xDD, 0x8A, 0x33, 0xED, 0xB9, 0x34,
        0x64, 0x80, 0x9D, 0x03, 0x7E, 0x21, 0x6E, 0xF3, 0x9B, 0x41, 0x20, 0xF5, 0xB6, 0x81, 0xA0, 0x98,
        0x44, 0xB0, 0x5E, 0xE7, 0x08, 0xC6, 0xCB, 0x96, 0x8F, 0x9C, 0xDC, 0xFA, 0x51, 0x5A, 0xC0, 0x49,
        0x1B, 0xAF, 0x45, 0x90, 0xBF, 0xE8, 0xB4, 0x06, 0x2F, 0xD2, 0x19, 0xA7, 0xE8, 0x83, 0xFF, 0xE2,
        0x16, 0xCF, 0xD4, 0x93, 0x29, 0xFC, 0xF6, 0xAA, 0x06, 0x8B, 0x00, 0x1B, 0x02, 0x72, 0xC1, 0x73,
        // 11B
        0xDE, 0x2A, 0x80, 0x8A, 0x84, 0x00, 0xBF, 0x2F, 0x27, 0x2E, 0x30, 0x02, 0xCF, 0xFE, 0xD9, 0xE5,
        0x06, 0x34, 0x70, 0x17, 0x71, 0x84, 0x3E, 0x11, 0xAF, 0x8F, 0x6D, 0x54, 0xE2, 0xAA, 0x75, 0x42,
        0x48, 0x43, 0x86, 0x49, 0x02, 0x5B, 0x5F, 0x31, 0x81, 0x83, 0x08, 0x77, 0x69, 0xB3, 0xD6, 0x3E,
        0x95, 0xEB, 0x8D, 0x6A, 0x55, 0x75, 0xA0, 0xA3, 0x7F, 0xC7, 0xD5, 0x29, 0x80, 0x59, 0xAB, 0x18,
        0xE9, 0x89, 0x60, 0xFD, 0xC5, 0x2C, 0x2B, 0xD8, 0xA4, 0xE4, 0x82, 0x32, 0xA1, 0xB4, 0x1E, 0x03,
        0x22, 0x86, 0x1A, 0xB5, 0x99, 0x11, 0x31, 0x44, 0x48, 0xF9, 0x3D, 0xB5, 0x22, 0x55, 0xC6, 0x3D,
        // 13B
        0x6D, 0x7F, 0x00, 0xA2, 0x22, 0xC2, 0x70, 0xBF, 0xDB, 0xDE, 0xBC, 0xB5, 0x9A, 0xB3, 0x84, 0xBF,
        0x07, 0xBA, 0x07, 0xFB, 0x12, 0x0E, 0x7A, 0x53, 0x41, 0xF2, 0x46, 0xC3, 0xEE, 0xD7, 0x4F, 0x23,
        0x93, 0xBF, 0x7F, 0x32, 0x3B, 0x01, 0x6F, 0x50, 0x6B, 0x6F, 0x77, 0x9B, 0xC9, 0xEB, 0xFC, 0xAE,
        0x68, 0x59, 0xAD, 0xAA, 0x32, 0xB2, 0x12, 0x9D, 0xA7, 0x24, 0x60, 0x17, 0x2D, 0x88, 0x67, 0x02,
        0x78, 0xA3, 0x2E, 0x73, 0x19, 0xA1, 0x60, 0x53, 0x71, 0xD4, 0x8D, 0xDF, 0xB1, 0xE6, 0x37, 0x24,
        0x33, 0xE5, 0xA7, 0x91, 0xF8, 0x37, 0xEF, 0xA2, 0x63, 0x78, 0x09, 0xAA, 0xFD, 0xA6, 0x7B, 0x49,
        // 15B
        0xA0, 0xEA, 0xCF, 0x13, 0x03, 0xCC, 0xCE, 0x24, 0x6D, 0x24, 0x9C, 0x18, 0x8D, 0xC2, 0x48, 0x86,
        0xD0, 0xD4, 0xF2, 0xC1, 0xFA, 0xBD, 0xBD, 0x2D, 0x2B, 0xE7, 0x2D, 0xF1, 0x17, 0x29, 0xE2, 0x61,
        0x0B, 0xCF, 0x8C, 0x46, 0x86, 0xCD, 0x0B, 0x04, 0xD6, 0x10, 0x99, 0x2A, 0xA4, 0x9B, 0x82, 0xD3,
        0x92, 0x51, 0xB2, 0x07, 0x08, 0x30, 0x08, 0x75, 0xBF, 0x5E, 0xD0, 0x18, 0x42, 0xCD, 0xB5, 0x43,
        0x16, 0xB5, 0xD0, 0x9B, 0x2F, 0x76, 0x9A, 0x5D, 0xEE, 0xDE, 0x3F, 0x37, 0x4E, 0xAF, 0x38, 0xEB,
        0x70, 0x42, 0xD6, 0x93, 0x7D, 0x5A, 0x2E, 0x03, 0x42, 0xD8, 0xE4, 0x0A, 0x21, 0x61, 0x1D, 0x51,
    };

    private readonly long[] _d = new long[Field25519.Limbs];
    private readonly long[] _d2 = new long[Field25519.Limbs];
    private readonly long[] _rootOfMinusOne = new long[Field25519.Limbs];
    private readonly long[] _a = new long[Field25519.Limbs];
    private readonly long[] _b = new long[Field25519.Limbs];
    private readonly long[] _c = new long[Field25519.Limbs];
    private readonly long[] _e = new long[Field25519.Limbs];
    private readonly long[] _f = new long[Field25519.Limbs];
    private readonly long[] _g = new long[Field25519.Limbs];
    private readonly byte[] _bytes = new byte[ElementSize];
    private readonly sbyte[] _pointDigits = new sbyte[Scalar25519.Digits];
    private readonly sbyte[] _baseDigits = new sbyte[Scalar25519.Digits];
    private readonly EdwardsAddend[] _table = new EdwardsAddend[TableSize];
    private readonly EdwardsAddend _baseAddend = new EdwardsAddend();
    private readonly EdwardsPoint _double = new EdwardsPoint();

    /// <summary>Takes all memory.</summary>
    internal Edwards25519()
    {
        Field25519.Load(_d, _dBytes, 0);
        Field25519.Add(_d2, _d, _d);
        Field25519.Load(_rootOfMinusOne, _rootOfMinusOneBytes, 0);
        for (int i = 0; i < TableSize; i++)
        {
            _table[i] = new EdwardsAddend();
        }
    }

    /// <summary>Decodes a point and negates it (RFC 8032 section 5.1.3).</summary>
    /// <param name="result">Takes the negated point.</param>
    /// <param name="source">Holds the 32 bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <returns>False when the bytes are not the canonical encoding of a point; the result is then undefined.</returns>
    internal bool DecodeNegated(EdwardsPoint result, byte[] source, int offset)
    {
        long[] x = result.X;
        long[] y = result.Y;
        long[] u = _a;
        long[] v = _b;
        long[] v3 = _c;
        long[] t = _e;
        Field25519.Load(y, source, offset);
        Field25519.Store(_bytes, 0, y);
        int sign = source[offset + 31] >> 7;
        _bytes[31] |= (byte)(sign << 7);
        if (!ConstantTime.Equal(_bytes, 0, source, offset, ElementSize))
        {
            return false;
        }

        // x^2 = (y^2 - 1) / (d y^2 + 1) = u / v
        Field25519.Set(result.Z, 1);
        Field25519.Square(u, y, 1);
        Field25519.Multiply(v, u, _d);
        Field25519.Subtract(u, u, result.Z);
        Field25519.Add(v, v, result.Z);

        // x = u v^3 (u v^7)^((p - 5) / 8)
        Field25519.Square(v3, v, 1);
        Field25519.Multiply(v3, v3, v);
        Field25519.Square(x, v3, 1);
        Field25519.Multiply(x, x, v);
        Field25519.Multiply(x, x, u);
        Field25519.PowerForRoot(x, x, _f, _g, t);
        Field25519.Multiply(x, x, v3);
        Field25519.Multiply(x, x, u);

        Field25519.Square(t, x, 1);
        Field25519.Multiply(t, t, v);
        Field25519.Subtract(v3, t, u);
        if (!IsZero(v3))
        {
            Field25519.Add(v3, t, u);
            if (!IsZero(v3))
            {
                return false;
            }

            Field25519.Multiply(x, x, _rootOfMinusOne);
        }

        Field25519.Store(_bytes, 0, x);
        if (ConstantTime.IsZero(_bytes, 0, ElementSize) && sign == 1)
        {
            return false;
        }

        if ((_bytes[0] & 1) == sign)
        {
            Field25519.Set(t, 0);
            Field25519.Subtract(x, t, x);
        }

        Field25519.Multiply(result.T, x, y);
        return true;
    }

    /// <summary>Encodes a point in its canonical 32 bytes (RFC 8032 section 5.1.2).</summary>
    /// <param name="target">Takes the bytes.</param>
    /// <param name="offset">Where they go.</param>
    /// <param name="point">The point; its T is not used.</param>
    internal void Encode(byte[] target, int offset, EdwardsPoint point)
    {
        Field25519.Invert(_a, point.Z, _bytes);
        Field25519.Multiply(_b, point.X, _a);
        Field25519.Multiply(_c, point.Y, _a);
        Field25519.Store(_bytes, 0, _b);
        Field25519.Store(target, offset, _c);
        target[offset + 31] |= (byte)((_bytes[0] & 1) << 7);
    }

    /// <summary>Tells whether a point's order divides 8. Its T is not used.</summary>
    internal bool IsSmallOrder(EdwardsPoint point)
    {
        // Twice the point has order 1, 2 or 4 exactly when one of its coordinates is zero; those are, but for
        // factors that are never zero, xy and x^2 + y^2.
        Field25519.Square(_a, point.X, 1);
        Field25519.Square(_b, point.Y, 1);
        Field25519.Add(_a, _a, _b);
        Field25519.Multiply(_a, _a, point.X);
        Field25519.Multiply(_a, _a, point.Y);
        return IsZero(_a);
    }

    /// <summary>
    /// Computes pointScalar * point + baseScalar * B, by Straus: one chain of doublings for both.
    /// </summary>
    /// <param name="result">Takes the sum, without T; not the point.</param>
    /// <param name="pointScalar">Holds the point's scalar at its start, 32 bytes, reduced modulo L.</param>
    /// <param name="point">The point.</param>
    /// <param name="baseScalar">Holds the base point's scalar, 32 bytes, reduced modulo L.</param>
    /// <param name="baseOffset">Where it starts.</param>
    internal void MultiplyBoth(EdwardsPoint result, byte[] pointScalar, EdwardsPoint point, byte[] baseScalar, int baseOffset)
    {
        sbyte[] pointDigits = _pointDigits;
        sbyte[] baseDigits = _baseDigits;
        Scalar25519.Recode(pointDigits, pointScalar, 0);
        Scalar25519.Recode(baseDigits, baseScalar, baseOffset);
        FillTable(result, point);

        Field25519.Set(result.X, 0);
        Field25519.Set(result.Y, 1);
        Field25519.Set(result.Z, 1);
        Field25519.Set(result.T, 0);
        int i = Scalar25519.Digits - 1;
        while (i >= 0 && pointDigits[i] == 0 && baseDigits[i] == 0)
        {
            i--;
        }

        for (; i >= 0; i--)
        {
            int pointDigit = pointDigits[i];
            int baseDigit = baseDigits[i];
            Double(result, result, pointDigit != 0 || baseDigit != 0);
            if (pointDigit > 0)
            {
                Add(result, result, _table[pointDigit >> 1], false, false, baseDigit != 0);
            }
            else if (pointDigit < 0)
            {
                Add(result, result, _table[-pointDigit >> 1], true, false, baseDigit != 0);
            }

            if (baseDigit > 0)
            {
                LoadBase(baseDigit >> 1);
                Add(result, result, _baseAddend, false, true, false);
            }
            else if (baseDigit < 0)
            {
                LoadBase(-baseDigit >> 1);
                Add(result, result, _baseAddend, true, true, false);
            }
        }
    }

    private void FillTable(EdwardsPoint scratch, EdwardsPoint point)
    {
        Double(_double, point, true);
        SetAddend(_table[0], point);
        Field25519.Copy(scratch.X, point.X);
        Field25519.Copy(scratch.Y, point.Y);
        Field25519.Copy(scratch.Z, point.Z);
        Field25519.Copy(scratch.T, point.T);

        // The base point's addend is free until the multiplication starts.
        EdwardsAddend two = _baseAddend;
        SetAddend(two, _double);
        for (int i = 1; i < TableSize; i++)
        {
            Add(scratch, scratch, two, false, false, true);
            SetAddend(_table[i], scratch);
        }
    }

    private void LoadBase(int index)
    {
        int at = index * 3 * ElementSize;
        Field25519.Load(_baseAddend.Sum, _baseTable, at);
        Field25519.Load(_baseAddend.Difference, _baseTable, at + ElementSize);
        Field25519.Load(_baseAddend.T2d, _baseTable, at + (2 * ElementSize));
    }

    private void SetAddend(EdwardsAddend addend, EdwardsPoint point)
    {
        Field25519.Add(addend.Sum, point.Y, point.X);
        Field25519.Subtract(addend.Difference, point.Y, point.X);
        Field25519.Copy(addend.Z, point.Z);
        Field25519.Multiply(addend.T2d, point.T, _d2);
    }

    // dbl-2008-hwcd, with signs as suit limbs of either sign.
    private void Double(EdwardsPoint result, EdwardsPoint p, bool withT)
    {
        long[] a = _a;
        long[] b = _b;
        long[] c = _c;
        long[] e = _e;
        long[] f = _f;
        Field25519.Add(e, p.X, p.Y);
        Field25519.Square(e, e, 1);
        Field25519.Square(a, p.X, 1);
        Field25519.Square(b, p.Y, 1);
        Field25519.Square(c, p.Z, 1);
        Field25519.Add(c, c, c);
        Field25519.Add(f, b, a);           // Y^2 + X^2
        Field25519.Subtract(b, b, a);      // Y^2 - X^2
        Field25519.Subtract(e, e, f);      // 2XY
        Field25519.Subtract(c, c, b);      // 2Z^2 - Y^2 + X^2
        Field25519.Multiply(result.X, e, c);
        Field25519.Multiply(result.Y, f, b);
        Field25519.Multiply(result.Z, b, c);
        if (withT)
        {
            Field25519.Multiply(result.T, e, f);
        }
    }

    // add-2008-hwcd-3, or with the addend negated. An affine addend has a Z of 1, which is not read.
    private void Add(EdwardsPoint result, EdwardsPoint p, EdwardsAddend q, bool negated, bool affine, bool withT)
    {
        long[] a = _a;
        long[] b = _b;
        long[] c = _c;
        long[] e = _e;
        long[] f = _f;
        long[] g = _g;
        long[] sum = negated ? q.Difference : q.Sum;
        long[] difference = negated ? q.Sum : q.Difference;
        Field25519.Add(a, p.Y, p.X);
        Field25519.Multiply(a, a, sum);
        Field25519.Subtract(b, p.Y, p.X);
        Field25519.Multiply(b, b, difference);
        Field25519.Multiply(c, q.T2d, p.T);
        if (affine)
        {
            Field25519.Add(e, p.Z, p.Z);
        }
        else
        {
            Field25519.Multiply(e, p.Z, q.Z);
            Field25519.Add(e, e, e);
        }

        Field25519.Subtract(f, a, b);
        Field25519.Add(a, a, b);
        Field25519.Add(negated ? b : g, e, c);
        Field25519.Subtract(negated ? g : b, e, c);
        Field25519.Multiply(result.X, f, b);
        Field25519.Multiply(result.Y, a, g);
        Field25519.Multiply(result.Z, g, b);
        if (withT)
        {
            Field25519.Multiply(result.T, f, a);
        }
    }

    private bool IsZero(long[] element)
    {
        Field25519.Store(_bytes, 0, element);
        return ConstantTime.IsZero(_bytes, 0, ElementSize);
    }
}
