namespace Spore.Crypto;

/// <summary>Verification of Ed25519 signatures (RFC 8032 section 5.1.7), strictly.</summary>
/// <remarks>
/// Whatever a lax verifier could see otherwise is refused: S not below the group's order, encodings that are not
/// canonical, a public key or an R of small order. The equation is the cofactorless one. All input is public, so the
/// time depends on it. One instance is used by one caller at a time.
/// </remarks>
public sealed class Ed25519
{
    /// <summary>Bytes in a public key.</summary>
    public const int PublicKeySize = 32;

    /// <summary>Bytes in a signature.</summary>
    public const int SignatureSize = 64;

    private readonly Sha512 _hash = new Sha512();
    private readonly Edwards25519 _curve = new Edwards25519();
    private readonly Scalar25519 _scalars = new Scalar25519();
    private readonly EdwardsPoint _publicPoint = new EdwardsPoint();
    private readonly EdwardsPoint _r = new EdwardsPoint();
    private readonly byte[] _digest = new byte[Sha512.DigestSize];
    private readonly byte[] _k = new byte[32];
    private readonly byte[] _encoded = new byte[32];

    /// <summary>Tells whether a signature is a public key's over a message.</summary>
    /// <param name="publicKey">Holds the 32-byte public key.</param>
    /// <param name="publicKeyOffset">Where it starts.</param>
    /// <param name="message">Holds the message.</param>
    /// <param name="messageOffset">Where it starts.</param>
    /// <param name="messageLength">Its number of bytes.</param>
    /// <param name="signature">Holds the 64-byte signature.</param>
    /// <param name="signatureOffset">Where it starts.</param>
    /// <returns>True when it is.</returns>
    public bool Verify(byte[] publicKey, int publicKeyOffset, byte[] message, int messageOffset, int messageLength, byte[] signature, int signatureOffset)
    {
        if (!Scalar25519.IsCanonical(signature, signatureOffset + 32)
            || !_curve.DecodeNegated(_publicPoint, publicKey, publicKeyOffset)
            || _curve.IsSmallOrder(_publicPoint))
        {
            return false;
        }

        _hash.Begin();
        _hash.Update(signature, signatureOffset, 32);
        _hash.Update(publicKey, publicKeyOffset, PublicKeySize);
        _hash.Update(message, messageOffset, messageLength);
        _hash.Finish(_digest, 0);
        _scalars.Reduce(_k, _digest);

        // R = S B - k A. What is computed is encoded canonically, so an equal R is canonical too.
        _curve.MultiplyBoth(_r, _k, _publicPoint, signature, signatureOffset + 32);
        if (_curve.IsSmallOrder(_r))
        {
            return false;
        }

        _curve.Encode(_encoded, 0, _r);
        return ConstantTime.Equal(_encoded, 0, signature, signatureOffset, 32);
    }
}
