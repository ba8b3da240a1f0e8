using System;
using Spore.Crypto;

namespace Spore.Discovery;

/// <summary>
/// The last hello of each key that was heard, so that it can't be sent again as if it were new, however many hellos
/// came since. The key heard longest ago gives way.
/// </summary>
internal sealed class Neighbours
{
    private const int KeySize = 32;

    private readonly byte[] _keys;
    private readonly ulong[] _nonces;
    private readonly long[] _heardAt;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">The number of keys remembered.</param>
    internal Neighbours(int count)
    {
        _keys = new byte[count * KeySize];
        _nonces = new ulong[count];
        _heardAt = new long[count];
        for (int i = 0; i < count; i++)
        {
            _heardAt[i] = long.MinValue;
        }
    }

    /// <summary>Called when a hello of a known key was heard: remembers it.</summary>
    /// <param name="key">A buffer with the key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="nonce">What identifies the hello (<see cref="Hello.Identify"/>).</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>Whether it is another hello than the last one of that key.</returns>
    internal bool Hear(byte[] key, int offset, ulong nonce, long now)
    {
        int oldest = 0;
        for (int i = 0; i < _heardAt.Length; i++)
        {
            if (_heardAt[i] != long.MinValue && ConstantTime.Equal(_keys, i * KeySize, key, offset, KeySize))
            {
                bool isOther = _nonces[i] != nonce;
                _nonces[i] = nonce;
                _heardAt[i] = now;
                return isOther;
            }

            if (_heardAt[i] < _heardAt[oldest])
            {
                oldest = i;
            }
        }

        Array.Copy(key, offset, _keys, oldest * KeySize, KeySize);
        _nonces[oldest] = nonce;
        _heardAt[oldest] = now;
        return true;
    }
}
