using System;
using System.Threading;

namespace Spore.Tests.Pipeline;

/// <summary>Stops each thread of a <see cref="Hub"/> that works under one key, until it is opened.</summary>
internal sealed class KeyGate : IDisposable
{
    private readonly byte[] _key;
    private readonly ManualResetEventSlim _open = new();
    private int _stopped;
    private int _helpers;

    /// <param name="hub">The hub.</param>
    /// <param name="key">The key.</param>
    public KeyGate(Hub hub, byte[] key)
    {
        _key = key;
        hub.BeforeCipher = Pass;
    }

    /// <summary>How many times a thread was stopped.</summary>
    public int Stopped => Volatile.Read(ref _stopped);

    /// <summary>How many times it was a helper of the pipeline.</summary>
    public int StoppedHelpers => Volatile.Read(ref _helpers);

    public void Open() => _open.Set();

    // Also where a test has failed, so that no thread is left.
    public void Dispose() => Open();

    private void Pass(ReadOnlySpan<byte> key)
    {
        if (!_open.IsSet && key.SequenceEqual(_key))
        {
            Interlocked.Increment(ref _stopped);
            if (Thread.CurrentThread.Name?.StartsWith("cipher ", StringComparison.Ordinal) == true)
            {
                Interlocked.Increment(ref _helpers);
            }

            _open.Wait();
        }
    }
}
