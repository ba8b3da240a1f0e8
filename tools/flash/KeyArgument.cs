using System.IO;
using Spore.CommandLine;
using Spore.Crypto;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Keys as they are given on the command line.</summary>
internal static class KeyArgument
{
    /// <summary>Reads a public key.</summary>
    /// <param name="text">Base64 or hexadecimal digits.</param>
    /// <param name="name">The argument's name, for messages.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="UsageException">It is not a key.</exception>
    public static byte[] Parse(string text, string name) =>
        KeyText.TryParse(text) ?? throw new UsageException(name, $"this is not a key; {KeyText.Form}");

    /// <summary>Reads the public key of a trust root.</summary>
    /// <param name="text">The key, or the path of the key file of the trust root or of a signing key.</param>
    /// <param name="name">The argument's name, for messages.</param>
    /// <param name="terminal">For the warning about a key file that others can read.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="UsageException">It is neither.</exception>
    /// <exception cref="InputException">The file holds neither.</exception>
    public static byte[] ParseRoot(string text, string name, Terminal terminal)
    {
        byte[]? key = KeyText.TryParse(text);
        if (key is null && !File.Exists(text) && !Directory.Exists(text))
        {
            throw new UsageException(name, $"this is neither a file nor a key; {KeyText.Form}");
        }

        if (key is null)
        {
            key = NetworkKey.LoadTrustRoot(text);
            terminal.WarnIfExposed(text);
        }

        return ConstantTime.IsZero(key, 0, key.Length) ? throw new UsageException(name, "this key is all zero") : key;
    }
}
