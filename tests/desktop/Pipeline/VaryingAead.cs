using System;
using System.Threading;
using Spore.Crypto;

namespace Spore.Tests.Pipeline;

/// <summary>A cipher that takes more or less time by chance, and lets other threads run.</summary>
internal sealed class VaryingAead(IAead inner, int seed) : IAead
{
    private readonly Random _random = new(seed);

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
        Wait();
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
        Wait();
        return inner.Open(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }

    private void Wait()
    {
        switch (_random.Next(16))
        {
            case 0:
                Thread.Yield();
                break;
            case 1:
                Thread.SpinWait(_random.Next(3_000));
                break;
        }
    }
}
