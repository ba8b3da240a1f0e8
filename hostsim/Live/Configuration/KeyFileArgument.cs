using System;
using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>A file that belongs to a peer.</summary>
/// <param name="Key">The peer's public key, 32 bytes.</param>
/// <param name="Path">The file's path.</param>
internal sealed record KeyFileArgument(byte[] Key, string Path)
{
    /// <summary>Reads <c>KEY=FILE</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fault">What is wrong with it, or null.</param>
    /// <returns>The argument, or null when something is wrong.</returns>
    public static KeyFileArgument? TryParse(string text, out string? fault)
    {
        // In base64 the key ends with the same sign.
        int equals = text.IndexOf('=');
        equals += text.AsSpan(equals + 1).StartsWith('=') ? 1 : 0;
        if (equals < 0 || equals == text.Length - 1)
        {
            fault = "there is no file behind the key; write KEY=FILE";
            return null;
        }

        byte[]? key = NodeKey.TryParsePublic(text[..equals], out fault);
        return key == null ? null : new KeyFileArgument(key, text[(equals + 1)..]);
    }

    /// <summary>Writes the argument as <see cref="TryParse"/> reads it.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        return $"{KeyText.Format(Key)}={Path}";
    }
}
