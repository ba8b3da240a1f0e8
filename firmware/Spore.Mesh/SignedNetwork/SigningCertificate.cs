using Spore.Base;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// The certificate of a signing key, behind the header of a network whose epoch is not 0 (PROTOCOL section 7.1). With
/// it the trust root can stay offline, and a new epoch replaces a signing key that was stolen or lost.
/// <code>
///  0   8  "spore-c\n"
///  8   2  epoch, that of the header
/// 10   6  zero
/// 16  32  signing key (Ed25519)
/// 48  64  Ed25519 signature by the trust root over bytes 0..47
/// </code>
/// </summary>
public static class SigningCertificate
{
    /// <summary>The length of a certificate in bytes.</summary>
    public const int Size = 112;

    /// <summary>The number of bytes, from the first, that the signature covers.</summary>
    public const int SignedSize = 48;

    /// <summary>Where the epoch starts, 2 bytes.</summary>
    public const int EpochOffset = 8;

    /// <summary>Where the six bytes start that must be zero.</summary>
    public const int ZeroOffset = 10;

    /// <summary>Where the signing key starts, 32 bytes.</summary>
    public const int KeyOffset = 16;

    /// <summary>Where the signature starts, 64 bytes.</summary>
    public const int SignatureOffset = 48;

    private const int MagicSize = 8;

    private static readonly string _magic = "spore-c\n";

    /// <summary>Writes the magic.</summary>
    /// <param name="certificate">A buffer that holds the certificate.</param>
    /// <param name="offset">Where it starts.</param>
    public static void WriteMagic(byte[] certificate, int offset)
    {
        for (int i = 0; i < MagicSize; i++)
        {
            certificate[offset + i] = (byte)_magic[i];
        }
    }

    /// <summary>Checks the certificate of a head, all but its signature; changes nothing.</summary>
    /// <param name="head">A buffer that holds the head.</param>
    /// <param name="offset">Where its header starts; a buffer that ends before the certificate does is a fault.</param>
    /// <returns>What is wrong with it.</returns>
    public static NetworkFault Check(byte[] head, int offset)
    {
        if (head.Length - offset < NetworkHeader.MaxHeadSize)
        {
            return NetworkFault.Truncated;
        }

        int certificate = offset + NetworkHeader.Size;
        for (int i = 0; i < MagicSize; i++)
        {
            if (head[certificate + i] != _magic[i])
            {
                return NetworkFault.Certificate;
            }
        }

        return BigEndian.ReadUInt16(head, certificate + EpochOffset) == NetworkHeader.Epoch(head, offset)
            && ConstantTime.IsZero(head, certificate + ZeroOffset, KeyOffset - ZeroOffset)
            ? NetworkFault.None
            : NetworkFault.Certificate;
    }
}
