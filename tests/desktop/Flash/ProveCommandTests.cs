using System;
using System.IO;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class ProveCommandTests : IDisposable
{
    private readonly FlashFolder _folder = new();

    public ProveCommandTests()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
        _folder.Write(
            "network.ini",
            "[Network]\nVersion = 3\nIssued = 2026-06-01\nExpires = 2027-01-01\n"
            + string.Concat(Enumerable.Range(1, 5).Select(i => Peer((byte)i, i == 5 ? "" : $"Label = n{i / 2}\n"))));
        _folder.Run("sign", "@network.ini");
    }

    private static string Peer(byte key, string label) =>
        $"[Peer]\nPublicKey = {Keys.NodeText(key)}\n{label}Roles = witness\n";

    public void Dispose() => _folder.Dispose();

    private void AssertFails(string expected, params string[] args) =>
        Assert.Equal(new FlashResult(1, "", $"flash: {expected}\n"), _folder.Run(args));

    private int IndexOf(byte node) => Enumerable.Range(1, 5)
        .Select(i => Keys.Node((byte)i)).OrderBy(Convert.ToHexString, StringComparer.Ordinal).ToList()
        .FindIndex(k => k.SequenceEqual(Keys.Node(node)));

    [Fact]
    public void A_proof_by_label_or_key_checks_against_the_network_or_its_head()
    {
        FlashResult made = _folder.Run("prove", "n1", "@network.spore");
        Assert.Equal((1, "flash: network.spore: 2 members have the label 'n1'; give the public key\n"),
            (made.Code, made.Error));

        made = _folder.Run("prove", "n0", "@network.spore");
        byte[] proof = _folder.Read("network.proof");
        Assert.Equal(
            new FlashResult(
                0,
                $"network.proof: 'n0', entry {IndexOf(1) + 1} of 5 in version 3, {proof.Length} bytes\n",
                ""),
            made);
        File.WriteAllBytes(_folder.File("head"), _folder.Read("network.spore")[..144]);
        foreach (string head in new[] { "@head", "@network.spore" })
        {
            Assert.Equal(
                new FlashResult(
                    0,
                    $"network.proof: 'n0', {Keys.NodeText(1)}, is in version 3, signed by the trust root\n",
                    ""),
                _folder.Run("check", "@network.proof", "--head", head, "--root", "@root.key"));
        }

        Assert.Equal(0, _folder.Run("prove", Keys.NodeText(1), "@network.spore", "-o", "@by.key").Code);
        Assert.Equal(proof, _folder.Read("by.key"));
        Assert.Equal(0, _folder.Run("prove", Keys.NodeText(5), "@network.spore", "-o", "@five").Code);
        Assert.Equal(
            new FlashResult(0, $"five: {Keys.NodeText(5)} is in version 3, signed by the trust root\n", ""),
            _folder.Run("check", "@five", "--head", "@head", "--root", "@root.key"));
    }

    [Fact]
    public void A_proof_that_does_not_hold_is_refused_with_what_is_wrong()
    {
        _folder.Run("prove", "n0", "@network.spore");
        byte[] proof = _folder.Read("network.proof");
        string[] check = ["check", "@bad", "--head", "@network.spore", "--root", "@root.key"];
        string Bad(byte[] bytes)
        {
            File.WriteAllBytes(_folder.File("bad"), bytes);
            FlashResult run = _folder.Run(check);
            Assert.Equal((1, ""), (run.Code, run.Output));
            return run.Error;
        }

        Assert.Equal("flash: bad: it ends before it is complete\n", Bad(proof[..^1]));
        Assert.Equal("flash: bad: it goes on after its end\n", Bad([.. proof, 0]));
        Assert.Equal(
            "flash: bad: path: it does not lead to the Merkle root of network.spore\n",
            Bad([.. proof[..^1], (byte)(proof[^1] ^ 1)]));
        Assert.Equal(
            "flash: bad: version: it is for version 4, and network.spore has 3\n",
            Bad([.. proof[..7], 4, .. proof[8..]]));
        Assert.Equal(
            "flash: bad: it is for an entry beyond the last one of the network\n",
            Bad([.. proof[..11], 5, .. proof[12..]]));
        Assert.Equal("flash: bad: is larger than 1804 bytes\n", Bad(new byte[1805]));

        AssertFails(
            "network.spore: signature: neither the trust root nor a key that it certified signed this",
            "check", "@network.proof", "--head", "@network.spore", "--root", Keys.NodeText(1));
        AssertFails(
            "root.key: header: it does not begin with \"spore-1\": this is not a signed network",
            "check", "@network.proof", "--head", "@root.key", "--root", "@root.key");
    }

    [Fact]
    public void A_member_that_is_not_there_is_told()
    {
        AssertFails("network.spore: no member has the label 'N0'", "prove", "N0", "@network.spore");
        AssertFails("network.spore: this key is not in it", "prove", Keys.NodeText(9), "@network.spore");
        AssertFails(
            "network.spore: this file is read, so the proof can't be written to it",
            "prove", "n0", "@network.spore", "-o", "@network.spore");
    }
}
