using Spore.Base;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// What a node holds in flash: its private key and its trust root (PROTOCOL section 2).
/// <code>
///  0   8  "SPOREID1"
///  8  32  node private key (X25519)
/// 40  32  trust root (Ed25519 public key)
/// 72   8  oldest network version ever to accept, big-endian (0: any)
/// 80   4  CRC-32 of bytes 0..79, big-endian
/// </code>
/// </summary>
public static class IdentityRecord
{
    /// <summary>The length of a record in bytes.</summary>
    public const int Size = 84;

    /// <summary>Where the magic starts.</summary>
    public const int MagicOffset = 0;

    /// <summary>Where the node's X25519 private key starts, 32 bytes.</summary>
    public const int PrivateKeyOffset = 8;

    /// <summary>Where the trust root's Ed25519 public key starts, 32 bytes.</summary>
    public const int TrustRootOffset = 40;

    /// <summary>Where the oldest acceptable network version starts, 8 bytes.</summary>
    public const int FloorOffset = 72;

    /// <summary>Where the checksum starts, 4 bytes.</summary>
    public const int ChecksumOffset = 80;

    private const int MagicSize = 8;

    private static readonly string _magic = "SPOREID1";

    /// <summary>Checks a record. Called once at boot; changes nothing.</summary>
    /// <param name="record">A buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">The number of bytes there are.</param>
    /// <returns>
    /// What is wrong with it. An all-zero private key is reported before a bad checksum, since an
    /// untouched record has both.
    /// </returns>
    public static IdentityFault Check(byte[] record, int offset, int length)
    {
        if (length < Size)
        {
            return IdentityFault.Truncated;
        }

        if (length > Size)
        {
            return IdentityFault.TrailingBytes;
        }

        for (int i = 0; i < MagicSize; i++)
        {
            if (record[offset + MagicOffset + i] != _magic[i])
            {
                return IdentityFault.Magic;
            }
        }

        if (ConstantTime.IsZero(record, offset + PrivateKeyOffset, 32))
        {
            return IdentityFault.Unprovisioned;
        }

        if (BigEndian.ReadUInt32(record, offset + ChecksumOffset) != Crc32.Compute(record, offset, ChecksumOffset))
        {
            return IdentityFault.Checksum;
        }

        return ConstantTime.IsZero(record, offset + TrustRootOffset, 32)
            ? IdentityFault.NoTrustRoot
            : IdentityFault.None;
    }

    /// <summary>Reads the oldest network version that the node may ever accept.</summary>
    /// <param name="record">A buffer that holds the record.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The version, 0 for any.</returns>
    public static ulong Floor(byte[] record, int offset)
    {
        return BigEndian.ReadUInt64(record, offset + FloorOffset);
    }

    /// <summary>Completes a record whose keys and floor have been filled in: writes its magic and checksum.</summary>
    /// <param name="record">A buffer that holds the record.</param>
    /// <param name="offset">Where it starts.</param>
    public static void Seal(byte[] record, int offset)
    {
        for (int i = 0; i < MagicSize; i++)
        {
            record[offset + MagicOffset + i] = (byte)_magic[i];
        }

        BigEndian.WriteUInt32(record, offset + ChecksumOffset, Crc32.Compute(record, offset, ChecksumOffset));
    }
}
