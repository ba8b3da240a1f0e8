using System;
using System.Security.Cryptography;

namespace Spore.Signing;

/// <summary>
/// The key that decides who is a member: it signs the networks of epoch 0 itself, and certifies the signing keys of
/// other epochs.
/// </summary>
public sealed class TrustRootKey : NetworkKey
{
    private TrustRootKey(ReadOnlySpan<byte> seed)
        : base(seed)
    {
    }

    /// <inheritdoc/>
    public override int Epoch => 0;

    /// <inheritdoc/>
    public override byte[] TrustRoot => PublicKey;

    /// <inheritdoc/>
    public override byte[] Certificate => [];

    /// <summary>Makes a new key.</summary>
    /// <returns>A key that there has never been.</returns>
    public static TrustRootKey Generate()
    {
        byte[] seed = NewSeed();
        TrustRootKey key = FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>Makes the key of a seed (RFC 8032 section 5.1.5).</summary>
    /// <param name="seed">The seed, 32 bytes.</param>
    /// <returns>Its key.</returns>
    public static TrustRootKey FromSeed(ReadOnlySpan<byte> seed) => new(seed);

    /// <summary>Reads a key from the file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="passphrases">Where the passphrase of an encrypted key comes from; null for nowhere.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InputException">
    /// The file can't be read or does not hold one, or its passphrase is wrong.
    /// </exception>
    public static new TrustRootKey Load(string path, IPassphrases? passphrases = null)
    {
        using KeyFile file = KeyFile.Read(path, KeyFileKind.TrustRoot);
        return Of(file, passphrases);
    }

    /// <inheritdoc/>
    public override void Save(string path, bool force, byte[]? passphrase = null) =>
        Save(KeyFileKind.TrustRoot, null, path, force, passphrase);

    /// <summary>Certifies a signing key for an epoch.</summary>
    /// <param name="epoch">The epoch, 1 to 65535.</param>
    /// <param name="signingKey">The public key to certify, 32 bytes.</param>
    /// <returns>The certificate.</returns>
    public KeyCertificate Certify(int epoch, byte[] signingKey) => KeyCertificate.Make(this, epoch, signingKey);

    internal static TrustRootKey Of(KeyFile file, IPassphrases? passphrases)
    {
        byte[] seed = file.OpenSeed(passphrases);
        TrustRootKey key = FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }
}
