using System;

namespace Spore.Crypto;

/// <summary>The X25519 function (RFC 7748 section 5): Diffie-Hellman on Curve25519.</summary>
/// <remarks>
/// Time does not depend on scalar or point. A multiplication is done at once, or begun, carried on by steps and
/// finished; an instance holds one, and another begun or done at once replaces it. One instance is used by one caller
/// at a time; its scratch is taken at construction and wiped after each use. A host's multiplication is done when it is
/// begun. Its steps do nothing, and are as many, so that a run in virtual time is the same with either.
/// </remarks>
public sealed class X25519
{
    /// <summary>Bytes in a scalar, a point and a shared secret.</summary>
    public const int KeySize = 32;

    // 255 bits in five equal slices, and a comb's 52 columns in four.
    private const int TopBit = 254;
    private const int BitsInStep = 51;
    private const int ColumnsInStep = 13;

    private readonly CurveScratch _scratch;
    private readonly IX25519 _host;

    // The scalar, or what the host has made of it.
    private readonly byte[] _scalar = new byte[KeySize];
    private readonly byte[] _signs = new byte[BasePointComb.SignsSize];
    private readonly long[] _x1 = new long[Field25519.Limbs];

    // What the ladder has reached is in a comb's sum: x2 : z2 in X and Z, x3 : z3 in Y and T.
    private readonly EdwardsPoint _sum = new EdwardsPoint();
    private int _bit = -1;
    private int _column = -1;
    private bool _onEdwards;

    /// <summary>Takes memory of its own.</summary>
    public X25519()
        : this(new CurveScratch())
    {
    }

    /// <summary>Takes memory, but for what can be shared.</summary>
    /// <param name="scratch">What it works in within one call.</param>
    /// <param name="host">What multiplies; null for the core's own, which gives the same.</param>
    public X25519(CurveScratch scratch, IX25519 host = null)
    {
        _scratch = scratch;
        _host = host;
    }

    /// <summary>What a verification may use while no multiplication is halfway through.</summary>
    internal EdwardsPoint Sum
    {
        get { return _sum; }
    }

    /// <summary>See <see cref="Sum"/>: 32 bytes.</summary>
    internal byte[] Scalar
    {
        get { return _scalar; }
    }

    /// <summary>See <see cref="Sum"/>: <see cref="BasePointComb.SignsSize"/> bytes.</summary>
    internal byte[] Signs
    {
        get { return _signs; }
    }

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
    public bool Multiply(
        byte[] result, int resultOffset, byte[] scalar, int scalarOffset, byte[] point, int pointOffset)
    {
        Begin(scalar, scalarOffset, point, pointOffset);
        while (Step())
        {
        }

        return Finish(result, resultOffset);
    }

    /// <summary>Multiplies the base point by a scalar: makes the public key of a private key.</summary>
    /// <param name="result">Takes the 32-byte product; may be the buffer of the scalar.</param>
    /// <param name="resultOffset">Where it goes.</param>
    /// <param name="scalar">Holds the 32-byte scalar, which is clamped as it is read.</param>
    /// <param name="scalarOffset">Where it starts.</param>
    public void MultiplyBase(byte[] result, int resultOffset, byte[] scalar, int scalarOffset)
    {
        BeginBase(scalar, scalarOffset);
        while (Step())
        {
        }

        Finish(result, resultOffset);
    }

    /// <summary>Begins to multiply a point by a scalar; both are copied.</summary>
    /// <param name="scalar">Holds the 32-byte scalar, which is clamped as it is read.</param>
    /// <param name="scalarOffset">Where it starts.</param>
    /// <param name="point">Holds the 32-byte u-coordinate, whose top bit is ignored.</param>
    /// <param name="pointOffset">Where it starts.</param>
    public void Begin(byte[] scalar, int scalarOffset, byte[] point, int pointOffset)
    {
        if (_host != null)
        {
            _host.Multiply(_scalar, 0, scalar, scalarOffset, point, pointOffset);
        }
        else
        {
            StartLadder(point, pointOffset);
            Clamp(scalar, scalarOffset);
        }

        _bit = TopBit;
        _column = -1;
        _onEdwards = false;
    }

    /// <summary>Begins to multiply the base point by a scalar, which is copied.</summary>
    /// <param name="scalar">Holds the 32-byte scalar, which is clamped as it is read.</param>
    /// <param name="scalarOffset">Where it starts.</param>
    public void BeginBase(byte[] scalar, int scalarOffset)
    {
        if (_host != null)
        {
            _host.MultiplyBase(_scalar, 0, scalar, scalarOffset);

            // The ladder has five steps, and the comb four.
            _bit = TopBit - BitsInStep;
            return;
        }

        Clamp(scalar, scalarOffset);
        BasePointComb.Recode(_signs, _scalar, 0);
        _sum.SetNeutral();
        _bit = -1;
        _column = BasePointComb.Columns - 1;
        _onEdwards = true;
    }

    /// <summary>Carries on with what was begun: a fifth of the way, of the base point a quarter.</summary>
    /// <returns>True while steps are left; false when there is nothing to do but finish.</returns>
    public bool Step()
    {
        if (_bit >= 0)
        {
            if (_host == null)
            {
                MontgomeryLadder.Climb(_x1, _sum.X, _sum.Z, _sum.Y, _sum.T, _scalar, _bit, _bit - BitsInStep + 1);
            }

            _bit -= BitsInStep;
        }
        else if (_column >= 0)
        {
            for (int i = 0; i < ColumnsInStep; i++)
            {
                EdwardsGroup.Double(_sum, 1);
                BasePointComb.AddColumn(_sum, _signs, _column, _scratch.Addend, false);
                _column--;
            }
        }

        return _bit >= 0 || _column >= 0;
    }

    /// <summary>Writes the product of what was begun, when no step is left, and wipes the scratch.</summary>
    /// <param name="result">Takes the 32-byte product.</param>
    /// <param name="resultOffset">Where it goes.</param>
    /// <returns>False, with the result all zero, when the point is of small order; else true.</returns>
    public bool Finish(byte[] result, int resultOffset)
    {
        if (_host != null)
        {
            Array.Copy(_scalar, 0, result, resultOffset, KeySize);
        }
        else
        {
            long[] x = _sum.X;
            long[] z = _sum.Z;
            if (_onEdwards)
            {
                // The map from edwards25519 to Curve25519: u = (1 + y) / (1 - y) (RFC 7748 section 4.1).
                Field25519.Add(x, z, _sum.Y);
                Field25519.Subtract(z, z, _sum.Y);
            }

            Field25519.Invert(z, z, _scalar);
            Field25519.Multiply(x, x, z);
            Field25519.Store(result, resultOffset, x);
        }

        Wipe();
        return !ConstantTime.IsZero(result, resultOffset, KeySize);
    }

    /// <summary>Wipes the scratch, as when a multiplication is given up halfway.</summary>
    public void Wipe()
    {
        Array.Clear(_scalar, 0, KeySize);
        Array.Clear(_signs, 0, BasePointComb.SignsSize);
        Field25519.Set(_x1, 0);
        _sum.Wipe();
        _scratch.Addend.Wipe();
        _bit = -1;
        _column = -1;
        _onEdwards = false;
    }

    /// <summary>
    /// Tells whether the order of a point divides 8, so that it has no shared secret with anybody
    /// (RFC 7748 section 6.1).
    /// </summary>
    /// <param name="point">Holds the 32-byte u-coordinate, whose top bit is ignored; not a secret.</param>
    /// <param name="pointOffset">Where it starts.</param>
    /// <returns>True when it does. A multiplication that was begun is lost.</returns>
    public bool IsSmallOrder(byte[] point, int pointOffset)
    {
        StartLadder(point, pointOffset);
        Array.Clear(_scalar, 0, KeySize);
        _scalar[0] = 8;
        MontgomeryLadder.Climb(_x1, _sum.X, _sum.Z, _sum.Y, _sum.T, _scalar, 3, 0);
        bool isSmallOrder = Field25519.IsZero(_sum.Z, _scalar);
        Wipe();
        return isSmallOrder;
    }

    private void StartLadder(byte[] point, int pointOffset)
    {
        Field25519.Load(_x1, point, pointOffset);
        Field25519.Set(_sum.X, 1);
        Field25519.Set(_sum.Z, 0);
        Field25519.Copy(_sum.Y, _x1);
        Field25519.Set(_sum.T, 1);
    }

    private void Clamp(byte[] scalar, int scalarOffset)
    {
        byte[] k = _scalar;
        Array.Copy(scalar, scalarOffset, k, 0, KeySize);
        k[0] &= 248;
        k[31] = (byte)((k[31] & 127) | 64);
    }
}
