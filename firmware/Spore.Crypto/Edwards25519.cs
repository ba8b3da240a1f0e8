namespace Spore.Crypto;

/// <summary>
/// The group of edwards25519 (RFC 8032 section 5.1), as far as verifying a signature needs it. Public data only: the
/// time depends on the values.
/// </summary>
internal sealed class Edwards25519
{
    // A point, and three times it.
    private const int TableSize = 2;

    // Places of the scalars, and those in a step.
    private const int Places = 254;
    private const int PlacesInStep = 16;

    // A place whose multiple is added at the next one.
    private const int Waits = 2;
    private const int ElementSize = 32;

    private readonly CurveScratch _scratch;
    private readonly EdwardsPoint _sum;
    private readonly byte[] _baseSigns;

    // Addends one after the other: half of the memory that as many objects would take.
    private readonly long[] _firstTable = new long[TableSize * EdwardsAddend.Size];
    private readonly long[] _secondTable = new long[TableSize * EdwardsAddend.Size];
    private byte[] _first;
    private byte[] _second;
    private bool _subtract;
    private int _place;

    // What was found at the place before to be added at this one.
    private bool _firstWaits;
    private bool _secondWaits;

    /// <summary>Takes its memory.</summary>
    /// <param name="scratch">What it works in within one call.</param>
    /// <param name="sum">What holds points that are decoded, and then the sum.</param>
    /// <param name="baseSigns">What holds the base point's scalar, <see cref="BasePointComb.SignsSize"/> bytes.</param>
    internal Edwards25519(CurveScratch scratch, EdwardsPoint sum, byte[] baseSigns)
    {
        _scratch = scratch;
        _sum = sum;
        _baseSigns = baseSigns;
    }

    /// <summary>At least 24 limbs to work in until the first table is filled.</summary>
    internal long[] Limbs
    {
        get { return _firstTable; }
    }

    /// <summary>Twice the curve's d, -121665/121666.</summary>
    internal static readonly long[] D2 = new long[]
    {
        0x2B2F159, 0x1A6E509, 0x22ADD7A, 0xD4141D, 0x38052, 0xF3D130, 0x3407977, 0x19CE331, 0x1C56DFF, 0x901B67,
    };

    /// <summary>Decodes a point and negates it (RFC 8032 section 5.1.3).</summary>
    /// <param name="result">Takes the negated point.</param>
    /// <param name="source">Holds the 32 bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <returns>False when the bytes are not the canonical encoding of a point; the result is then undefined.</returns>
    internal bool DecodeNegated(EdwardsPoint result, byte[] source, int offset)
    {
        long[] x = result.X;
        long[] y = result.Y;
        long[] u = _scratch.A;
        long[] v = _scratch.B;
        byte[] bytes = _scratch.Bytes;
        Field25519.Load(y, source, offset);
        Field25519.Store(bytes, 0, y);
        int sign = source[offset + 31] >> 7;
        bytes[31] |= (byte)(sign << 7);
        if (!ConstantTime.Equal(bytes, 0, source, offset, ElementSize))
        {
            return false;
        }

        // x^2 = (2 y^2 - 2) / (2 d y^2 + 2) = u / v
        Field25519.Square(u, y, 1);
        Field25519.Multiply(v, u, D2);
        Field25519.Add(u, u, u);
        u[0] -= 2;
        v[0] += 2;
        if (!SquareRoot.OfRatio(x, u, v, _scratch))
        {
            return false;
        }

        Field25519.Store(bytes, 0, x);
        if (ConstantTime.IsZero(bytes, 0, ElementSize) && sign == 1)
        {
            return false;
        }

        if ((bytes[0] & 1) == sign)
        {
            Field25519.Set(u, 0);
            Field25519.Subtract(x, u, x);
        }

        Complete(result);
        return true;
    }

    /// <summary>Makes Z and T of a point of which X and Y are given, for a Z of 1.</summary>
    internal static void Complete(EdwardsPoint point)
    {
        Field25519.Set(point.Z, 1);
        Field25519.Multiply(point.T, point.X, point.Y);
    }

    /// <summary>Tells whether a point's order divides 8. Its T is not used.</summary>
    internal bool IsSmallOrder(EdwardsPoint point)
    {
        // Twice the point has order 1, 2 or 4 exactly when one of its coordinates is zero; those are, but for
        // factors that are never zero, xy and x^2 + y^2.
        long[] a = _scratch.A;
        long[] b = _scratch.B;
        Field25519.Square(a, point.X, 1);
        Field25519.Square(b, point.Y, 1);
        Field25519.Add(a, a, b);
        Field25519.Multiply(a, a, point.X);
        Field25519.Multiply(a, a, point.Y);
        return Field25519.IsZero(a, _scratch.Bytes);
    }

    /// <summary>Makes the first or the second point's table.</summary>
    /// <param name="second">Whether it is the second's.</param>
    /// <param name="point">The point; used up.</param>
    internal void FillTable(bool second, EdwardsPoint point)
    {
        long[] table = second ? _secondTable : _firstTable;
        EdwardsAddend addend = _scratch.Addend;
        addend.Set(point);
        addend.Store(table, 0);
        EdwardsGroup.Double(point, 1);
        EdwardsGroup.Add(point, addend, false, false, true);
        addend.Set(point);
        addend.Store(table, EdwardsAddend.Size);
    }

    /// <summary>
    /// Sets the scalars of first * firstPoint + second * secondPoint + baseScalar * B.
    /// </summary>
    /// <param name="first">The first point's scalar, 32 bytes, below 2^254; kept by reference.</param>
    /// <param name="second">The second point's scalar, 32 bytes, below 2^254; kept by reference.</param>
    /// <param name="subtract">To subtract the first product instead of adding it.</param>
    /// <param name="baseScalar">The base point's scalar, 32 bytes, below 2^255.</param>
    internal void SetScalars(byte[] first, byte[] second, bool subtract, byte[] baseScalar)
    {
        _first = first;
        _second = second;
        BasePointComb.Recode(_baseSigns, baseScalar, 0);
        _subtract = subtract;
    }

    /// <summary>Begins to compute the sum, by one chain of doublings (Straus). Scalars and tables are there.</summary>
    internal void BeginSum()
    {
        _sum.SetNeutral();
        _firstWaits = false;
        _secondWaits = false;
        _place = Places - 1;
        while (_place >= BasePointComb.Columns && (Bit(_first, _place) | Bit(_second, _place)) == 0)
        {
            _place--;
        }
    }

    /// <summary>Carries on with what was begun, by sixteen places of the scalars.</summary>
    /// <returns>True while there are places left.</returns>
    internal bool StepSum()
    {
        int place = _place;
        int last = place < PlacesInStep ? 0 : place - PlacesInStep + 1;
        int doublings = 0;
        for (; place >= last; place--)
        {
            int first = Digit(_first, place, _firstWaits);
            int second = Digit(_second, place, _secondWaits);
            _firstWaits = first == Waits;
            _secondWaits = second == Waits;
            bool adds = ((first | second) & 1) != 0;
            bool inComb = place < BasePointComb.Columns;
            doublings++;
            if (!adds && !inComb && place > last)
            {
                continue;
            }

            EdwardsGroup.Double(_sum, doublings);
            doublings = 0;
            AddMultiple(_firstTable, first, _subtract, (second & 1) != 0 || inComb);
            AddMultiple(_secondTable, second, false, inComb);
            if (inComb)
            {
                BasePointComb.AddColumn(_sum, _baseSigns, place, _scratch.Addend, false);
            }
        }

        _place = place;
        return place >= 0;
    }

    /// <summary>Tells whether the sum is the neutral element, when no place is left.</summary>
    internal bool IsSumNeutral()
    {
        Field25519.Subtract(_scratch.A, _sum.Y, _sum.Z);
        return Field25519.IsZero(_sum.X, _scratch.Bytes) && Field25519.IsZero(_scratch.A, _scratch.Bytes);
    }

    // Windows of two places, from the top: 11 makes three times the point at its lower place, 10 the
    // point at its upper one.
    private static int Digit(byte[] scalar, int place, bool waits)
    {
        if (waits)
        {
            return 3;
        }

        int bit = Bit(scalar, place);
        return bit != 0 && place > 0 && Bit(scalar, place - 1) != 0 ? Waits : bit;
    }

    private static int Bit(byte[] scalar, int place)
    {
        return (scalar[place >> 3] >> (place & 7)) & 1;
    }

    private void AddMultiple(long[] table, int digit, bool subtract, bool withT)
    {
        if ((digit & 1) != 0)
        {
            _scratch.Addend.Load(table, (digit >> 1) * EdwardsAddend.Size);
            EdwardsGroup.Add(_sum, _scratch.Addend, subtract, false, withT);
        }
    }
}
