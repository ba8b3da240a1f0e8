using System;
using Xunit;

namespace Spore.Tests.Crypto;

/// <summary>Buffers for the tests: hex, random fill, and runs that sit inside a larger buffer.</summary>
internal static class Bytes
{
    /// <summary>Bytes on either side of a run, which nothing may touch.</summary>
    internal const int Margin = 7;

    private const byte Guard = 0xA5;

    internal static byte[] Hex(string hex)
    {
        return Convert.FromHexString(hex.Replace(" ", string.Empty));
    }

    internal static string Hex(byte[] bytes)
    {
        return Convert.ToHexStringLower(bytes);
    }

    internal static byte[] Counting(int first, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)(first + i);
        }

        return bytes;
    }

    internal static byte[] Random(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A buffer that holds the bytes at <see cref="Margin"/>, with guards around the room given.</summary>
    internal static byte[] Inside(byte[] bytes, int room)
    {
        byte[] buffer = new byte[room + (2 * Margin)];
        Array.Fill(buffer, Guard);
        bytes.CopyTo(buffer, Margin);
        return buffer;
    }

    internal static byte[] Inside(byte[] bytes)
    {
        return Inside(bytes, bytes.Length);
    }

    /// <summary>Asserts that the guards are whole and returns the run between them.</summary>
    internal static byte[] Between(byte[] buffer)
    {
        for (int i = 0; i < Margin; i++)
        {
            Assert.Equal(Guard, buffer[i]);
            Assert.Equal(Guard, buffer[^(i + 1)]);
        }

        return buffer[Margin..^Margin];
    }
}
