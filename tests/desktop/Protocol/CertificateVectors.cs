using NSec.Cryptography;
using Spore.Tests.Network;
using static Spore.Tests.Protocol.VectorBytes;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors/certificates.json: PROTOCOL sections 7.1 and 7.4.</summary>
internal static class CertificateVectors
{
    private const ulong Epoch = 3;

    public static object Make()
    {
        byte[] entry = NetworkBytes.Entry(Count(0x01, 32), NetworkBytes.Field(1, 10, 77, 0, 1, 32));
        byte[] seed = Count(0xA0, 32);
        byte[] other = Count(0x60, 32);
        byte[] certificate = Certificate(Epoch, seed, RootSeed);
        return new
        {
            comment = "PROTOCOL sections 7.1 and 7.4: networks of epoch 3 with one entry, valid and not.",
            rootSeed = Hex(RootSeed),
            trustRoot = Hex(RootPublic),
            signingSeed = Hex(seed),
            otherSeed = Hex(other),
            certificate = Hex(certificate),
            network = new[]
            {
                File("signed by the certified key", true, seed, certificate),
                File("signed by another key", false, other, certificate),
                File("signed by the trust root", false, RootSeed, certificate),
                File("certified by another root", false, seed, Certificate(Epoch, seed, other)),
                File("certified by itself", false, seed, Certificate(Epoch, seed, seed)),
                File("certified for another epoch", false, seed, Certificate(Epoch - 1, seed, RootSeed)),
            },
        };

        object File(string what, bool valid, byte[] signer, byte[] certificate) => new
        {
            what,
            valid,
            file = Hex([.. Sign(signer, Header(entry)), .. certificate, .. entry]),
        };
    }

    private static byte[] Header(byte[] entry) =>
    [
        .. "spore-1\n"u8, .. Big((Epoch << 48) | 1), .. Big(1_764_000_000), .. Big(1_795_536_000), .. Big(1)[4..],
        .. Big((ulong)entry.Length)[4..], .. new byte[8], .. MerkleModel.Root([entry]),
    ];

    private static byte[] Certificate(ulong epoch, byte[] seed, byte[] root)
    {
        using Key key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return Sign(
            root,
            [
                .. "spore-c\n"u8, .. Big(epoch)[6..], .. new byte[6],
                .. key.PublicKey.Export(KeyBlobFormat.RawPublicKey),
            ]);
    }

    private static byte[] Sign(byte[] seed, byte[] signed)
    {
        using Key key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return [.. signed, .. SignatureAlgorithm.Ed25519.Sign(key, signed)];
    }
}
