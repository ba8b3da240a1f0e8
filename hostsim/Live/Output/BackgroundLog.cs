using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// A bounded queue of log entries, and one thread that writes them in order. An output that fails or blocks neither
/// ends nor stops the caller: entries that find the queue full, and entries whose write fails, are counted as lost.
/// The next write that succeeds begins with that count. A failed write is not retried; the next attempt is that of
/// the next entry.
/// </summary>
/// <typeparam name="T">The entry's type.</typeparam>
/// <param name="sink">Writes the entries.</param>
/// <param name="capacity">The most entries in the queue.</param>
internal sealed class BackgroundLog<T>(ILogSink<T> sink, int capacity = BackgroundLog<T>.UsualCapacity)
{
    private const int UsualCapacity = 1024;
    private const string Blocked = "the output was blocked";

    // A thread without work ends after this time, in milliseconds, since nothing disposes of it.
    private const int Linger = 1000;

    // Each entry, and how many were lost before it because the queue was full. Also the lock for the fields up to
    // _isLosing.
    private readonly Queue<(T Entry, long LostBefore)> _queue = new();
    private long _lostLast;
    private bool _isRunning;
    private bool _isWriting;
    private bool _isClosed;
    private bool _isLosing;

    // The thread's own.
    private long _lost;
    private string _reason = Blocked;
    private bool _wasCut;

    /// <summary>Adds an entry to the queue. Never blocks and never fails.</summary>
    /// <param name="entry">The entry.</param>
    public void Add(T entry)
    {
        bool isFirstLoss = false;
        lock (_queue)
        {
            if (!_isClosed && _queue.Count < capacity)
            {
                _queue.Enqueue((entry, _lostLast));
                _lostLast = 0;
                Start();
                Monitor.PulseAll(_queue);
                return;
            }

            if (!_isClosed)
            {
                _lostLast++;
                isFirstLoss = !_isLosing;
                _isLosing = true;
            }
        }

        sink.Release(entry);
        if (isFirstLoss)
        {
            sink.Lose(Blocked);
        }
    }

    /// <summary>Waits until all entries so far are written or lost.</summary>
    /// <param name="milliseconds">How long to wait at most.</param>
    public void Flush(int milliseconds)
    {
        Stopwatch clock = Stopwatch.StartNew();
        lock (_queue)
        {
            long left;
            while (_isRunning && (HasWork || _isWriting) && (left = milliseconds - clock.ElapsedMilliseconds) > 0)
            {
                Monitor.Wait(_queue, (int)left);
            }
        }
    }

    /// <summary>Flushes, then drops what is left in the queue and all later entries.</summary>
    /// <param name="milliseconds">How long to wait at most.</param>
    public void Close(int milliseconds)
    {
        Flush(milliseconds);
        lock (_queue)
        {
            _isClosed = true;
            _lostLast = 0;
            while (_queue.TryDequeue(out (T Entry, long LostBefore) item))
            {
                sink.Release(item.Entry);
            }
        }
    }

    private bool HasWork => _queue.Count > 0 || _lostLast > 0;

    private void Start()
    {
        if (_isRunning)
        {
            return;
        }

        try
        {
            new Thread(Run) { IsBackground = true, Name = "log" }.Start();
            _isRunning = true;
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            // The machine has no thread left. The next entry tries again.
        }
    }

    private void Run()
    {
        while (true)
        {
            bool hasEntry;
            (T Entry, long LostBefore) item;
            lock (_queue)
            {
                while (!HasWork)
                {
                    if (!Monitor.Wait(_queue, Linger) && !HasWork)
                    {
                        _isRunning = false;
                        return;
                    }
                }

                hasEntry = _queue.TryDequeue(out item);
                if (!hasEntry)
                {
                    item.LostBefore = _lostLast;
                    _lostLast = 0;
                }

                _isWriting = true;
            }

            Write(item.Entry, hasEntry, item.LostBefore);
            lock (_queue)
            {
                _isWriting = false;
                Monitor.PulseAll(_queue);
            }
        }
    }

    private void Write(T entry, bool hasEntry, long lostBefore)
    {
        _lost += lostBefore;
        try
        {
            if (_lost > 0)
            {
                sink.WriteLoss(_lost, _reason, _wasCut);
                _lost = 0;
                _reason = Blocked;
                _wasCut = false;
                lock (_queue)
                {
                    _isLosing = _lostLast > 0;
                }
            }

            if (hasEntry)
            {
                sink.Write(entry);
            }
        }
        catch (Exception exception)
        {
            // Of any type: no failure of an output may end the node.
            Fail(exception.Message.ReplaceLineEndings(" "), hasEntry);
        }
        finally
        {
            if (hasEntry)
            {
                sink.Release(entry);
            }
        }
    }

    private void Fail(string reason, bool hasEntry)
    {
        _reason = _wasCut ? _reason : reason;
        _lost += hasEntry ? 1 : 0;
        _wasCut = true;
        bool isFirst;
        lock (_queue)
        {
            isFirst = !_isLosing;
            _isLosing = true;
        }

        if (isFirst)
        {
            sink.Lose(reason);
        }
    }
}
