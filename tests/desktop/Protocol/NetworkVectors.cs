using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NSec.Cryptography;
using Spore.Tests.Network;
using static Spore.Tests.Protocol.VectorBytes;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors/networks.json: PROTOCOL sections 7.1 to 7.3 and 7.7.</summary>
internal static class NetworkVectors
{
    private const string Rule =
        "Entry i, from 1: the key is BLAKE2s of i as 4 bytes; a prefix of length 32, the address i above 10.0.0.0; "
        + "the label is n and i in decimal; entry 1 has the role of a witness. The entries are then in order of key. "
        + "Versions are the number of entries; issued 1764000000, expires 0.";

    public static object Make() => new
    {
        comment = "PROTOCOL sections 7.1 to 7.3 and 7.7: networks in epoch 0, and proofs of entries.",
        rootSeed = Hex(RootSeed),
        trustRoot = Hex(RootPublic),
        everyField = EveryField(),
        rule = Rule,
        networks = new[] { 1, 2, 3, 7, 1000 }.Select(Network),
    };

    /// <summary>The entries that the rule of the file gives, in order of key.</summary>
    public static byte[][] Entries(int count) =>
    [
        .. Enumerable.Range(1, count)
            .Select(i => NetworkBytes.Entry(
                Blake2s(Big((ulong)i)[4..]),
                [
                    NetworkBytes.Field(1, [.. Big(0x0A000000UL + (ulong)i)[4..], 32]),
                    NetworkBytes.Field(4, Encoding.ASCII.GetBytes(FormattableString.Invariant($"n{i}"))),
                    .. i == 1 ? new[] { NetworkBytes.Field(6, 1) } : [],
                ]))
            .OrderBy(entry => Convert.ToHexString(entry, 2, 32), StringComparer.Ordinal),
    ];

    // A large one without its entries.
    private static object Network(int count)
    {
        byte[][] entries = Entries(count);
        IEnumerable<int> proven = count < 8 ? Enumerable.Range(0, count) : [0, 1, 511, 512, count - 1];
        return new
        {
            count,
            head = Hex(Header((ulong)count, entries, 1)),
            entries = count < 8 ? Hex([.. entries.SelectMany(e => e)]) : null,
            proofs = proven.Select(i => new { index = i, proof = Hex(Proof((ulong)count, i, entries)) }),
        };
    }

    private static byte[] Proof(ulong version, int index, byte[][] entries) =>
    [
        .. Big(version), .. Big((ulong)index)[4..], .. entries[index],
        .. MerkleModel.Path(index, entries).SelectMany(hash => hash),
    ];

    private static byte[] Header(ulong version, byte[][] entries, byte witnesses)
    {
        byte[] signed =
        [
            .. "spore-1\n"u8, .. Big(version), .. Big(1_764_000_000), .. Big(0), .. Big((ulong)entries.Length)[4..],
            .. Big((ulong)entries.Sum(e => e.Length))[4..], witnesses, .. new byte[7], .. MerkleModel.Root(entries),
        ];
        using Key root = Key.Import(SignatureAlgorithm.Ed25519, RootSeed, KeyBlobFormat.RawPrivateKey);
        return [.. signed, .. SignatureAlgorithm.Ed25519.Sign(root, signed)];
    }

    private static object EveryField()
    {
        byte[][] entries =
        [
            NetworkBytes.Entry(
                Count(0x01, 32),
                NetworkBytes.Field(1, 10, 77, 0, 1, 32),
                NetworkBytes.Field(1, [0xFD, 0x77, .. new byte[13], 1, 128]),
                NetworkBytes.Field(1, 192, 168, 5, 0, 24),
                NetworkBytes.Field(2, 192, 0, 2, 1, 0xCA, 0x6C),
                NetworkBytes.Field(2, [0x20, 0x01, 0x0D, 0xB8, .. new byte[11], 1, 0xCA, 0x6C]),
                NetworkBytes.Field(3, Encoding.ASCII.GetBytes("gate.example.org:51820")),
                NetworkBytes.Field(4, Encoding.UTF8.GetBytes("Küche")),
                NetworkBytes.Field(5, 0, 25),
                NetworkBytes.Field(6, 1),
                NetworkBytes.Field(32, 0, 0, 0x7F, 0xFF, 0xC0, 0xDE)),
            NetworkBytes.Entry(Count(0x21, 32), NetworkBytes.Field(1, 10, 77, 0, 2, 32)),
            NetworkBytes.Entry(Count(0x41, 32)),
        ];
        return new { version = 2, file = Hex([.. Header(2, entries, 1), .. entries.SelectMany(e => e)]) };
    }
}
