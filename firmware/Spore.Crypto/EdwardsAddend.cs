using System;

namespace Spore.Crypto;

/// <summary>
/// A point of edwards25519 as an addition wants it: Y + X, Y - X, Z and 2dT. Read first: RFC 8032 section 5.1.4.
/// </summary>
internal sealed class EdwardsAddend
{
    /// <summary>Limbs of an addend in a table.</summary>
    internal const int Size = 4 * Field25519.Limbs;

    internal readonly long[] Sum = new long[Field25519.Limbs];
    internal readonly long[] Difference = new long[Field25519.Limbs];
    internal readonly long[] Z = new long[Field25519.Limbs];
    internal readonly long[] T2d = new long[Field25519.Limbs];

    /// <summary>Makes it a point.</summary>
    internal void Set(EdwardsPoint point)
    {
        Field25519.Add(Sum, point.Y, point.X);
        Field25519.Subtract(Difference, point.Y, point.X);
        Field25519.Copy(Z, point.Z);
        Field25519.Multiply(T2d, point.T, Edwards25519.D2);
    }

    /// <summary>Loads it from a table.</summary>
    internal void Load(long[] table, int at)
    {
        Array.Copy(table, at, Sum, 0, Field25519.Limbs);
        Array.Copy(table, at + 10, Difference, 0, Field25519.Limbs);
        Array.Copy(table, at + 20, Z, 0, Field25519.Limbs);
        Array.Copy(table, at + 30, T2d, 0, Field25519.Limbs);
    }

    /// <summary>Stores it in a table.</summary>
    internal void Store(long[] table, int at)
    {
        Array.Copy(Sum, 0, table, at, Field25519.Limbs);
        Array.Copy(Difference, 0, table, at + 10, Field25519.Limbs);
        Array.Copy(Z, 0, table, at + 20, Field25519.Limbs);
        Array.Copy(T2d, 0, table, at + 30, Field25519.Limbs);
    }

    /// <summary>Wipes it.</summary>
    internal void Wipe()
    {
        Field25519.Set(Sum, 0);
        Field25519.Set(Difference, 0);
        Field25519.Set(Z, 0);
        Field25519.Set(T2d, 0);
    }
}
