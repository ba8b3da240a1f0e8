using System;

namespace Spore.Crypto;

/// <summary>
/// The group of edwards25519 (RFC 8032 section 5.1), as far as verifying a signature needs it. Public data only: the
/// time depends on the values.
/// </summary>
internal sealed class Edwards25519
{
    // Odd multiples of a point from 1 to 7 times.
    private const int TableSize = 4;

    // Places of the scalars in a step.
    private const int PlacesInStep = 16;
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
    private readonly byte[] _baseSigns = new byte[BasePointComb.SignsSize];
    private readonly sbyte[] _firstDigits = new sbyte[Scalar25519.Digits];
    private readonly sbyte[] _secondDigits = new sbyte[Scalar25519.Digits];
    private readonly EdwardsAddend[] _firstTable = new EdwardsAddend[TableSize];
    private readonly EdwardsAddend[] _secondTable = new EdwardsAddend[TableSize];
    private readonly EdwardsAddend _addend = new EdwardsAddend();
    private readonly EdwardsPoint _sum = new EdwardsPoint();
    private int _place;

    /// <summary>Takes all memory.</summary>
    internal Edwards25519()
    {
        Field25519.Load(_d, _dBytes, 0);
        Field25519.Add(_d2, _d, _d);
        Field25519.Load(_rootOfMinusOne, _rootOfMinusOneBytes, 0);
        for (int i = 0; i < TableSize; i++)
        {
            _firstTable[i] = new EdwardsAddend();
            _secondTable[i] = new EdwardsAddend();
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
    /// Begins to compute first * firstPoint + second * secondPoint + baseScalar * B, by one chain of doublings (Straus).
    /// </summary>
    /// <param name="first">The first point's scalar, 32 bytes, below 2^255.</param>
    /// <param name="firstPoint">The first point.</param>
    /// <param name="second">The second point's scalar, 32 bytes, below 2^255.</param>
    /// <param name="secondPoint">The second point.</param>
    /// <param name="subtract">To subtract the first product instead of adding it.</param>
    /// <param name="baseScalar">The base point's scalar, 32 bytes, below 2^255.</param>
    internal void BeginSum(byte[] first, EdwardsPoint firstPoint, byte[] second, EdwardsPoint secondPoint, bool subtract, byte[] baseScalar)
    {
        Scalar25519.Recode(_firstDigits, first);
        Scalar25519.Recode(_secondDigits, second);
        BasePointComb.Recode(_baseSigns, baseScalar, 0);
        if (subtract)
        {
            for (int i = 0; i < Scalar25519.Digits; i++)
            {
                _firstDigits[i] = (sbyte)-_firstDigits[i];
            }
        }

        FillTable(_firstTable, firstPoint);
        FillTable(_secondTable, secondPoint);
        _sum.SetNeutral();
        _place = Scalar25519.Digits - 1;
        while (_place >= BasePointComb.Columns && _firstDigits[_place] == 0 && _secondDigits[_place] == 0)
        {
            _place--;
        }
    }

    /// <summary>Carries on with what was begun, by sixteen places of the scalars.</summary>
    /// <returns>True while there are places left.</returns>
    internal bool StepSum()
    {
        EdwardsPoint sum = _sum;
        int place = _place;
        int last = place < PlacesInStep ? 0 : place - PlacesInStep + 1;
        int doublings = 0;
        for (; place >= last; place--)
        {
            int first = _firstDigits[place];
            int second = _secondDigits[place];
            bool inComb = place < BasePointComb.Columns;
            doublings++;
            if (first == 0 && second == 0 && !inComb && place > last)
            {
                continue;
            }

            EdwardsGroup.Double(sum, doublings);
            doublings = 0;
            AddMultiple(_firstTable, first, second != 0 || inComb);
            AddMultiple(_secondTable, second, inComb);
            if (inComb)
            {
                BasePointComb.AddColumn(sum, _baseSigns, place, _addend, false);
            }
        }

        _place = place;
        return place >= 0;
    }

    /// <summary>Tells whether the sum is the neutral element, when no place is left.</summary>
    internal bool IsSumNeutral()
    {
        Field25519.Subtract(_a, _sum.Y, _sum.Z);
        return IsZero(_sum.X) && IsZero(_a);
    }

    private void AddMultiple(EdwardsAddend[] table, int digit, bool withT)
    {
        if (digit > 0)
        {
            EdwardsGroup.Add(_sum, table[digit >> 1], false, false, withT);
        }
        else if (digit < 0)
        {
            EdwardsGroup.Add(_sum, table[-digit >> 1], true, false, withT);
        }
    }

    private void FillTable(EdwardsAddend[] table, EdwardsPoint point)
    {
        // The sum is free until the multiplication starts.
        EdwardsPoint multiple = _sum;
        multiple.Set(point);
        EdwardsGroup.Double(multiple, 1);
        SetAddend(_addend, multiple);
        multiple.Set(point);
        SetAddend(table[0], multiple);
        for (int i = 1; i < TableSize; i++)
        {
            EdwardsGroup.Add(multiple, _addend, false, false, true);
            SetAddend(table[i], multiple);
        }
    }

    private void SetAddend(EdwardsAddend addend, EdwardsPoint point)
    {
        Field25519.Add(addend.Sum, point.Y, point.X);
        Field25519.Subtract(addend.Difference, point.Y, point.X);
        Field25519.Copy(addend.Z, point.Z);
        Field25519.Multiply(addend.T2d, point.T, _d2);
    }

    private bool IsZero(long[] element)
    {
        Field25519.Store(_bytes, 0, element);
        return ConstantTime.IsZero(_bytes, 0, ElementSize);
    }
}
