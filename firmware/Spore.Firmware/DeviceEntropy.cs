using System;
using Spore.Base;
using Spore.Crypto;
using nanoFramework.Hardware.Esp32;

namespace Spore.Firmware;

/// <summary>
/// Chance from several sources, so that no single weak one decides: the chip's generator, which is only good while the
/// radio runs, the microseconds at which datagrams came, the node's own key, and a counter.
/// </summary>
internal sealed class DeviceEntropy : IEntropy
{
    private const int BlockSize = 32;
    private const int Arrivals = 16;
    private const int WordSize = 8;

    private readonly Random _random = new Random();
    private readonly Blake2s _hash = new Blake2s();
    private readonly byte[] _state = new byte[BlockSize];
    private readonly byte[] _fresh = new byte[BlockSize];
    private readonly byte[] _block = new byte[BlockSize];
    private readonly byte[] _word = new byte[WordSize];
    private readonly ulong[] _arrivals = new ulong[Arrivals];
    private int _nextArrival;
    private int _used = BlockSize;
    private ulong _counter;

    /// <summary>Starts with what is secret about this node.</summary>
    /// <param name="identity">Its identity record; not kept.</param>
    public DeviceEntropy(byte[] identity)
    {
        _hash.Begin(BlockSize);
        _hash.Update(identity, 0, identity.Length);
        _hash.Finish(_state, 0);
        _hash.Wipe();
    }

    /// <summary>Called when a datagram has come in: remembers when.</summary>
    public void Stir()
    {
        _arrivals[_nextArrival] = (_arrivals[_nextArrival] << 1) ^ HighResTimer.GetCurrent();
        _nextArrival = (_nextArrival + 1) % Arrivals;
    }

    /// <inheritdoc/>
    public void Fill(byte[] buffer, int offset, int length)
    {
        // What is asked for whole is made afresh; small requests share a block.
        if (length >= BlockSize)
        {
            _used = BlockSize;
        }

        for (int i = 0; i < length; i++)
        {
            if (_used == BlockSize)
            {
                MakeBlock();
            }

            buffer[offset + i] = _block[_used];
            _block[_used] = 0;
            _used++;
        }
    }

    // The state goes on one way only, and no block tells of it.
    private void MakeBlock()
    {
        _counter++;
        _random.NextBytes(_fresh);
        _hash.Begin(BlockSize);
        _hash.Update(_state, 0, BlockSize);
        _hash.Update(_fresh, 0, BlockSize);
        Update(_counter);
        Update(HighResTimer.GetCurrent());
        for (int i = 0; i < Arrivals; i++)
        {
            Update(_arrivals[i]);
        }

        _hash.Finish(_state, 0);
        _hash.Begin(BlockSize);
        _hash.Update(_state, 0, BlockSize);
        Update(0);
        _hash.Finish(_block, 0);
        _hash.Wipe();
        Array.Clear(_fresh, 0, BlockSize);
        _used = 0;
    }

    private void Update(ulong value)
    {
        for (int i = 0; i < WordSize; i++)
        {
            _word[i] = (byte)(value >> (8 * i));
        }

        _hash.Update(_word, 0, WordSize);
    }
}
