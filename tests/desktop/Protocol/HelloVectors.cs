using System.Linq;
using System.Net;
using NSec.Cryptography;
using static Spore.Tests.Protocol.VectorBytes;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors/hello.json: PROTOCOL section 5.</summary>
internal static class HelloVectors
{
    public static object Make() => new
    {
        comment = "PROTOCOL section 5: a trust root, key, version, endpoints, try and nonce, and the datagram.",
        hello = new[]
        {
            Hello(PublicKey(1), 0, 0, 0x60),
            Hello(
                PublicKey(0x21),
                0x0102030405060708,
                7,
                0x80,
                "192.0.2.1:51820",
                "[2001:db8::1]:51820",
                "[fe80::1]:4321"),
        },
    };

    private static object Hello(byte[] publicKey, ulong version, byte tries, byte nonce, params string[] endpoints)
    {
        byte[] trustRoot = RootPublic;
        byte[] head = [0x80, 0, 0, 0];
        byte[] listed = [.. endpoints.Select(IPEndPoint.Parse).SelectMany(
            e => (byte[])[.. e.Address.MapToIPv6().GetAddressBytes(), (byte)(e.Port >> 8), (byte)e.Port])];
        byte[] plain =
            [.. publicKey, .. Big(version), .. listed, .. new byte[54 - listed.Length], tries, .. new byte[9]];
        using Key key = Key.Import(
            AeadAlgorithm.XChaCha20Poly1305,
            Blake2s([.. "spore-hello"u8, .. trustRoot]),
            KeyBlobFormat.RawSymmetricKey);
        byte[] body = AeadAlgorithm.XChaCha20Poly1305.Encrypt(key, Count(nonce, 24), head, plain);
        return new
        {
            trustRoot = Hex(trustRoot),
            publicKey = Hex(publicKey),
            version,
            endpoints,
            tries,
            nonce = Hex(Count(nonce, 24)),
            datagram = Hex([.. head, .. Count(nonce, 24), .. body]),
        };
    }
}
