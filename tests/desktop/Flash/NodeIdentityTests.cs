using System;
using System.Net;
using CsCheck;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class NodeIdentityTests : IDisposable
{
    private readonly FlashFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_public_key_is_the_one_the_core_computes()
    {
        X25519 x25519 = new();
        Gen.Byte.Array[32].Sample(
            key =>
            {
                byte[] expected = new byte[32];
                x25519.MultiplyBase(expected, 0, key, 0);
                Assert.Equal(expected, NodeKey.PublicKey(key));
            },
            threads: 1,
            iter: 20);
    }

    [Fact]
    public void A_new_identity_is_sound_and_comes_back_from_its_file()
    {
        NodeIdentity identity = NodeIdentity.Generate(Keys.Fill(5), 9);
        Assert.Equal(IdentityFault.None, IdentityRecord.Check(identity.Record, 0, identity.Record.Length));
        Assert.Equal(0, identity.Record[8] & 7);
        Assert.Equal(64, identity.Record[39] & 192);

        identity.Save(_folder.File("node.id"), false);
        NodeIdentity loaded = NodeIdentity.Load(_folder.File("node.id"));
        Assert.Equal(identity.Record, loaded.Record);
        Assert.Equal(identity.PublicKey, loaded.PublicKey);
        Assert.Equal(identity.LinkLocal, loaded.LinkLocal);
        Assert.Equal(Keys.Fill(5), loaded.TrustRoot);
        Assert.Equal(9UL, loaded.Floor);

        byte[] address = new byte[16];
        LinkLocalAddress.FromKey(new Blake2s(), identity.PublicKey, 0, address, 0);
        Assert.Equal(address, identity.LinkLocal);
        Assert.NotEqual(NodeIdentity.Generate(Keys.Fill(5), 9).PublicKey, identity.PublicKey);
    }

    [Fact]
    public void Every_flipped_bit_of_the_file_is_told()
    {
        byte[] record = NodeIdentity.FromPrivateKey(Keys.Fill(3), Keys.Fill(5), 0).Record;
        for (int i = 0; i < record.Length; i++)
        {
            record[i] ^= 1;
            System.IO.File.WriteAllBytes(_folder.File("node.id"), record);
            InputException fault = Assert.Throws<InputException>(() => NodeIdentity.Load(_folder.File("node.id")));
            Assert.Equal(i < 8 ? "magic" : "checksum", fault.Field);
            record[i] ^= 1;
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800", false)]
    [InlineData("0900000000000000000000000000000000000000000000000000000000000000", true)]
    public void Keys_of_small_order_are_of_no_use(string hex, bool usable)
    {
        Assert.Equal(usable, NodeKey.IsUsable(Convert.FromHexString(hex)));
    }

    [Fact]
    public void The_address_of_the_zero_key_is_that_of_wg_lla()
    {
        Assert.Equal(
            IPAddress.Parse("fe8b:5ea9:9e65:3bc2:b593:db41:30d1:0a4e"), new IPAddress(NodeKey.LinkLocal(new byte[32])));
    }
}
