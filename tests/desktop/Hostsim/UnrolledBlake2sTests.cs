using System;
using CsCheck;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Tests.Crypto;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>All that BLAKE2s with the core's own compression has to hold, and the same bytes as that one.</summary>
public class UnrolledBlake2sTests : Blake2sTests
{
    private static readonly UnrolledBlake2s _host = new();

    public UnrolledBlake2sTests()
        : base(_host)
    {
    }

    [Fact]
    public void Compresses_like_the_model_at_every_offset_and_count()
    {
        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Const((byte)255), Gen.Byte);
        Gen.Select(Gen.UInt.Array[8], lopsided.Array[64], Gen.Int[0, 16], Gen.Long[0, long.MaxValue], Gen.Bool).Sample(
            (state, block, offset, total, last) =>
            {
                uint[] expected = [.. state];
                uint[] actual = [.. state];
                byte[] inside = [.. new byte[offset], .. block];
                Blake2sModel.Compress(expected, block, (ulong)total, last);
                _host.Compress(actual, inside, offset, total, last);
                Assert.Equal(expected, actual);
                Assert.Equal(block, inside[offset..]);
            },
            iter: 2000,
            threads: 1);
    }

    [Fact]
    public void Agrees_with_the_cores_own_on_random_input()
    {
        Blake2s own = new();
        Blake2s hosts = new(_host);
        HmacBlake2s ownHmac = new(own);
        HmacBlake2s hostsHmac = new(hosts);
        Gen.Select(Gen.Int[1, 32], Gen.Byte.Array[0, 32], Gen.Byte.Array[0, 1500]).Sample(
            (length, key, message) =>
            {
                Assert.Equal(Keyed(own, length, key, message), Keyed(hosts, length, key, message));
                Assert.Equal(Hmac(ownHmac, key, message), Hmac(hostsHmac, key, message));
            },
            iter: 500,
            threads: 1);
    }

    [Fact]
    public void Demands_a_whole_block()
    {
        uint[] state = new uint[8];
        Assert.ThrowsAny<ArgumentException>(() => _host.Compress(state, new byte[64], 1, 64, false));
        Assert.ThrowsAny<ArgumentException>(() => _host.Compress(new uint[7], new byte[64], 0, 64, false));
    }

    private static byte[] Keyed(Blake2s hash, int length, byte[] key, byte[] message)
    {
        byte[] digest = new byte[length];
        hash.BeginKeyed(length, key, 0, key.Length);
        hash.Update(message, 0, message.Length);
        hash.Finish(digest, 0);
        return digest;
    }

    private static byte[] Hmac(HmacBlake2s hmac, byte[] key, byte[] message)
    {
        byte[] mac = new byte[32];
        hmac.Begin(key, 0, key.Length);
        hmac.Update(message, 0, message.Length);
        hmac.Finish(mac, 0);
        return mac;
    }
}
