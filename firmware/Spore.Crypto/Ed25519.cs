using System;

namespace Spore.Crypto;

/// <summary>Verification of Ed25519 signatures (RFC 8032 section 5.1.7), strictly.</summary>
/// <remarks>
/// Whatever a lax verifier could see otherwise is refused: S not below the group's order, encodings that are not
/// canonical, a public key or an R of small order. The equation is the cofactorless one. All input is public, so the
/// time depends on it. A verification is done at once, or begun, carried on by steps and finished; an instance holds
/// one, and another begun or done at once replaces it. One instance is used by one caller at a time.
/// </remarks>
public sealed class Ed25519
{
    /// <summary>Bytes in a public key.</summary>
    public const int PublicKeySize = 32;

    /// <summary>Bytes in a signature.</summary>
    public const int SignatureSize = 64;

    private const int DecodingKey = 0;
    private const int DecodingR = 1;
    private const int Summing = 2;
    private const int Accepted = 3;
    private const int Refused = 4;

    private readonly Sha512 _hash = new Sha512();
    private readonly Edwards25519 _curve;
    private readonly HalfScalars _halves;
    private readonly EdwardsPoint _point;
    private readonly byte[] _digest = new byte[Sha512.DigestSize];
    private readonly byte[] _scalar;
    private readonly byte[] _signature = new byte[SignatureSize];

    // The key's x, negated, once it was decoded: most verifiers know only one key.
    private readonly long[] _keyX = new long[Field25519.Limbs];
    private bool _hasKeyX;
    private int _state = Refused;

    /// <summary>The latest public key that it was given; not to be changed.</summary>
    public readonly byte[] PublicKey = new byte[PublicKeySize];

    /// <summary>Takes memory of its own.</summary>
    public Ed25519()
        : this(new CurveScratch())
    {
    }

    /// <summary>Takes memory that it shares with a multiplication.</summary>
    /// <param name="scratch">What it works in within one call.</param>
    /// <param name="x25519">A multiplier that is never halfway through while a verification is.</param>
    public Ed25519(CurveScratch scratch, X25519 x25519)
    {
        _point = x25519.Sum;
        _scalar = x25519.Scalar;
        _curve = new Edwards25519(scratch, _point, x25519.Signs);
        _halves = new HalfScalars(scratch);
    }

    private Ed25519(CurveScratch scratch)
        : this(scratch, new X25519(scratch))
    {
    }

    /// <summary>Decodes a public key ahead of the first signature, which takes a tenth off each verification.</summary>
    /// <param name="publicKey">Holds the 32-byte public key.</param>
    /// <param name="offset">Where it starts.</param>
    public void SetKey(byte[] publicKey, int offset)
    {
        KeepKey(publicKey, offset);
        DecodeKey();
    }

    /// <summary>Tells whether a signature is a public key's over a message.</summary>
    /// <param name="publicKey">Holds the 32-byte public key.</param>
    /// <param name="publicKeyOffset">Where it starts.</param>
    /// <param name="message">Holds the message.</param>
    /// <param name="messageOffset">Where it starts.</param>
    /// <param name="messageLength">Its number of bytes.</param>
    /// <param name="signature">Holds the 64-byte signature.</param>
    /// <param name="signatureOffset">Where it starts.</param>
    /// <returns>True when it is.</returns>
    public bool Verify(
        byte[] publicKey,
        int publicKeyOffset,
        byte[] message,
        int messageOffset,
        int messageLength,
        byte[] signature,
        int signatureOffset)
    {
        Begin(publicKey, publicKeyOffset, message, messageOffset, messageLength, signature, signatureOffset);
        while (Step())
        {
        }

        return Finish();
    }

    /// <summary>Begins to verify a signature; hashes the message and copies the rest.</summary>
    /// <param name="publicKey">Holds the 32-byte public key.</param>
    /// <param name="publicKeyOffset">Where it starts.</param>
    /// <param name="message">Holds the message.</param>
    /// <param name="messageOffset">Where it starts.</param>
    /// <param name="messageLength">Its number of bytes.</param>
    /// <param name="signature">Holds the 64-byte signature.</param>
    /// <param name="signatureOffset">Where it starts.</param>
    public void Begin(
        byte[] publicKey,
        int publicKeyOffset,
        byte[] message,
        int messageOffset,
        int messageLength,
        byte[] signature,
        int signatureOffset)
    {
        KeepKey(publicKey, publicKeyOffset);
        Array.Copy(signature, signatureOffset, _signature, 0, SignatureSize);
        if (!Scalar25519.IsCanonical(_signature, 32))
        {
            _state = Refused;
            return;
        }

        _hash.Begin();
        _hash.Update(_signature, 0, 32);
        _hash.Update(PublicKey, 0, PublicKeySize);
        _hash.Update(message, messageOffset, messageLength);
        _hash.Finish(_digest, 0);

        // S B - k A - R = 0, times v, with u for k v.
        long[] limbs = _curve.Limbs;
        Scalar25519.Reduce(_scalar, _digest, limbs);
        _halves.Split(_scalar);
        Scalar25519.Multiply(_scalar, _halves.V, _signature, 32, _digest, limbs);
        _curve.SetScalars(_halves.U, _halves.V, _halves.IsNegative, _scalar);
        _state = DecodingKey;
    }

    /// <summary>Carries on with what was begun, by about a tenth.</summary>
    /// <returns>True while steps are left; false when the result is known.</returns>
    public bool Step()
    {
        if (_state == DecodingKey)
        {
            _state = DecodeKey() ? DecodingR : Refused;
            if (_state == DecodingR)
            {
                _curve.FillTable(false, _point);
            }
        }
        else if (_state == DecodingR)
        {
            _state = _curve.DecodeNegated(_point, _signature, 0) && !_curve.IsSmallOrder(_point) ? Summing : Refused;
            if (_state == Summing)
            {
                _curve.FillTable(true, _point);
                _curve.BeginSum();
            }
        }
        else if (_state == Summing && !_curve.StepSum())
        {
            _state = _curve.IsSumNeutral() ? Accepted : Refused;
        }

        return _state < Accepted;
    }

    /// <summary>Tells the result of what was begun, when no step is left.</summary>
    /// <returns>True when the signature is the public key's over the message.</returns>
    public bool Finish()
    {
        bool accepted = _state == Accepted;
        _state = Refused;
        return accepted;
    }

    private void KeepKey(byte[] publicKey, int offset)
    {
        _hasKeyX = _hasKeyX && ConstantTime.Equal(PublicKey, 0, publicKey, offset, PublicKeySize);
        Array.Copy(publicKey, offset, PublicKey, 0, PublicKeySize);
    }

    // The point is the key's, negated, afterwards.
    private bool DecodeKey()
    {
        if (_hasKeyX)
        {
            Field25519.Load(_point.Y, PublicKey, 0);
            Field25519.Copy(_point.X, _keyX);
            Edwards25519.Complete(_point);
            return true;
        }

        _hasKeyX = _curve.DecodeNegated(_point, PublicKey, 0) && !_curve.IsSmallOrder(_point);
        Field25519.Copy(_keyX, _point.X);
        return _hasKeyX;
    }
}
