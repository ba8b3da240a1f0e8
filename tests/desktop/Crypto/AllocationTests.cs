using System;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

/// <summary>After construction no primitive allocates.</summary>
[Collection(Alone.Name)]
public class AllocationTests
{
    private static readonly byte[] _bytes = Bytes.Random(1, 2000);
    private static readonly byte[] _target = new byte[2000];

    public static TheoryData<string> Names =>
        ["ChaCha20Poly1305", "XChaCha20Poly1305", "X25519", "Blake2s", "HmacBlake2s", "Sha512", "Ed25519"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Allocates_nothing(string name)
    {
        (Action action, int calls) = Work(name);
        action();
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++)
        {
            action();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static (Action Action, int Calls) Work(string name)
    {
        ChaCha20Poly1305 aead = new();
        XChaCha20Poly1305 xaead = new(aead);
        X25519 x25519 = new();
        Blake2s blake2s = new();
        HmacBlake2s hmac = new(blake2s);
        Sha512 sha512 = new();
        Ed25519 ed25519 = new();
        byte[] publicKey = Bytes.Hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        byte[] message = Bytes.Hex("af82");
        byte[] signature = Bytes.Hex(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
        return name switch
        {
            "ChaCha20Poly1305" => (
                () =>
                {
                    aead.Seal(_bytes, 0, _bytes, 40, _bytes, 60, 13, _target, 0, 1420);
                    _ = aead.Open(_bytes, 0, _bytes, 40, _bytes, 60, 13, _target, 0, 1420);
                    _ = aead.Open(_bytes, 0, _bytes, 40, _bytes, 60, 13, _target, 0, 1420);
                },
                2000),
            "XChaCha20Poly1305" => (
                () =>
                {
                    xaead.Seal(_bytes, 0, _bytes, 40, _bytes, 70, 4, _target, 0, 100);
                    _ = xaead.Open(_bytes, 0, _bytes, 40, _bytes, 70, 4, _target, 0, 100);
                    _ = xaead.Open(_bytes, 0, _bytes, 40, _bytes, 70, 4, _target, 0, 100);
                },
                2000),
            "X25519" => (
                () =>
                {
                    x25519.MultiplyBase(_target, 0, _bytes, 0);
                    _ = x25519.Multiply(_target, 0, _bytes, 0, _bytes, 32);
                },
                50),
            "Blake2s" => (
                () =>
                {
                    blake2s.BeginKeyed(16, _bytes, 0, 32);
                    blake2s.Update(_bytes, 0, 300);
                    blake2s.Update(_bytes, 0, 33);
                    blake2s.Finish(_target, 0);
                },
                2000),
            "HmacBlake2s" => (
                () =>
                {
                    hmac.Begin(_bytes, 0, 100);
                    hmac.Update(_bytes, 0, 300);
                    hmac.Finish(_target, 0);
                },
                2000),
            "Sha512" => (
                () =>
                {
                    sha512.Begin();
                    sha512.Update(_bytes, 0, 300);
                    sha512.Finish(_target, 0);
                },
                2000),
            _ => (
                () =>
                {
                    _ = ed25519.Verify(publicKey, 0, message, 0, 2, signature, 0);
                    _ = ed25519.Verify(publicKey, 0, message, 0, 1, signature, 0);
                },
                50),
        };
    }
}
