using System;
using System.Collections.Generic;
using System.Linq;
using NSec.Cryptography;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Networks that a certified key signs (PROTOCOL sections 7.1 and 7.4).</summary>
public sealed class EpochTests : IDisposable
{
    private const ulong LastRevision = (1UL << 48) - 1;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _member;
    private readonly Key _key = NetworkBytes.SigningKey(11);
    private readonly Key _other = NetworkBytes.SigningKey(12);

    public EpochTests()
    {
        _node = _mesh.Add(1);
        _member = _mesh.AddStranger(2);
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    [Statement("7.1-12", "7.1-14", "7.1-20")]
    public void It_is_applied_from_an_operator_a_writer_and_a_reader_of_head()
    {
        byte[] first = File(1, 1);
        Assert.Equal(NetworkFault.None, _node.Load(first));
        Assert.Equal((1UL << 48) | 1, _node.Node.NetworkVersion);
        Assert.Equal(first, _node.Node.Network.Bytes[..first.Length]);

        Assert.True(_member.Connect(_node));
        Assert.Equal(first[..256], _member.Read("head").Content);
        Assert.Equal(first[..256], _member.ReadInBlocksOf(8, "head").Content);
        Assert.Equal(first, _member.Read("network").Content);

        Assert.True(_member.Write("network", File(1, 2)).IsComplete);
        Assert.Equal((1UL << 48) | 2, _node.Node.NetworkVersion);
        _member.Files["network"] = File(2, 1);
        Assert.True(_member.Write("head", File(2, 1)[..256]).IsComplete);
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == (2UL << 48) + 1, 30_000));
    }

    [Fact]
    public void It_spreads_between_nodes()
    {
        MeshNode other = _mesh.Add(3);
        byte[] file = NetworkBytes.EpochFile(7, 1, _key, NetworkBytes.Certificate(7, _key), Entries(_node, other));
        Assert.Equal(NetworkFault.None, _node.Load(file));
        _node.Add(other);
        other.Add(_node);
        Assert.True(_mesh.RunUntil(() => other.Node.NetworkVersion == (7UL << 48) + 1, 120_000));
        Assert.Equal(file, other.Node.Network.Bytes[..file.Length]);
    }

    /// <summary>Heads that must not be applied: the file, and the error that its sender is told.</summary>
    private static readonly Dictionary<string, (Func<EpochTests, byte[]> File, int Error)> _refused = new()
    {
        ["without a certificate"] =
            (t => [.. t.File(2, 1)[..144], .. t.File(2, 1)[256..]], TftpError.AccessViolation),
        ["signed by the trust root"] = (t => NetworkBytes.Sign(t.File(2, 1)), TftpError.AccessViolation),
        ["signed by a key that is not certified"] = (
            t => NetworkBytes.EpochFile(2, 1, t._other, NetworkBytes.Certificate(2, t._key), t.Entries(t._node)),
            TftpError.AccessViolation),
        ["certified by another root"] = (
            t => NetworkBytes.EpochFile(
                2, 1, t._key, NetworkBytes.Certificate(2, t._key, t._other), t.Entries(t._node)),
            TftpError.AccessViolation),
        ["certified by its own key"] = (
            t => NetworkBytes.EpochFile(2, 1, t._key, NetworkBytes.Certificate(2, t._key, t._key), t.Entries(t._node)),
            TftpError.AccessViolation),
        ["certified for the epoch before"] = (
            t => NetworkBytes.EpochFile(2, 1, t._key, NetworkBytes.Certificate(1, t._key), t.Entries(t._node)),
            TftpError.AccessViolation),
        ["certified for the epoch behind"] = (
            t => NetworkBytes.EpochFile(2, 1, t._key, NetworkBytes.Certificate(3, t._key), t.Entries(t._node)),
            TftpError.AccessViolation),
        ["with revision 0"] = (t => t.File(2, 0), TftpError.AccessViolation),
        ["of an epoch before, with the last revision"] = (t => t.File(0, LastRevision), TftpError.FileAlreadyExists),
        ["of this epoch under another certificate"] = (
            t => NetworkBytes.EpochFile(1, 9, t._other, NetworkBytes.Certificate(1, t._other), t.Entries(t._node)),
            TftpError.FileAlreadyExists),
        ["of this version under another certificate"] = (
            t => NetworkBytes.EpochFile(1, 1, t._other, NetworkBytes.Certificate(1, t._other), t.Entries(t._node)),
            TftpError.FileAlreadyExists),
        ["of this version with other entries"] = (
            t => NetworkBytes.EpochFile(1, 1, t._key, NetworkBytes.Certificate(1, t._key), t.Entries(t._node)),
            TftpError.FileAlreadyExists),
        ["cut off in the certificate"] = (t => t.File(2, 1)[..255], TftpError.AccessViolation),
        ["the head alone"] = (t => t.File(2, 1)[..256], TftpError.AccessViolation),
    };

    public static IEnumerable<TheoryDataRow<string>> Refused() =>
        _refused.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [Statement("7.1-12", "7.1-14", "7.1-16", "7.1-19", "7.4-11")]
    [MemberData(nameof(Refused))]
    public void It_is_refused_from_a_member_and_from_the_operator(string name)
    {
        byte[] first = File(1, 1);
        Assert.Equal(NetworkFault.None, _node.Load(first));
        Assert.True(_member.Connect(_node));
        (Func<EpochTests, byte[]> file, int error) = _refused[name];
        Assert.Equal(error, _member.Write("network", file(this)).Error);
        Assert.NotEqual(NetworkFault.None, _node.Load(file(this)));
        Assert.Equal(first, _node.Node.Network.Bytes[..first.Length]);
        Assert.Equal(
            error == TftpError.FileAlreadyExists && !name.Contains("before", StringComparison.Ordinal),
            _node.Knows(NodeEvent.Equivocation));
        Assert.True(_member.Write("network", File(1, 2)).IsComplete);
    }

    [Fact]
    [Statement("7.1-15", "7.1-16", "7.1-17", "7.1-18", "7.1-19")]
    public void Every_flipped_bit_of_a_head_is_refused()
    {
        Assert.Equal(NetworkFault.None, _node.Load(File(1, 1)));
        byte[] valid = File(2, 1);
        for (int bit = 0; bit < 256 * 8; bit++)
        {
            byte[] file = [.. valid];
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(NetworkFault.None, _node.Load(file));
        }

        Assert.Equal((1UL << 48) | 1, _node.Node.NetworkVersion);
        Assert.Equal(NetworkFault.None, _node.Load(valid));
    }

    [Fact]
    [Statement("7.1-12")]
    public void A_new_epoch_cures_a_stolen_key_that_signed_the_last_revision()
    {
        Assert.Equal(NetworkFault.None, _node.Load(File(1, LastRevision)));
        Assert.True(_member.Connect(_node));
        Assert.True(_member.Write("network", File(2, 1, _other)).IsComplete);
        Assert.Equal((2UL << 48) | 1, _node.Node.NetworkVersion);

        // The thief's key is worth nothing any more.
        Assert.Equal(TftpError.FileAlreadyExists, _member.Write("network", File(1, LastRevision)).Error);
        Assert.Equal(
            TftpError.AccessViolation,
            _member.Write(
                "network",
                NetworkBytes.EpochFile(3, 1, _key, NetworkBytes.Certificate(2, _key), Entries(_node))).Error);
        Assert.Equal((2UL << 48) | 1, _node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("7.4-12")]
    public void A_certificate_without_a_verified_header_changes_nothing()
    {
        Assert.Equal(NetworkFault.None, _node.Load(File(1, 1)));
        Assert.True(_member.Connect(_node));
        byte[] head = File(2, 1)[..256];
        head[80] ^= 1;
        Assert.Equal(TftpError.AccessViolation, _member.Write("head", head).Error);
        Assert.True(_member.Write("network", File(1, 2)).IsComplete);
    }

    [Fact]
    [Statement("7.4-4")]
    public void A_certificate_that_has_verified_is_not_checked_again()
    {
        byte[] head = [9, .. File(1, 1)[..256]];
        HeadVerifier verifier = new(new Spore.Crypto.Ed25519(), NetworkBytes.TrustRoot, 0);
        Assert.True(verifier.Verify(head, 1, false));
        int whole = Steps(verifier, head, false);
        Assert.Equal(whole, 2 * Steps(verifier, head, true));

        head[1 + 255] ^= 1;
        Assert.False(verifier.Verify(head, 1, false));
        Assert.True(verifier.Verify(head, 1, true));
    }

    private static int Steps(HeadVerifier verifier, byte[] head, bool isCertified)
    {
        int count = 1;
        for (verifier.Begin(head, 1, isCertified); verifier.Step(); count++)
        {
        }

        Assert.True(verifier.Finish());
        return count;
    }

    private byte[] File(int epoch, ulong revision, Key? key = null) => epoch == 0
        ? NetworkBytes.File(revision, 1_700_000_000, 0, Entries(_node, _member))
        : NetworkBytes.EpochFile(
            epoch, revision, key ?? _key, NetworkBytes.Certificate(epoch, key ?? _key), Entries(_node, _member));

    private byte[][] Entries(params IStation[] members) =>
        [.. members
            .Select(m => NetworkBytes.Entry(m.Key, NetworkBytes.Field(1, 10, 0, 0, m.Seed, 32)))
            .OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)];
}
