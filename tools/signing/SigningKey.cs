using System;
using System.Security.Cryptography;

namespace Spore.Signing;

/// <summary>
/// A key that the trust root certifies to sign the networks of one epoch, so that the trust root can stay offline.
/// </summary>
public sealed class SigningKey : NetworkKey
{
    private SigningKey(ReadOnlySpan<byte> seed, KeyCertificate? certificate)
        : base(seed)
    {
        KeyCertificate = certificate;
    }

    /// <summary>Its certificate, or null where it has none yet.</summary>
    public KeyCertificate? KeyCertificate { get; private set; }

    /// <inheritdoc/>
    public override int Epoch => Certified.Epoch;

    /// <inheritdoc/>
    public override byte[] TrustRoot => Certified.TrustRoot;

    /// <inheritdoc/>
    public override byte[] Certificate => Certified.Bytes;

    private KeyCertificate Certified => KeyCertificate
        ?? throw new InvalidOperationException("The signing key has no certificate yet.");

    /// <summary>Makes a new key without a certificate.</summary>
    /// <returns>A key that there has never been.</returns>
    public static SigningKey Generate()
    {
        byte[] seed = NewSeed();
        SigningKey key = FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>Makes the key of a seed (RFC 8032 section 5.1.5), without a certificate.</summary>
    /// <param name="seed">The seed, 32 bytes.</param>
    /// <returns>Its key.</returns>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed) => new(seed, null);

    /// <summary>Takes a certificate in the place of the one that it has.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="where">The name of its file, for messages.</param>
    /// <exception cref="InputException">
    /// It is for another key, or by another trust root, or its epoch is not a later one.
    /// </exception>
    public void Accept(KeyCertificate certificate, string where)
    {
        certificate.CheckFor(PublicKey, KeyCertificate, where);
        KeyCertificate = certificate;
    }

    /// <inheritdoc/>
    public override void Save(string path, bool force, byte[]? passphrase = null) =>
        Save(KeyFileKind.SigningKey, KeyCertificate, path, force, passphrase);

    internal static SigningKey Of(KeyFile file, IPassphrases? passphrases)
    {
        byte[] seed = file.OpenSeed(passphrases);
        SigningKey key = new(seed, file.Certificate);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }
}
