using System;
using System.Linq;

namespace Spore.Signing;

/// <summary>Keys as text: base64 as WireGuard writes them, or 64 hexadecimal digits.</summary>
public static class KeyText
{
    /// <summary>The length of a key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>
    /// What a key looks like, for messages. They never quote the text, since it may be the wrong key.
    /// </summary>
    public const string Form = "a key is 44 characters of base64 or 64 hexadecimal digits";

    /// <summary>Writes a key in base64.</summary>
    /// <param name="key">The key, 32 bytes.</param>
    /// <returns>44 characters.</returns>
    public static string Format(ReadOnlySpan<byte> key) => Convert.ToBase64String(key);

    /// <summary>
    /// Reads a key. Base64 is taken strictly: 44 characters, one pad, no unused bit set, no white space.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>32 bytes, or null when it is no key.</returns>
    public static byte[]? TryParse(string text)
    {
        if (text.Length == 2 * KeySize && text.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(text);
        }

        byte[] key = new byte[KeySize];
        return text.Length == 44
            && Convert.TryFromBase64String(text, key, out int count)
            && count == KeySize
            && Convert.ToBase64String(key) == text
            ? key
            : null;
    }
}
