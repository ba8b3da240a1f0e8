using Spore.Base;

namespace Spore.Tests.WireGuard;

/// <summary>Entropy that repeats itself every 32 bytes, but for one byte that can be changed.</summary>
/// <param name="changed">The index of the changed byte among all bytes filled, or -1.</param>
internal sealed class ScriptedEntropy(int changed = -1) : IEntropy
{
    private int _filled;

    public void Fill(byte[] buffer, int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            buffer[offset + i] = (byte)((_filled % 32) ^ (_filled == changed ? 0x80 : 0));
            _filled++;
        }
    }
}
