using System;
using System.Buffers.Binary;
using Spore.Crypto;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>The certificate of a signing key (PROTOCOL section 7.1), with the trust root that made it.</summary>
public sealed class KeyCertificate
{
    private KeyCertificate(byte[] trustRoot, byte[] bytes)
    {
        TrustRoot = trustRoot;
        Bytes = bytes;
    }

    /// <summary>The trust root, 32 bytes.</summary>
    public byte[] TrustRoot { get; }

    /// <summary>The certificate as heads have it, 112 bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>The epoch, 1 to 65535.</summary>
    public int Epoch => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(SigningCertificate.EpochOffset));

    /// <summary>The public key that is certified, 32 bytes.</summary>
    public byte[] SigningKey => Bytes[SigningCertificate.KeyOffset..SigningCertificate.SignatureOffset];

    /// <summary>Takes a certificate from elsewhere.</summary>
    /// <param name="trustRoot">The trust root that is said to have made it, 32 bytes.</param>
    /// <param name="bytes">The certificate.</param>
    /// <param name="fault">What is wrong with it, or null.</param>
    /// <returns>The certificate, or null when something is wrong.</returns>
    public static KeyCertificate? TryRead(byte[] trustRoot, byte[] bytes, out string? fault)
    {
        fault = null;
        if (bytes.Length != SigningCertificate.Size)
        {
            fault = $"a certificate has {SigningCertificate.Size} bytes, this one {bytes.Length}";
            return null;
        }

        // As behind the header of its own epoch.
        byte[] head = new byte[NetworkHeader.MaxHeadSize];
        bytes.AsSpan(SigningCertificate.EpochOffset, 2).CopyTo(head.AsSpan(NetworkHeader.VersionOffset));
        bytes.CopyTo(head, NetworkHeader.Size);
        KeyCertificate certificate = new(trustRoot, bytes);
        if (SigningCertificate.Check(head, 0) != NetworkFault.None || certificate.Epoch == 0)
        {
            fault = "it is malformed";
            return null;
        }

        bool isSigned = new Ed25519().Verify(
            trustRoot, 0, bytes, 0, SigningCertificate.SignedSize, bytes, SigningCertificate.SignatureOffset);
        fault = isSigned ? null : "the trust root in this file did not sign it";
        return isSigned ? certificate : null;
    }

    /// <summary>Reads a certificate from the file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The certificate, which the trust root in the file has signed.</returns>
    /// <exception cref="InputException">The file can't be read or does not hold one.</exception>
    public static KeyCertificate Load(string path)
    {
        using KeyFile file = KeyFile.Read(path, KeyFileKind.Certificate);
        return file.Certificate!;
    }

    /// <summary>Writes the certificate to a file, which is no secret.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="InputException">It can't be written.</exception>
    public void Save(string path)
    {
        using KeyFile file = KeyFile.OfCertificate(this);
        file.Write(path, true);
    }

    /// <summary>Checks that it may take the place of a signing key's certificate.</summary>
    /// <param name="signingKey">The public signing key, 32 bytes.</param>
    /// <param name="held">The certificate that it has, or null.</param>
    /// <param name="where">The name of this certificate's file, for messages.</param>
    /// <exception cref="InputException">
    /// It is for another key, or by another trust root, or its epoch is not a later one.
    /// </exception>
    internal void CheckFor(byte[] signingKey, KeyCertificate? held, string where)
    {
        if (!SigningKey.AsSpan().SequenceEqual(signingKey))
        {
            throw new InputException(
                where,
                null,
                $"it is the certificate of {KeyText.Format(SigningKey)}, not of this signing key, "
                + KeyText.Format(signingKey));
        }

        if (held is not null && !held.TrustRoot.AsSpan().SequenceEqual(TrustRoot))
        {
            throw new InputException(
                where, null, "another trust root made it than the certificate that the signing key has");
        }

        if (held is not null && held.Epoch >= Epoch)
        {
            throw new InputException(
                where,
                "epoch",
                $"it is for epoch {Epoch}, and the signing key is certified for epoch {held.Epoch} already");
        }
    }

    internal static KeyCertificate Make(TrustRootKey root, int epoch, byte[] signingKey)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epoch, VersionText.MaxEpoch);
        byte[] bytes = new byte[SigningCertificate.Size];
        SigningCertificate.WriteMagic(bytes, 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(SigningCertificate.EpochOffset), (ushort)epoch);
        signingKey.CopyTo(bytes, SigningCertificate.KeyOffset);
        root.Sign(bytes.AsSpan(0, SigningCertificate.SignedSize)).CopyTo(bytes, SigningCertificate.SignatureOffset);
        return new KeyCertificate(root.PublicKey, bytes);
    }
}
