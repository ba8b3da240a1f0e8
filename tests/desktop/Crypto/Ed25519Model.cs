using System;
using System.Numerics;
using System.Security.Cryptography;
using Spore.Crypto;

namespace Spore.Tests.Crypto;

/// <summary>Edwards25519 and Ed25519 as RFC 8032 section 5.1 writes them, with big numbers and no shortcuts.</summary>
internal static class Ed25519Model
{
    internal static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    internal static readonly BigInteger L =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    internal static readonly BigInteger D = Mod(-121665 * Inverse(121666));
    internal static readonly (BigInteger X, BigInteger Y) Base =
        (
            BigInteger.Parse("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
            Mod(4 * Inverse(5)));

    internal static BigInteger Mod(BigInteger x)
    {
        return ((x % P) + P) % P;
    }

    internal static BigInteger Inverse(BigInteger x)
    {
        return BigInteger.ModPow(((x % P) + P) % P, P - 2, P);
    }

    internal static (BigInteger X, BigInteger Y) Negate((BigInteger X, BigInteger Y) a)
    {
        return (Mod(-a.X), a.Y);
    }

    internal static (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        BigInteger k = Mod(D * Mod(a.X * b.X) * Mod(a.Y * b.Y));
        return (
            Mod(Mod((a.X * b.Y) + (b.X * a.Y)) * Inverse(1 + k)), Mod(Mod((a.Y * b.Y) + (a.X * b.X)) * Inverse(1 - k)));
    }

    internal static (BigInteger X, BigInteger Y) Multiply(BigInteger factor, (BigInteger X, BigInteger Y) point)
    {
        (BigInteger X, BigInteger Y) result = (0, 1);
        for (long i = factor.GetBitLength() - 1; i >= 0; i--)
        {
            result = Add(result, result);
            if (((factor >> (int)i) & 1) == 1)
            {
                result = Add(result, point);
            }
        }

        return result;
    }

    /// <summary>The point that 32 bytes encode, or null where they are no canonical encoding of one.</summary>
    internal static (BigInteger X, BigInteger Y)? Decode(ReadOnlySpan<byte> bytes)
    {
        BigInteger number = new(bytes, isUnsigned: true);
        BigInteger y = number & (BigInteger.Pow(2, 255) - 1);
        bool odd = number >> 255 == 1;
        BigInteger square = Mod(((y * y) - 1) * Inverse((D * y * y) + 1));
        BigInteger x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x) != square)
        {
            x = Mod(x * BigInteger.ModPow(2, (P - 1) / 4, P));
        }

        if (y >= P || Mod(x * x) != square || (x.IsZero && odd))
        {
            return null;
        }

        return (x.IsEven == !odd ? x : P - x, y);
    }

    internal static byte[] Encode((BigInteger X, BigInteger Y) point)
    {
        byte[] bytes = new byte[32];
        point.Y.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        bytes[31] |= (byte)(point.X.IsEven ? 0 : 0x80);
        return bytes;
    }

    internal static BigInteger Challenge(ReadOnlySpan<byte> r, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message)
    {
        return new BigInteger(SHA512.HashData([.. r, .. publicKey, .. message]), isUnsigned: true) % L;
    }

    /// <summary>Verifies strictly: canonical, no small order, R = S B - k A with no cofactor.</summary>
    internal static bool Verify(byte[] publicKey, byte[] message, byte[] signature)
    {
        BigInteger s = new(signature.AsSpan(32), isUnsigned: true);
        if (s >= L
            || Decode(publicKey) is not (BigInteger, BigInteger) a || Multiply(8, a) == (0, 1)
            || Decode(signature.AsSpan(0, 32)) is not (BigInteger, BigInteger) r || Multiply(8, r) == (0, 1))
        {
            return false;
        }

        BigInteger k = Challenge(signature.AsSpan(0, 32), publicKey, message);
        return Multiply(s, Base) == Add(r, Multiply(k, a));
    }

    /// <summary>The affine coordinates of a point of the firmware's.</summary>
    internal static (BigInteger X, BigInteger Y) Affine(EdwardsPoint point)
    {
        BigInteger inverse = Inverse(Value(point.Z));
        return (Mod(Value(point.X) * inverse), Mod(Value(point.Y) * inverse));
    }

    /// <summary>The number that ten limbs amount to.</summary>
    internal static BigInteger Value(long[] limbs)
    {
        BigInteger value = 0;
        for (int i = 0; i < 10; i++)
        {
            value += limbs[i] * BigInteger.Pow(2, ((51 * i) + 1) / 2);
        }

        return Mod(value);
    }

    /// <summary>A number as ten limbs.</summary>
    internal static long[] Limbs(BigInteger value)
    {
        byte[] bytes = new byte[32];
        Mod(value).ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        long[] limbs = new long[10];
        Field25519.Load(limbs, bytes, 0);
        return limbs;
    }

    /// <summary>32 little-endian bytes of a number.</summary>
    internal static byte[] Scalar(BigInteger value)
    {
        byte[] bytes = new byte[32];
        value.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return bytes;
    }
}
