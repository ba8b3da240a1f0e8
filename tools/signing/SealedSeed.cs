using System;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NSec.Cryptography;

namespace Spore.Signing;

/// <summary>
/// An Ed25519 seed under a passphrase: XChaCha20-Poly1305, with a key that Argon2id (RFC 9106) makes of the passphrase
/// and a random salt. The nonce is zero, because each salt, and so each key, seals one seed. The associated data is the
/// text that stands before the sealed seed in its file.
/// </summary>
internal sealed partial class SealedSeed
{
    // The cost of a guess: 256 MiB of memory and about a second.
    private const int UsualMemory = 256 * 1024;
    private const int UsualPasses = 3;

    // Limits for files of others: what is beyond them was not made to be opened.
    private const int LeastMemory = 8 * 1024;
    private const int MostMemory = 1024 * 1024;
    private const int MostPasses = 64;

    private const int SaltSize = 16;
    private const int TagSize = 16;

    private readonly int _memory;
    private readonly int _passes;
    private readonly byte[] _salt;
    private readonly byte[] _sealed;

    private SealedSeed(int memory, int passes, byte[] salt, byte[] sealedSeed)
    {
        _memory = memory;
        _passes = passes;
        _salt = salt;
        _sealed = sealedSeed;
    }

    /// <summary>The parameters as text: memory in KiB, passes, lanes, and the salt in base64.</summary>
    public string Parameters => Format(_memory, _passes, _salt);

    /// <summary>The sealed seed in base64.</summary>
    public string Text => Convert.ToBase64String(_sealed);

    /// <summary>Seals a seed.</summary>
    /// <param name="seed">The seed, 32 bytes.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="context">The text that stands before the parameters in the file.</param>
    /// <returns>The sealed seed.</returns>
    public static SealedSeed Seal(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> passphrase, string context)
    {
        byte[] salt = System.Security.Cryptography.RandomNumberGenerator.GetBytes(SaltSize);
        byte[] associated = Associated(context, Format(UsualMemory, UsualPasses, salt));
        AeadAlgorithm aead = AeadAlgorithm.XChaCha20Poly1305;
        using Key key = Derive(UsualMemory, UsualPasses, salt, passphrase);
        byte[] text = aead.Encrypt(key, new byte[aead.NonceSize], associated, seed);
        return new SealedSeed(UsualMemory, UsualPasses, salt, text);
    }

    /// <summary>Reads what a file holds.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="text">The sealed seed.</param>
    /// <returns>The sealed seed, or null when the text is none.</returns>
    public static SealedSeed? TryParse(string parameters, string text)
    {
        Match match = ParameterForm().Match(parameters);
        byte[] salt = new byte[SaltSize];
        byte[] bytes = new byte[KeyText.KeySize + TagSize];
        return match.Success
            && DecimalText.TryParse(match.Groups[1].Value, MostMemory, out int memory)
            && memory >= LeastMemory
            && DecimalText.TryParse(match.Groups[2].Value, MostPasses, out int passes)
            && passes >= 1
            && Convert.TryFromBase64String(match.Groups[3].Value, salt, out int saltSize)
            && saltSize == salt.Length
            && Convert.TryFromBase64String(text, bytes, out int size)
            && size == bytes.Length
            ? new SealedSeed(memory, passes, salt, bytes)
            : null;
    }

    /// <summary>Opens the seed.</summary>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="context">The text that stands before the parameters in the file.</param>
    /// <returns>The seed, 32 bytes, or null when the passphrase is wrong or the file was changed.</returns>
    public byte[]? Open(ReadOnlySpan<byte> passphrase, string context)
    {
        AeadAlgorithm aead = AeadAlgorithm.XChaCha20Poly1305;
        using Key key = Derive(_memory, _passes, _salt, passphrase);
        return aead.Decrypt(key, new byte[aead.NonceSize], Associated(context, Parameters), _sealed);
    }

    private static string Format(int memory, int passes, byte[] salt) => string.Create(
        CultureInfo.InvariantCulture, $"m={memory},t={passes},p=1,salt={Convert.ToBase64String(salt)}");

    private static byte[] Associated(string context, string parameters) => Encoding.UTF8.GetBytes(context + parameters);

    private static Key Derive(int memory, int passes, byte[] salt, ReadOnlySpan<byte> passphrase)
    {
        PasswordBasedKeyDerivationAlgorithm argon2 = PasswordBasedKeyDerivationAlgorithm.Argon2id(new Argon2Parameters
        {
            DegreeOfParallelism = 1,
            MemorySize = memory,
            NumberOfPasses = passes,
        });
        return argon2.DeriveKey(passphrase, salt, AeadAlgorithm.XChaCha20Poly1305);
    }

    [GeneratedRegex("^m=([0-9]+),t=([0-9]+),p=1,salt=([A-Za-z0-9+/=]+)$")]
    private static partial Regex ParameterForm();
}
