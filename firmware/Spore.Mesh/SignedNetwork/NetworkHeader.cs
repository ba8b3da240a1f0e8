using Spore.Base;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// The header of a signed network (PROTOCOL section 7.1). Integers are big-endian.
/// <code>
///  0   8  "spore-1\n"
///  8   8  network version, at least 1
/// 16   8  issued, Unix seconds
/// 24   8  expires, Unix seconds (0: never)
/// 32   4  number of entries, at least 1
/// 36   4  length of all entries in bytes
/// 40   8  zero
/// 48  32  Merkle root over the entries
/// 80  64  Ed25519 signature by the trust root over bytes 0..79
/// </code>
/// </summary>
public static class NetworkHeader
{
    /// <summary>The length of a header in bytes.</summary>
    public const int Size = 144;

    /// <summary>The number of bytes, from the first, that the signature covers.</summary>
    public const int SignedSize = 80;

    /// <summary>Where the magic starts.</summary>
    public const int MagicOffset = 0;

    /// <summary>Where the version starts, 8 bytes.</summary>
    public const int VersionOffset = 8;

    /// <summary>Where the time of issue starts, 8 bytes.</summary>
    public const int IssuedOffset = 16;

    /// <summary>Where the time of expiry starts, 8 bytes.</summary>
    public const int ExpiresOffset = 24;

    /// <summary>Where the number of entries starts, 4 bytes.</summary>
    public const int CountOffset = 32;

    /// <summary>Where the length of all entries starts, 4 bytes.</summary>
    public const int EntriesLengthOffset = 36;

    /// <summary>Where the eight bytes start that must be zero.</summary>
    public const int ZeroOffset = 40;

    /// <summary>Where the Merkle root starts, 32 bytes.</summary>
    public const int RootOffset = 48;

    /// <summary>Where the signature starts, 64 bytes.</summary>
    public const int SignatureOffset = 80;

    /// <summary>
    /// The latest time a header may name: 9999-12-31T23:59:59Z in Unix seconds. What is beyond could not be shown as
    /// a date, and would overflow as milliseconds.
    /// </summary>
    public const long LastTime = 253402300799L;

    private const int MagicSize = 8;

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
    /// Checks all of a header but its signature, which costs much more. Called before it; changes nothing.
    /// </summary>
    /// <param name="header">A buffer that holds the header.</param>
    /// <param name="offset">Where it starts; a buffer too short for a header is a fault.</param>
    /// <param name="limits">What this node can hold.</param>
    /// <returns>What is wrong with it.</returns>
    public static NetworkFault Check(byte[] header, int offset, NetworkLimits limits)
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

        if (ConstantTime.IsZero(header, offset + VersionOffset, 8)
            || ReadTime(header, offset + IssuedOffset) < 0
            || ReadTime(header, offset + ExpiresOffset) < 0)
        {
            return NetworkFault.HeaderValue;
        }

        long count = BigEndian.ReadUInt32(header, offset + CountOffset);
        long length = BigEndian.ReadUInt32(header, offset + EntriesLengthOffset);
        if (count < 1 || length < count * NetworkEntry.MinSize || length > count * NetworkEntry.MaxSize)
        {
            return NetworkFault.Count;
        }

        return count > limits.NetworkEntries || Size + length > limits.NetworkBytes
            ? NetworkFault.TooLarge
            : NetworkFault.None;
    }

    /// <summary>
    /// Checks a header's signature. Called after <see cref="Check"/>, off the packet path; changes nothing.
    /// </summary>
    /// <param name="ed25519">The verifier.</param>
    /// <param name="trustRoot">A buffer with the trust root, an Ed25519 public key of 32 bytes.</param>
    /// <param name="trustRootOffset">Where it starts.</param>
    /// <param name="header">A buffer that holds the header.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>True when the trust root signed it.</returns>
    public static bool Verify(Ed25519 ed25519, byte[] trustRoot, int trustRootOffset, byte[] header, int offset)
    {
        return ed25519.Verify(trustRoot, trustRootOffset, header, offset, SignedSize, header, offset + SignatureOffset);
    }

    /// <summary>Begins to check a header's signature, to be carried on by <see cref="Ed25519.Step"/>.</summary>
    /// <param name="ed25519">The verifier.</param>
    /// <param name="trustRoot">A buffer with the trust root, an Ed25519 public key of 32 bytes.</param>
    /// <param name="trustRootOffset">Where it starts.</param>
    /// <param name="header">A buffer that holds the header.</param>
    /// <param name="offset">Where it starts.</param>
    public static void BeginVerify(Ed25519 ed25519, byte[] trustRoot, int trustRootOffset, byte[] header, int offset)
    {
        ed25519.Begin(trustRoot, trustRootOffset, header, offset, SignedSize, header, offset + SignatureOffset);
    }

    // Negative for a time beyond LastTime: one with its top bit set is so by itself.
    private static long ReadTime(byte[] header, int offset)
    {
        long time = (BigEndian.ReadUInt32(header, offset) * 0x100000000L) + BigEndian.ReadUInt32(header, offset + 4);
        return time > LastTime ? -1 : time;
    }
}
