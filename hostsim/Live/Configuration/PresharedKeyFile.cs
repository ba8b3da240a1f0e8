using System;
using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>Reads preshared keys from files as <c>wg genpsk</c> writes them.</summary>
internal static class PresharedKeyFile
{
    private const int TextSize = 44;
    private const int Largest = 64;

    /// <summary>Reads a preshared key. No copy of it is left behind, and messages don't quote it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="InputException">There is no such file, or not one key in it.</exception>
    public static byte[] Read(string path)
    {
        Span<byte> text = stackalloc byte[Largest];
        Span<byte> again = stackalloc byte[TextSize];
        byte[] key = new byte[KeyText.KeySize];
        try
        {
            int length = SecretFile.Read(path, text);
            Span<byte> digits = text[..Math.Min(length, TextSize)];
            bool isKey = length >= TextSize
                && length < Largest
                && !text[TextSize..length].ContainsAnyExcept(" \t\r\n"u8)
                && Base64.DecodeFromUtf8(digits, key, out _, out int count) == OperationStatus.Done
                && count == KeyText.KeySize
                && Base64.EncodeToUtf8(key, again, out _, out _) == OperationStatus.Done
                && digits.SequenceEqual(again);
            if (!isKey || !key.AsSpan().ContainsAnyExcept((byte)0))
            {
                CryptographicOperations.ZeroMemory(key);
                throw new InputException(
                    path,
                    null,
                    isKey
                        ? "the preshared key is all zero, which means none"
                        : "is not one preshared key in base64 (wg genpsk makes one)");
            }

            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
            CryptographicOperations.ZeroMemory(again);
        }
    }
}
