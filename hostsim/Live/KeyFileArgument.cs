using System;
using Spore.Signing;

namespace Spore.Hostsim.Live;

/// <summary>A file that belongs to a peer.</summary>
/// <param name="Key">The peer's public key, 32 bytes.</param>
/// <param name="Path">The file's path.</param>
internal sealed record KeyFileArgument(byte[] Key, string Path)
{
    /// <summary>Reads <c>KEY=FILE</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="argument">What it says.</param>
    /// <returns>Whether it was understood.</returns>
    public static bool TryParse(string text, out KeyFileArgument argument)
    {
        // In base64 the key ends with the same sign.
        int equals = text.IndexOf('=');
        equals += text.AsSpan(equals + 1).StartsWith('=') ? 1 : 0;
        byte[]? key = equals < 0 ? null : KeyText.TryParse(text[..equals]);
        argument = new KeyFileArgument(key ?? [], text[(equals + 1)..]);
        return key != null && argument.Path.Length > 0;
    }
}
