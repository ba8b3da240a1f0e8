using Spore.Base;

namespace Spore.Tests.Nodes;

/// <summary>Chance that allocates nothing and follows from its state (xorshift64, Marsaglia).</summary>
/// <param name="state">Where it begins; not 0.</param>
internal sealed class QuietEntropy(ulong state) : IEntropy
{
    private ulong _state = state;

    public void Fill(byte[] buffer, int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            _state ^= _state << 17;
            buffer[offset + i] = (byte)(_state >> 32);
        }
    }
}
