using System;
using System.Threading;

namespace Spore.Hostsim.Live;

/// <summary>
/// Works on the newest of some values, on a thread of its own: one that comes meanwhile replaces the one that waits.
/// What has failed is tried again. May be used on any thread.
/// </summary>
/// <typeparam name="T">What is worked on.</typeparam>
/// <param name="name">The name of the thread.</param>
/// <param name="work">Works on a value; returns whether that has succeeded.</param>
/// <param name="retry">How long to wait after a failure; null for a minute.</param>
internal sealed class LatestWork<T>(string name, Func<T, bool> work, TimeSpan? retry = null) : IDisposable
    where T : class
{
    private static readonly TimeSpan _usualRetry = TimeSpan.FromMinutes(1);

    // In milliseconds. A file system that hangs does not keep the node from ending.
    private const int Patience = 500;

    // Also the lock for what follows.
    private readonly object _gate = new();
    private readonly TimeSpan _retry = retry ?? _usualRetry;
    private T? _wanted;
    private bool _hasFailed;
    private bool _isRunning;
    private bool _isWorking;
    private bool _isStopped;

    /// <summary>Gives it a value. Never blocks.</summary>
    /// <param name="value">The value.</param>
    public void Put(T value)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _wanted = value;
            Monitor.PulseAll(_gate);
            if (!_isRunning)
            {
                _isRunning = true;
                new Thread(Run) { IsBackground = true, Name = name }.Start();
            }
        }
    }

    /// <summary>Waits a moment for the last value, if the one before it has not failed, and takes no other.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            long until = Environment.TickCount64 + Patience;
            long left;
            while ((_isWorking || (_wanted != null && _isRunning && !_hasFailed))
                && (left = until - Environment.TickCount64) > 0)
            {
                Monitor.Wait(_gate, (int)left);
            }

            _isStopped = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        while (true)
        {
            T value;
            lock (_gate)
            {
                if (_wanted == null || _isStopped)
                {
                    _isRunning = false;
                    Monitor.PulseAll(_gate);
                    return;
                }

                value = _wanted;
                _isWorking = true;
            }

            bool isDone = work(value);
            lock (_gate)
            {
                _isWorking = false;
                _hasFailed = !isDone;
                if (_wanted == value && isDone)
                {
                    _wanted = null;
                }

                Monitor.PulseAll(_gate);
                if (_wanted == value && !_isStopped)
                {
                    Monitor.Wait(_gate, _retry);
                }
            }
        }
    }
}
