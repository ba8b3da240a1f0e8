using System;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// Verifies the signatures of heads under one trust root (PROTOCOL section 7.4): that of the certificate, where there
/// is one that is not known yet, then that of the header. Both together are one check. A check is done at once, or
/// begun, carried on by steps and finished; another one that begins replaces it.
/// </summary>
public sealed class HeadVerifier
{
    private readonly Ed25519 _ed25519;
    private byte[] _head;
    private int _offset;
    private bool _isCertificateNext;

    /// <summary>Takes a verifier for itself.</summary>
    /// <param name="ed25519">The verifier of signatures. It keeps the key that it used last decoded.</param>
    /// <param name="trustRoot">A buffer with the trust root, an Ed25519 public key of 32 bytes; it is copied.</param>
    /// <param name="offset">Where it starts.</param>
    public HeadVerifier(Ed25519 ed25519, byte[] trustRoot, int offset)
    {
        _ed25519 = ed25519;
        Array.Copy(trustRoot, offset, TrustRoot, 0, Ed25519.PublicKeySize);
        ed25519.SetKey(TrustRoot, 0);
    }

    /// <summary>The trust root, 32 bytes; not to be changed.</summary>
    public readonly byte[] TrustRoot = new byte[Ed25519.PublicKeySize];

    /// <summary>Checks the signatures of a head at once.</summary>
    /// <param name="head">A buffer that holds the head, which <see cref="NetworkHeader.Check"/> accepted.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isCertified">Whether its certificate has verified before.</param>
    /// <returns>True when all signatures are right.</returns>
    public bool Verify(byte[] head, int offset, bool isCertified)
    {
        Begin(head, offset, isCertified);
        while (Step())
        {
        }

        return Finish();
    }

    /// <summary>Begins to check the signatures of a head.</summary>
    /// <param name="head">
    /// A buffer that holds the head, which <see cref="NetworkHeader.Check"/> accepted. The head must stay as it is
    /// until the check has finished.
    /// </param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isCertified">Whether its certificate has verified before.</param>
    public void Begin(byte[] head, int offset, bool isCertified)
    {
        _head = head;
        _offset = offset;
        bool isRoot = NetworkHeader.Epoch(head, offset) == 0;
        _isCertificateNext = !isRoot && !isCertified;
        int certificate = offset + NetworkHeader.Size;
        if (_isCertificateNext)
        {
            _ed25519.Begin(
                TrustRoot,
                0,
                head,
                certificate,
                SigningCertificate.SignedSize,
                head,
                certificate + SigningCertificate.SignatureOffset);
            return;
        }

        _ed25519.Begin(
            isRoot ? TrustRoot : head,
            isRoot ? 0 : certificate + SigningCertificate.KeyOffset,
            head,
            offset,
            NetworkHeader.SignedSize,
            head,
            offset + NetworkHeader.SignatureOffset);
    }

    /// <summary>Carries on with what was begun, by about a tenth of one signature.</summary>
    /// <returns>True while steps are left; false when the result is known.</returns>
    public bool Step()
    {
        if (_ed25519.Step())
        {
            return true;
        }

        if (!_isCertificateNext || !_ed25519.Finish())
        {
            return false;
        }

        Begin(_head, _offset, true);
        return true;
    }

    /// <summary>Reports the result of what was begun, when no step is left.</summary>
    /// <returns>True when all signatures are right.</returns>
    public bool Finish()
    {
        return _ed25519.Finish();
    }
}
