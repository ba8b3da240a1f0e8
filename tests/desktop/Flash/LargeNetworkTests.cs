using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>A network that is larger than any node holds whole.</summary>
[Collection(Alone.Name)]
public sealed class LargeNetworkTests : IDisposable
{
    private const int Members = 20_000;

    private readonly FlashFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Twenty_thousand_members_are_signed_checked_and_proven()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
        StringBuilder ini = new("[Network]\nVersion = 1\nIssued = 2026-06-01\nAssign = fd00:7::/64\n");
        for (int i = 0; i < Members; i++)
        {
            ini.Append($"[Peer]\nPublicKey = {Key(i)}\nLabel = n{i}\nRoles = witness\n");
        }

        _folder.Write("network.ini", ini.ToString());
        FlashResult signed = _folder.Run("sign", "@network.ini");
        Assert.Equal((0, ""), (signed.Code, signed.Error));
        Assert.Contains("Members    20000\n", signed.Output);
        Assert.EndsWith("and 19900 more; flash show prints all\n", signed.Output);
        Assert.Equal(
            new FlashResult(0, "network.spore: version 1, 20000 members, signed by the trust root\n", ""),
            _folder.Run("check", "@network.spore", "--root", "@root.key"));

        Assert.Equal(0, _folder.Run("prove", "n12345", "@network.spore").Code);
        File.WriteAllBytes(_folder.File("head"), _folder.Read("network.spore")[..144]);
        Assert.Equal(
            new FlashResult(
                0, $"network.proof: 'n12345', {Key(12345)}, is in version 1, signed by the trust root\n", ""),
            _folder.Run("check", "@network.proof", "--head", "@head", "--root", "@root.key"));
    }

    private static string Key(int index)
    {
        byte[] key = Keys.Fill(5);
        BinaryPrimitives.WriteInt32LittleEndian(key, index);
        return KeyText.Format(key);
    }
}
