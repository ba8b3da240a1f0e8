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

    /// <summary>Writes the key, and its certificate where it has one, to a file of mode 0600.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="force">Whether an existing file is replaced.</param>
    /// <param name="passphrase">The passphrase to encrypt it with, or null.</param>
    /// <exception cref="InputException">It exists already, or can't be written.</exception>
    public abstract void Save(string path, bool force, byte[]? passphrase = null);

    /// <summary>Reads the key that signs networks, of either kind.</summary>
    /// <param name="path">The path of its file.</param>
    /// <param name="passphrases">Where the passphrase of an encrypted key comes from; null for nowhere.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InputException">
    /// The file can't be read or does not hold one, its passphrase is wrong, or the signing key has no certificate yet.
    /// </exception>
    public static NetworkKey Load(string path, IPassphrases? passphrases = null)
    {
        using KeyFile file = KeyFile.Read(path, KeyFileKind.TrustRoot, KeyFileKind.SigningKey);
        return file.TrustRoot is null ? throw Uncertified(path)
            : file.Kind == KeyFileKind.TrustRoot ? TrustRootKey.Of(file, passphrases)
            : SigningKey.Of(file, passphrases);
    }

    /// <summary>Reads the trust root's public key out of the file of a key, of either kind.</summary>
    /// <param name="path">The path of the file. Its passphrase is not needed.</param>
    /// <returns>32 bytes.</returns>
    /// <exception cref="InputException">
    /// The file can't be read or does not hold one, or the signing key has no certificate yet.
    /// </exception>
    public static byte[] LoadTrustRoot(string path)
    {
        using KeyFile file = KeyFile.Read(path, KeyFileKind.TrustRoot, KeyFileKind.SigningKey);
        return file.TrustRoot ?? throw Uncertified(path);
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

    private protected void Save(
        KeyFileKind kind, KeyCertificate? certificate, string path, bool force, byte[]? passphrase)
    {
        using KeyFile file = KeyFile.OfKey(
            kind, PublicKey, _key.Export(KeyBlobFormat.RawPrivateKey), certificate, passphrase);
        file.Write(path, force);
    }

    private static InputException Uncertified(string path) => new(
        path,
        null,
        "this signing key has no certificate yet; flash root certify --public makes one, and flash signing accept puts "
        + "it into this file");
}
