using System;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Datagrams;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>Messages to one peer that are to be sealed, and then sent in one call.</summary>
internal sealed class SealJob : CipherJob
{
    // Half of what a receiver's replay window tells apart, which other jobs for the peer may overtake.
    private const int MostMessages = 128;

    // Messages of one length are one run.
    private const int MostRuns = 32;

    private readonly IDatagramOutput _output;
    private readonly Pool<SealJob> _pool;
    private readonly DatagramBatch _batch;
    private readonly int[] _ends = new int[MostMessages];
    private bool _isIpv4;
    private int _count;

    /// <summary>Takes the memory.</summary>
    /// <param name="output">What sends the messages.</param>
    /// <param name="lost">Called for messages that no socket has sent.</param>
    /// <param name="pool">Where the job returns to.</param>
    public SealJob(IDatagramOutput output, DatagramBatch.Loss lost, Pool<SealJob> pool)
    {
        _output = output;
        _pool = pool;
        _batch = new DatagramBatch(lost, DatagramBatch.MaxRunLength, MostRuns);
    }

    /// <summary>The peer's slot.</summary>
    public int Slot { get; private set; }

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override int Bytes => _count == 0 ? 0 : _ends[_count - 1];

    /// <summary>Called when the job was taken from its pool, for a first message.</summary>
    /// <param name="slot">The peer's slot.</param>
    /// <param name="key">The 32-byte key.</param>
    /// <param name="isIpv4">The family of the endpoint.</param>
    public void Begin(int slot, ReadOnlySpan<byte> key, bool isIpv4)
    {
        Slot = slot;
        key.CopyTo(Key);
        _isIpv4 = isIpv4;
        _count = 0;
    }

    /// <summary>Adds a message.</summary>
    /// <param name="message">The message, not sealed; it is copied.</param>
    /// <param name="key">The 32-byte key.</param>
    /// <param name="endpoint">Where to.</param>
    /// <returns>False where it belongs into another job, or this one is full.</returns>
    public bool Add(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key, Endpoint endpoint)
    {
        if (_count == MostMessages
            || endpoint.IsIpv4 != _isIpv4
            || !HasKey(key)
            || !_batch.Add(message, endpoint))
        {
            return false;
        }

        _ends[_count] = Bytes + message.Length;
        _count++;
        return true;
    }

    // One comparison of all bytes, and so in constant time.
    private bool HasKey(ReadOnlySpan<byte> key)
    {
        return Vector256.Create(key) == Vector256.Create(Key.AsSpan());
    }

    /// <inheritdoc/>
    public override void Work(PacketCipher cipher, int first, int count)
    {
        int start = first == 0 ? 0 : _ends[first - 1];
        for (int i = first; i < first + count; i++)
        {
            cipher.Seal(Key, 0, _batch.Bytes, start, _ends[i] - start);
            start = _ends[i];
        }
    }

    /// <inheritdoc/>
    public override void Finish(Worker worker)
    {
        CryptographicOperations.ZeroMemory(Key);
        _output.Send(_batch, _isIpv4);
        _pool.Return(this);
    }
}
