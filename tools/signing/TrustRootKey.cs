using System;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace Spore.Signing;

/// <summary>The Ed25519 key that signs networks. Whoever has it decides who is a member.</summary>
public sealed class TrustRootKey : IDisposable
{
    /// <summary>The first line of a file that holds one.</summary>
    public const string FileHeader = "# spore trust root (Ed25519 seed): keep this file secret";

    private const int FileLimit = 4096;

    private readonly Key _key;

    private TrustRootKey(Key key)
    {
        _key = key;
        PublicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>The public key, 32 bytes: what nodes hold as their trust root.</summary>
    public byte[] PublicKey { get; }

    /// <summary>Makes a new key.</summary>
    /// <returns>A key that there has never been.</returns>
    public static TrustRootKey Generate()
    {
        byte[] seed = RandomNumberGenerator.GetBytes(KeyText.KeySize);
        TrustRootKey key = FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>Makes the key of a seed (RFC 8032 section 5.1.5).</summary>
    /// <param name="seed">The seed, 32 bytes.</param>
    /// <returns>Its key.</returns>
    public static TrustRootKey FromSeed(ReadOnlySpan<byte> seed) => new(Key.Import(
        SignatureAlgorithm.Ed25519,
        seed,
        KeyBlobFormat.RawPrivateKey,
        new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport }));

    /// <summary>Reads a key from the file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InputException">The file can't be read or does not hold one.</exception>
    public static TrustRootKey Load(string path)
    {
        byte[] bytes = InputFile.Read(path, FileLimit);
        try
        {
            string[] lines = Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            if (lines[0] != FileHeader)
            {
                throw new InputException(
                    path, "line 1", "this is not a trust root key file (flash root new makes one)");
            }

            byte[]? seed = lines.Length == 2 ? KeyText.TryParse(lines[1]) : null;
            if (seed is null)
            {
                throw new InputException(path, "line 2", "one line with the key is expected here; the file is damaged");
            }

            TrustRootKey key = FromSeed(seed);
            CryptographicOperations.ZeroMemory(seed);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Writes the key to a file of mode 0600.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="force">Whether an existing file is replaced.</param>
    /// <exception cref="InputException">It exists already, or can't be written.</exception>
    public void Save(string path, bool force)
    {
        byte[] seed = _key.Export(KeyBlobFormat.RawPrivateKey);
        byte[] bytes = Encoding.UTF8.GetBytes($"{FileHeader}\n{KeyText.Format(seed)}\n");
        SecretFile.Write(path, bytes, force);
        CryptographicOperations.ZeroMemory(seed);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Signs.</summary>
    /// <param name="message">What is to be signed.</param>
    /// <returns>The signature, 64 bytes.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureAlgorithm.Ed25519.Sign(_key, message);

    /// <summary>Forgets the private key.</summary>
    public void Dispose() => _key.Dispose();
}
