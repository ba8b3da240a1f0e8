using Spore.Base;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// The header of a signed network (PROTOCOL section 7.1). Integers are big-endian. The header, followed by the
/// certificate of the signing key where the epoch is not 0, is the <em>head</em>.
/// <code>
///  0   8  "spore-1\n"
///  8   8  network version: epoch 2, revision 6, at least 1
/// 16   8  issued, Unix seconds
/// 24   8  expires, Unix seconds, above issued (0: never)
/// 32   4  number of entries, at least 1
/// 36   4  length of all entries in bytes
/// 40   1  number of witnesses among them (255: or more)
/// 41   7  zero
/// 48  32  Merkle root over the entries
/// 80  64  Ed25519 signature over bytes 0..79: by the trust root in epoch 0, else by the certified signing key
/// </code>
/// </summary>
public static class NetworkHeader
{
    /// <summary>The length of a header in bytes.</summary>
    public const int Size = 144;

    /// <summary>The length of a head with a certificate in bytes.</summary>
    public const int MaxHeadSize = Size + SigningCertificate.Size;

    /// <summary>The number of bytes, from the first, that the signature covers.</summary>
    public const int SignedSize = 80;

    /// <summary>Where the magic starts.</summary>
    public const int MagicOffset = 0;

    /// <summary>Where the version starts, 8 bytes.</summary>
    public const int VersionOffset = 8;

    /// <summary>Where the revision starts, 6 bytes.</summary>
    public const int RevisionOffset = VersionOffset + EpochSize;

    /// <summary>Where the time of issue starts, 8 bytes.</summary>
    public const int IssuedOffset = 16;

    /// <summary>Where the time of expiry starts, 8 bytes.</summary>
    public const int ExpiresOffset = 24;

    /// <summary>Where the number of entries starts, 4 bytes.</summary>
    public const int CountOffset = 32;

    /// <summary>Where the length of all entries starts, 4 bytes.</summary>
    public const int EntriesLengthOffset = 36;

    /// <summary>The offset of the number of witnesses, 1 byte.</summary>
    public const int WitnessesOffset = 40;

    /// <summary>Where the seven bytes start that must be zero.</summary>
    public const int ZeroOffset = 41;

    /// <summary>Where the Merkle root starts, 32 bytes.</summary>
    public const int RootOffset = 48;

    /// <summary>Where the signature starts, 64 bytes.</summary>
    public const int SignatureOffset = 80;

    /// <summary>
    /// The latest time a header may name: 9999-12-31T23:59:59Z in Unix seconds. What is beyond could not be shown as
    /// a date, and would overflow as milliseconds.
    /// </summary>
    public const long LastTime = 253402300799L;

    /// <summary>The largest number of witnesses that a header states; it stands for more too.</summary>
    public const int MostWitnesses = 255;

    internal const int EpochSize = 2;

    private const int MagicSize = 8;
    private const int RevisionSize = 6;

    private static readonly string _magic = "spore-1\n";

    /// <summary>Writes the magic.</summary>
    /// <param name="header">A buffer that holds the header.</param>
    /// <param name="offset">Where it starts.</param>
    public static void WriteMagic(byte[] header, int offset)
    {
        for (int i = 0; i < MagicSize; i++)
        {
            header[offset + MagicOffset + i] = (byte)_magic[i];
        }
    }

    /// <summary>Reads the network version.</summary>
    /// <param name="header">A buffer that holds the header.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The version.</returns>
    public static ulong Version(byte[] header, int offset)
    {
        return BigEndian.ReadUInt64(header, offset + VersionOffset);
    }

    /// <summary>Reads the epoch: the upper 16 bits of the network version.</summary>
    /// <param name="header">A buffer that holds the header.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The epoch. In epoch 0 the trust root itself signs, and there is no certificate.</returns>
    public static int Epoch(byte[] header, int offset)
    {
        return BigEndian.ReadUInt16(header, offset + VersionOffset);
    }

    /// <summary>Tells how long a head is.</summary>
    /// <param name="header">A buffer that holds its header.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The length of header and certificate in bytes.</returns>
    public static int HeadSize(byte[] header, int offset)
    {
        return Epoch(header, offset) == 0 ? Size : MaxHeadSize;
    }

    /// <summary>Reads when the network was issued.</summary>
    /// <param name="header">A buffer that holds a header that was checked.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>Unix seconds, at most <see cref="LastTime"/>.</returns>
    public static long Issued(byte[] header, int offset)
    {
        return ReadTime(header, offset + IssuedOffset);
    }

    /// <summary>Reads when the network expires.</summary>
    /// <param name="header">A buffer that holds a header that was checked.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>Unix seconds, at most <see cref="LastTime"/>; 0 when it never expires.</returns>
    public static long Expires(byte[] header, int offset)
    {
        return ReadTime(header, offset + ExpiresOffset);
    }

    /// <summary>Reads the number of entries.</summary>
    /// <param name="header">A buffer that holds a header that was checked.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The number of entries.</returns>
    public static int Count(byte[] header, int offset)
    {
        return (int)BigEndian.ReadUInt32(header, offset + CountOffset);
    }

    /// <summary>Reads the length of all entries together.</summary>
    /// <param name="header">A buffer that holds a header that was checked.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The length in bytes.</returns>
    public static int EntriesLength(byte[] header, int offset)
    {
        return (int)BigEndian.ReadUInt32(header, offset + EntriesLengthOffset);
    }

    /// <summary>
    /// Checks all of a head but its signatures, which cost much more. Called before them; changes nothing.
    /// </summary>
    /// <param name="header">A buffer that holds the head.</param>
    /// <param name="offset">Where it starts; a buffer too short for a head is a fault.</param>
    /// <returns>What is wrong with it.</returns>
    public static NetworkFault Check(byte[] header, int offset)
    {
        if (header.Length - offset < Size)
        {
            return NetworkFault.Truncated;
        }

        for (int i = 0; i < MagicSize; i++)
        {
            if (header[offset + MagicOffset + i] != _magic[i])
            {
                return NetworkFault.Magic;
            }
        }

        for (int i = ZeroOffset; i < RootOffset; i++)
        {
            if (header[offset + i] != 0)
            {
                return NetworkFault.NotZero;
            }
        }

        long issued = ReadTime(header, offset + IssuedOffset);
        long expires = ReadTime(header, offset + ExpiresOffset);
        if (ConstantTime.IsZero(header, offset + RevisionOffset, RevisionSize)
            || issued < 0
            || expires < 0
            || (expires != 0 && expires <= issued))
        {
            return NetworkFault.HeaderValue;
        }

        long count = BigEndian.ReadUInt32(header, offset + CountOffset);
        long length = BigEndian.ReadUInt32(header, offset + EntriesLengthOffset);
        if (count < 1 || length < count * NetworkEntry.MinSize || length > count * NetworkEntry.MaxSize)
        {
            return NetworkFault.Count;
        }

        return Epoch(header, offset) == 0 ? NetworkFault.None : SigningCertificate.Check(header, offset);
    }

    /// <summary>Whether a node can hold the whole network, by the number and the length of its entries.</summary>
    /// <param name="header">A buffer that holds a header that was checked.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="limits">What the node can hold.</param>
    /// <returns>False where the node can hold a part of it only.</returns>
    public static bool IsWithin(byte[] header, int offset, NetworkLimits limits)
    {
        return BigEndian.ReadUInt32(header, offset + CountOffset) <= limits.NetworkEntries
            && BigEndian.ReadUInt32(header, offset + EntriesLengthOffset) <= limits.NetworkBytes;
    }

    // Negative for a time beyond LastTime: one with its top bit set is so by itself.
    private static long ReadTime(byte[] header, int offset)
    {
        long time = (BigEndian.ReadUInt32(header, offset) * 0x100000000L) + BigEndian.ReadUInt32(header, offset + 4);
        return time > LastTime ? -1 : time;
    }
}
