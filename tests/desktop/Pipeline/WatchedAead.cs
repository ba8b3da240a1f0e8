using System;
using Spore.Crypto;

namespace Spore.Tests.Pipeline;

/// <summary>A cipher that calls a test with each key before it uses it.</summary>
internal sealed class WatchedAead(IAead inner, Action<byte[], int> watch) : IAead
{
    public void Seal(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        watch(key, keyOffset);
        inner.Seal(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }

    public bool Open(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        watch(key, keyOffset);
        return inner.Open(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }
}
