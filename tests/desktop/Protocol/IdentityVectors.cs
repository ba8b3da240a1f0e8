using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using static Spore.Tests.Protocol.VectorBytes;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors/identity.json: PROTOCOL section 2.</summary>
internal static class IdentityVectors
{
    public static object Make() => new
    {
        comment = "PROTOCOL section 2: identity records, valid and not.",
        identity = Identities(),
    };

    private static IEnumerable<object> Identities()
    {
        byte[] valid = Identity(Count(1, 32), Count(0x81, 32), 7);
        byte[] flipped = (byte[])valid.Clone();
        flipped[40] ^= 1;
        return
        [
            new
            {
                record = Hex(valid),
                valid = true,
                privateKey = Hex(Count(1, 32)),
                publicKey = Hex(PublicKey(1)),
                trustRoot = Hex(Count(0x81, 32)),
                floor = 7,
            },
            new { record = Hex(flipped), valid = false },
            new { record = Hex(Identity(new byte[32], Count(0x81, 32), 0)), valid = false },
            new { record = Hex(valid[..83]), valid = false },
        ];
    }

    private static byte[] Identity(byte[] privateKey, byte[] trustRoot, ulong floor)
    {
        byte[] record = [.. "SPOREID1"u8, .. privateKey, .. trustRoot, .. Big(floor)];
        return [.. record, .. Crc32(record)];
    }

    // A gzip stream ends with the CRC-32 of what it holds, and its length; both little-endian (RFC 1952).
    private static byte[] Crc32(byte[] data)
    {
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }

        byte[] crc = stream.ToArray()[^8..^4];
        Array.Reverse(crc);
        return crc;
    }
}
