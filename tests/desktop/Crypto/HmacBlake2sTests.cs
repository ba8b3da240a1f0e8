using System;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class HmacBlake2sTests
{
    private readonly HmacBlake2s _hmac = new(new Blake2s());

    private static byte[] Reference(byte[] key, byte[] data)
    {
        HMac reference = new(new Blake2sDigest(256));
        reference.Init(new KeyParameter(key));
        reference.BlockUpdate(data, 0, data.Length);
        byte[] mac = new byte[32];
        reference.DoFinal(mac, 0);
        return mac;
    }

    private byte[] Mac(byte[] key, byte[] data, int cut)
    {
        byte[] inside = Bytes.Inside(data);
        _hmac.Begin(Bytes.Inside(key), Bytes.Margin, key.Length);
        _hmac.Update(inside, Bytes.Margin, cut);
        _hmac.Update(inside, Bytes.Margin + cut, data.Length - cut);
        byte[] mac = Bytes.Inside(new byte[32]);
        _hmac.Finish(mac, Bytes.Margin);
        return Bytes.Between(mac);
    }

    [Fact]
    public void Agrees_with_the_reference_for_every_length_of_key()
    {
        for (int keyLength = 0; keyLength <= 200; keyLength++)
        {
            byte[] key = Bytes.Random(keyLength, keyLength);
            byte[] data = Bytes.Random(1, 33);
            Assert.Equal(Reference(key, data), Mac(key, data, 32));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_for_every_length_of_data()
    {
        byte[] key = Bytes.Random(1, 32);
        for (int length = 0; length <= 300; length++)
        {
            byte[] data = Bytes.Random(length, length);
            Assert.Equal(Reference(key, data), Mac(key, data, length / 2));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_on_random_input()
    {
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 200], Gen.Int[0, 200]).Sample(
            (key, data, cut) => Assert.Equal(Reference(key, data), Mac(key, data, Math.Min(cut, data.Length))),
            iter: 1000,
            threads: 1);
    }

    [Fact]
    public void A_key_serves_for_several_codes()
    {
        for (int keyLength = 0; keyLength <= 100; keyLength += 10)
        {
            byte[] key = Bytes.Random(keyLength, keyLength);
            Mac(key, [1], 0);
            foreach (int length in (int[])[0, 1, 33, 64, 200])
            {
                byte[] data = Bytes.Random(length, length);
                byte[] mac = new byte[32];
                _hmac.BeginAgain();
                _hmac.Update(data, 0, length);
                _hmac.Finish(mac, 0);
                Assert.Equal(Reference(key, data), mac);
            }
        }
    }

    // As a key derivation chain does, where each code is the next one's key.
    [Fact]
    public void The_code_may_overwrite_key_and_data()
    {
        byte[] buffer = Bytes.Random(1, 32);
        byte[] expected = Reference(buffer, buffer);
        _hmac.Begin(buffer, 0, 32);
        _hmac.Update(buffer, 0, 32);
        _hmac.Finish(buffer, 0);
        Assert.Equal(expected, buffer);
    }

    [Fact]
    public void Leaves_nothing_in_its_scratch()
    {
        Mac(Bytes.Random(1, 32), Bytes.Random(2, 100), 50);
        _hmac.Wipe();
        Scratch.AssertWiped(_hmac);

        _hmac.Begin(Bytes.Random(1, 32), 0, 32);
        _hmac.Update(Bytes.Random(2, 100), 0, 100);
        _hmac.Wipe();
        Scratch.AssertWiped(_hmac);
    }
}
