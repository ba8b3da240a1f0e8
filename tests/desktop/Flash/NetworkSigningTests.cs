using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using CsCheck;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Flash;

public class NetworkSigningTests
{
    private static readonly Gen<byte[]> _key = Gen.Byte.Array[32].Where(k => NodeKey.IsUsable(k));

    private static readonly Gen<string> _label = Gen
        .OneOf(Gen.Char[' ', '~'], Gen.OneOf('"', '\\', '#', ';', ' ', '=', '[', 'ü', '→', '\u00A0')).Array[1, 20]
        .Select(c => new string(c));

    private static readonly Gen<AllowedPrefix> _prefix = Gen.Select(
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]),
        Gen.Int[0, 128],
        (bytes, length) =>
            {
                length = Math.Min(length, bytes.Length * 8);
                for (int i = length; i < bytes.Length * 8; i++)
                {
                    bytes[i / 8] &= (byte)~(0x80 >> (i % 8));
                }

                return new AllowedPrefix(new IPAddress(bytes), length);
            })
        .Where(p => AllowedPrefix.TryParse(p.ToString(), out _) is not null);

    private static readonly Gen<PeerEndpoint> _endpoint = Gen.OneOf(
        Gen.Select(
            Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16]),
            Gen.Int[1, 65535],
            (bytes, port) => new PeerEndpoint(new IPAddress(bytes), null, port)),
        Gen.Select(
            Gen.OneOf("gate", "a.b-c.example", "_x.y"),
            Gen.Int[1, 65535],
            (name, port) => new PeerEndpoint(null, name, port)))
        .Where(e => e == PeerEndpoint.TryParse(e.ToString(), EndpointUse.Published, out _));

    private static readonly Gen<PeerDescription> _peer =
        from key in _key
        from label in _label.Null()
        from prefixes in _prefix.Array[0, 5]
        from endpoints in _endpoint.Array[0, 3]
        from keepalive in Gen.Int[0, 65535]
        from roles in Gen.Int[0, 7]
        from vendors in Gen.Select(
            Gen.UInt, Gen.Byte.Array[0, 20], (number, value) => new VendorField(number, value)).Array[0, 3]
        select Peer(key, label, prefixes, endpoints, keepalive, roles, vendors);

    private static readonly Gen<NetworkDescription> _network =
        from version in Gen.ULong[1, (1UL << 48) - 1]
        from issued in Gen.Long[0, 200_000_000_000]
        from lifetime in Gen.Long[0, 50_000_000_000]
        from peers in _peer.Array[1, 6]
        where peers.Select(p => KeyText.Format(p.PublicKey)).Distinct().Count() == peers.Length
            && peers.SelectMany(p => p.AllowedPrefixes).Distinct().Count() == peers.Sum(p => p.AllowedPrefixes.Count)
            && peers.All(p => p.Endpoints.Distinct().Count() == p.Endpoints.Count)
        select Network(version, issued, lifetime, peers);

    private static PeerDescription Peer(
        byte[] key,
        string? label,
        AllowedPrefix[] prefixes,
        PeerEndpoint[] endpoints,
        int keepalive,
        int roles,
        VendorField[] vendors)
    {
        PeerDescription peer = new() { PublicKey = key, Label = label, Keepalive = keepalive, Roles = roles };
        peer.AllowedPrefixes.AddRange(prefixes);
        peer.Endpoints.AddRange(endpoints);
        peer.VendorFields.AddRange(vendors);
        return peer;
    }

    private static NetworkDescription Network(ulong version, long issued, long lifetime, PeerDescription[] peers)
    {
        NetworkDescription network = new()
        {
            Version = version,
            Issued = issued,
            Expires = lifetime == 0 ? 0 : issued + lifetime,
        };
        network.Peers.AddRange(peers);
        return network;
    }

    [Fact]
    public void Signed_read_printed_and_signed_again_gives_the_same_bytes()
    {
        using TrustRootKey root = Keys.Root();
        _network.Sample(
            network =>
            {
                byte[] bytes = NetworkSigner.Sign(network, root);
                string ini = NetworkIni.Format(NetworkReader.Read(bytes, "n"));
                Assert.Equal(
                    bytes,
                    NetworkSigner.Sign(NetworkIni.Parse(Encoding.UTF8.GetBytes(ini), "n.ini", FlashFolder.Now), root));
                Assert.Equal(ini, NetworkIni.Format(NetworkReader.Read(bytes, "n")));
            },
            threads: 1,
            iter: 60);
    }

    [Fact]
    public void An_entry_has_the_bytes_the_protocol_says()
    {
        PeerDescription peer = Peer(
            Keys.Node(1),
            "é",
            [new(IPAddress.Parse("10.0.0.1"), 32), new(IPAddress.Parse("fd00::"), 8)],
            [new(null, "a.b", 258), new(IPAddress.Parse("192.0.2.1"), null, 258)],
            25,
            EntryRoles.Witness | EntryRoles.HoldsWhole,
            [new(0x01020304, [5])]);
        byte[] expected = NetworkBytes.Entry(
            Keys.Node(1),
            NetworkBytes.Field(1, 10, 0, 0, 1, 32),
            NetworkBytes.Field(1, [0xFD, .. new byte[15], 8]),
            NetworkBytes.Field(2, 192, 0, 2, 1, 1, 2),
            NetworkBytes.Field(3, "a.b:258"u8.ToArray()),
            NetworkBytes.Field(4, 0xC3, 0xA9),
            NetworkBytes.Field(5, 0, 25),
            NetworkBytes.Field(6, 5),
            NetworkBytes.Field(32, 1, 2, 3, 4, 5));
        using TrustRootKey root = Keys.Root();
        byte[] bytes = NetworkSigner.Sign(Network(3, 4, 0, [peer]), root);
        Assert.Equal(NetworkBytes.File(3, 4, 0, [expected]), bytes);
        Assert.Equal(NetworkBytes.TrustRoot, root.PublicKey);
    }

    [Fact]
    public void What_is_unknown_is_kept_when_read_and_left_out_when_printed()
    {
        byte[] bytes = NetworkBytes.RichFile();
        NetworkDescription network = NetworkReader.Read(bytes, "n");
        using TrustRootKey root = Keys.Root();
        Assert.Equal(bytes, NetworkSigner.Sign(network, root));
        string ini = NetworkIni.Format(network);
        Assert.Contains("# left out: a field of the unknown type 127, 3 bytes\n", ini);
        Assert.Contains("# left out: unknown roles, bits 0x80\n", ini);
        Assert.Contains("Label = Küche 🌱\n", ini);
    }

    [Fact]
    public void Unsound_descriptions_are_not_signed()
    {
        using TrustRootKey root = Keys.Root();
        PeerDescription peer = Peer(Keys.Node(1), null, [], [], 0, 0, []);
        Assert.Equal(
            "network: header: the revision is zero, a time is beyond the year 9999, or it expires before it was issued",
            Refusal(Network(0, 0, 0, [peer])));
        Assert.Equal(
            "network: header: the revision is zero, a time is beyond the year 9999, or it expires before it was issued",
            Refusal(Network(1, -1, 0, [peer])));
        Assert.Equal(
            "network: header: the number of entries is zero or does not fit their length",
            Refusal(Network(1, 0, 0, [])));
        Assert.Equal(
            "network: entry 2: its key is not above that of the entry before it",
            Refusal(Network(1, 0, 0, [peer, peer])));
        PeerDescription bad = Peer(Keys.Node(1), null, [new(IPAddress.Parse("fe80::1"), 128)], [], 0, 0, []);
        Assert.Equal("network: entry 1: a field has a value that is not allowed", Refusal(Network(1, 0, 0, [bad])));

        string Refusal(NetworkDescription network) =>
            Assert.Throws<InputException>(() => NetworkSigner.Sign(network, root)).Message;
    }

    [Fact]
    public void Damaged_files_give_one_line_that_names_the_place()
    {
        byte[] bytes = NetworkBytes.RichFile();
        Gen<byte[]> flipped = Gen.Select(
            Gen.Int[0, bytes.Length - 1],
            Gen.Int[0, 7],
            (at, bit) => (byte[])[.. bytes[..at], (byte)(bytes[at] ^ (1 << bit)), .. bytes[(at + 1)..]]);
        Gen<byte[]> cut = Gen.Int[0, bytes.Length - 1].Select(length => bytes[..length]);
        Gen<byte[]> longer = Gen.Byte.Array[1, 20].Select(more => (byte[])[.. bytes, .. more]);
        Gen.OneOf(flipped, cut, longer, Gen.Byte.Array[0, 600]).Sample(
            damaged =>
            {
                InputException fault = Assert.Throws<InputException>(
                    () => NetworkReader.Verify(damaged, "n", NetworkBytes.TrustRoot));
                Assert.StartsWith("n: ", fault.Message);
                Assert.NotNull(fault.Field);
                Assert.DoesNotContain('\n', fault.Message);
            },
            iter: 300);
    }

    public static IEnumerable<TheoryDataRow<byte[], string>> Damaged()
    {
        byte[] rich = NetworkBytes.RichFile();
        yield return new([], "n: header: it ends before it is complete");
        yield return new(
            "hello"u8.ToArray(), "n: header: it does not begin with \"spore-1\": this is not a signed network");
        yield return new(rich[..100], "n: header: it ends before it is complete");
        yield return new(rich[..200], $"n: length: it has 200 bytes, and its header says {rich.Length}");
        yield return new([.. rich, 0], $"n: length: it has {rich.Length + 1} bytes, and its header says {rich.Length}");
        yield return new(
            NetworkBytes.File(NetworkBytes.Entry(1), NetworkBytes.Entry(3), NetworkBytes.Entry(2)),
            "n: entry 3: its key is not above that of the entry before it");
        yield return new(
            NetworkBytes.File(NetworkBytes.Entry(1), NetworkBytes.Entry(2, NetworkBytes.Field(128))),
            "n: entry 2: it has a field of an unknown type that may not be skipped");
        yield return new(
            NetworkBytes.Sign([.. rich[..48], .. new byte[32], .. rich[80..]]),
            "n: Merkle root: the entries do not hash to the root in the header");
        yield return new(
            [.. rich[..80], .. new byte[64], .. rich[144..]],
            "n: signature: neither the trust root nor a key that it certified signed this");
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Each_damage_is_told_apart(byte[] bytes, string expected)
    {
        Assert.Equal(
            expected,
            Assert.Throws<InputException>(() => NetworkReader.Verify(bytes, "n", NetworkBytes.TrustRoot)).Message);
    }

    [Fact]
    public void Every_fault_has_words()
    {
        foreach (NetworkFault fault in Enum.GetValues<NetworkFault>())
        {
            Assert.NotEqual(fault.ToString(), NetworkFaultText.Describe(fault));
        }
    }

    [Fact]
    public void A_node_takes_what_was_signed()
    {
        using TrustRootKey root = Keys.Root();
        byte[] bytes = NetworkSigner.Sign(Network(3, 4, 0, [Peer(Keys.Node(1), null, [], [], 0, 0, [])]), root);
        NetworkFile file = new(NodeLimits.Device(), new Blake2s());
        Assert.True(new HeadVerifier(new Ed25519(), root.PublicKey, 0).Verify(bytes, 0, false));
        Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
        Assert.Equal(NetworkFault.None, file.Append(bytes, NetworkHeader.Size, bytes.Length - NetworkHeader.Size));
        Assert.Equal(NetworkFault.None, file.Complete());
    }
}
