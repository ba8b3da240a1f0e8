using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Crypto;
using Spore.Hostsim.Live.Configuration;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The proofs of a network that is larger than a node can hold.</summary>
public class NetworkArchiveTests
{
    private const int Count = 300;

    private readonly byte[] _file;
    private readonly NetworkArchive _archive;

    public NetworkArchiveTests()
    {
        List<byte[]> entries = [];
        for (int i = 1; i <= Count; i++)
        {
            entries.Add(NetworkBytes.Entry(
                i << 8,
                [
                    NetworkBytes.Field(1, 10, 1, (byte)(i >> 8), (byte)i, 32),
                    .. i == 7
                        ? [NetworkBytes.Field(1, 10, 0, 0, 0, 8), NetworkBytes.Field(1, 10, 2, 0, 0, 16)]
                        : Array.Empty<byte[]>(),
                    .. i == 8 ? [NetworkBytes.Field(1, [.. new byte[17]])] : Array.Empty<byte[]>(),
                    .. i == 9 ? [NetworkBytes.Field(1, [0xFD, .. new byte[15], 8])] : Array.Empty<byte[]>(),
                    .. i % 100 == 0 ? [NetworkBytes.Field(6, 1)] : Array.Empty<byte[]>(),
                ]));
        }

        _file = NetworkBytes.File([.. entries]);
        _archive = new NetworkArchive(_file, "network");
    }

    [Fact]
    public void Each_entry_is_proven_by_its_key()
    {
        Assert.Equal((Count, 5UL), (_archive.Count, _archive.Version));
        for (int i = 1; i <= Count; i++)
        {
            Assert.Equal(i - 1, Check(_archive.ProofOf(NetworkBytes.Key32(i << 8))!));
        }

        Assert.Null(_archive.ProofOf(NetworkBytes.Key32(1)));
    }

    [Theory]
    [InlineData("10.1.0.1", 1)]
    [InlineData("10.1.1.44", 300)]
    [InlineData("10.1.1.45", 7)]
    [InlineData("10.2.255.255", 7)]
    [InlineData("10.3.0.0", 7)]
    [InlineData("11.0.0.0", 0)]
    [InlineData("fd00::1", 9)]
    [InlineData("fe00::1", 8)]
    [InlineData("fe80::1", 0)]
    public void The_longest_prefix_counts(string address, int expected)
    {
        byte[] bytes = IPAddress.Parse(address).GetAddressBytes();
        Assert.Equal(expected - 1, Find(bytes.Length == 4 ? ProofName.Ipv4 : ProofName.Ipv6, bytes));
    }

    [Fact]
    public void Link_local_addresses_and_witnesses_are_found()
    {
        byte[] address = new byte[32];
        LinkLocalAddress.FromKey(new Blake2s(), NetworkBytes.Key32(42 << 8), 0, address, 0);
        Assert.Equal(41, Find(ProofName.Ipv6, address));
        Assert.Equal([99, 199, 299, -1, -1], new[] { 0, 1, 2, 3, 255 }.Select(
            n => Find(ProofName.Witness, [0, 0, 0, (byte)n])));
        Assert.Equal(-1, Find(ProofName.Witness, [0xFF, 0, 0, 0]));
        Assert.Equal(-1, Find(ProofName.None, new byte[32]));
    }

    [Fact]
    public void A_proof_that_does_not_fit_is_none()
    {
        byte[] key = NetworkBytes.Key32(7 << 8);
        int length = _archive.ProofOf(key)!.Length;
        Assert.Equal(length, _archive.Find(ProofName.Entry, key, new byte[length]));
        Assert.Equal(0, _archive.Find(ProofName.Entry, key, new byte[length - 1]));
    }

    private int Find(ProofName kind, byte[] value)
    {
        byte[] proof = new byte[EntryProof.MaxSize];
        int length = _archive.Find(kind, value, proof);
        return length == 0 ? -1 : Check(proof[..length]);
    }

    private int Check(byte[] proof)
    {
        Assert.Equal(
            NetworkFault.None,
            EntryProof.Verify(proof, 0, proof.Length, _file, 0, new Blake2s(), new byte[32], 0));
        return (int)EntryProof.Index(proof, 0);
    }
}
