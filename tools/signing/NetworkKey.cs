using System;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace Spore.Signing;

/// <summary>
/// An Ed25519 key that signs networks: the trust root, or a signing key that the trust root certified for one epoch.
/// </summary>
public abstract class NetworkKey : IDisposable
{
    private readonly Key _key;

    private protected NetworkKey(ReadOnlySpan<byte> seed)
    {
        _key = Key.Import(
            SignatureAlgorithm.Ed25519,
            seed,
            KeyBlobFormat.RawPrivateKey,
            new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        PublicKey = _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>The public key, 32 bytes.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The epoch of the networks that it signs. The trust root signs those of epoch 0.</summary>
    public abstract int Epoch { get; }

    /// <summary>The trust root of the nodes that accept its networks, 32 bytes.</summary>
    public abstract byte[] TrustRoot { get; }

    /// <summary>Its certificate, 112 bytes; empty in epoch 0, where there is none.</summary>
    public abstract byte[] Certificate { get; }

    /// <summary>Reads the key that signs networks, of either kind.</summary>
    /// <param name="path">The path of its file.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InputException">
    /// The file can't be read or does not hold one, or the signing key has no certificate yet.
    /// </exception>
    public static NetworkKey Load(string path)
    {
        using KeyFile file = KeyFile.Read(path, KeyFileKind.TrustRoot, KeyFileKind.SigningKey);
        if (file.Kind == KeyFileKind.TrustRoot)
        {
            return TrustRootKey.Of(file);
        }

        SigningKey key = SigningKey.Of(file);
        if (key.KeyCertificate is null)
        {
            key.Dispose();
            throw new InputException(
                path,
                null,
                "this signing key has no certificate yet; flash root certify --public makes one, and flash signing "
                + "accept puts it into this file");
        }

        return key;
    }

    /// <summary>Reads the trust root's public key out of the file of a key, of either kind.</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="InputException">
    /// The file can't be read or does not hold one, or the signing key has no certificate yet.
    /// </exception>
    public static byte[] LoadTrustRoot(string path)
    {
        using NetworkKey key = Load(path);
        return key.TrustRoot;
    }

    /// <summary>Signs.</summary>
    /// <param name="message">What is to be signed.</param>
    /// <returns>The signature, 64 bytes.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureAlgorithm.Ed25519.Sign(_key, message);

    /// <summary>Forgets the private key.</summary>
    public void Dispose()
    {
        _key.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static byte[] NewSeed() => RandomNumberGenerator.GetBytes(KeyText.KeySize);

    /// <summary>Makes the file of this key.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="certificate">Its certificate, or null.</param>
    /// <returns>The file, to be disposed of.</returns>
    private protected KeyFile FileOf(KeyFileKind kind, KeyCertificate? certificate) =>
        new(kind, _key.Export(KeyBlobFormat.RawPrivateKey), certificate);
}
