using System;
using System.Threading;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// The jobs of all peers. Any thread may begin any job, so that many work for one peer at a time. The peers take turns,
/// so that none waits behind another one's bulk. The jobs of a peer finish in the order in which they were added.
/// </summary>
/// <remarks>
/// The thread that adds a job begins it too, unless another one is sooner; helpers are woken only for more than that
/// thread does at once. Its lock is taken under the core's, and no other one is taken under it.
/// </remarks>
internal sealed class CipherQueue : IDisposable
{
    // The bytes that are worth a thread more: to wake one takes about as long as to seal a few packets.
    private const int BytesForHelper = 1 << 15;

    private readonly object _lock = new();
    private readonly Turns _toSeal = new();
    private readonly Turns _toOpen = new();
    private readonly Thread[] _helpers;
    private int _waiting;
    private int _idle;
    private bool _sealedLast;
    private bool _stopped;

    /// <summary>Starts the helpers.</summary>
    /// <param name="helpers">How many, besides the threads that add jobs.</param>
    /// <param name="newWorker">Makes what a helper works with.</param>
    public CipherQueue(int helpers, Func<Worker> newWorker)
    {
        _helpers = new Thread[helpers];
        for (int i = 0; i < helpers; i++)
        {
            Worker worker = newWorker();
            _helpers[i] = new Thread(() => Help(worker)) { IsBackground = true, Name = $"cipher {i + 1}" };
            _helpers[i].Start();
        }
    }

    /// <summary>Adds a job.</summary>
    /// <param name="job">The job, whose owner is set.</param>
    /// <param name="queue">The peer's queue.</param>
    public void Add(CipherJob job, PeerQueue queue)
    {
        lock (_lock)
        {
            job.Queue = queue;
            job.Next = null;
            job.IsDone = false;
            if (queue.First == null)
            {
                queue.First = job;
            }
            else
            {
                queue.Last!.Next = job;
            }

            queue.Last = job;
            if (queue.ToBegin == null)
            {
                queue.ToBegin = job;
                TurnsOf(queue).Add(queue);
            }

            job.Owner!.ToBegin++;
            _waiting += job.Bytes;
            if (_idle > 0 && _waiting / BytesForHelper > _helpers.Length - _idle)
            {
                _idle--;
                Monitor.Pulse(_lock);
            }
        }
    }

    /// <summary>Works until all jobs of a thread have begun.</summary>
    /// <param name="worker">The calling thread's.</param>
    public void Work(Worker worker)
    {
        while (BeginWhileOwn(worker) is { } job)
        {
            Do(job, worker);
        }
    }

    /// <summary>Does jobs of any thread until a pool has enough, and waits for it where there are none.</summary>
    /// <typeparam name="T">What the pool lends.</typeparam>
    /// <param name="pool">The pool.</param>
    /// <param name="least">How much is enough.</param>
    /// <param name="worker">The calling thread's.</param>
    /// <param name="sealsOnly">Whether the jobs have to be such that seal, since they wait for nothing.</param>
    public void Await<T>(Pool<T> pool, int least, Worker worker, bool sealsOnly)
        where T : class
    {
        while (pool.Count < least)
        {
            CipherJob? job;
            lock (_lock)
            {
                job = Begin(sealsOnly);
            }

            if (job != null)
            {
                Do(job, worker);
            }
            else
            {
                pool.Await(least);
            }
        }
    }

    /// <summary>Ends the helpers. Other threads may go on, alone.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.PulseAll(_lock);
        }

        foreach (Thread helper in _helpers)
        {
            helper.Join();
        }
    }

    private void Help(Worker worker)
    {
        while (Await() is { } job)
        {
            Do(job, worker);
        }
    }

    private CipherJob? Await()
    {
        lock (_lock)
        {
            CipherJob? job;
            while ((job = Begin(false)) == null && !_stopped)
            {
                _idle++;
                Monitor.Wait(_lock);
            }

            return job;
        }
    }

    private CipherJob? BeginWhileOwn(Worker worker)
    {
        lock (_lock)
        {
            return worker.ToBegin == 0 ? null : Begin(false);
        }
    }

    private CipherJob? Begin(bool sealsOnly)
    {
        bool seals = sealsOnly || _toOpen.IsEmpty || (!_sealedLast && !_toSeal.IsEmpty);
        Turns turns = seals ? _toSeal : _toOpen;
        PeerQueue? queue = turns.Take();
        if (queue == null)
        {
            return null;
        }

        CipherJob job = queue.ToBegin!;
        queue.ToBegin = job.Next;
        if (job.Next != null)
        {
            turns.Add(queue);
        }

        _sealedLast = seals;
        _waiting -= job.Bytes;
        job.Owner!.ToBegin--;
        return job;
    }

    private void Do(CipherJob job, Worker worker)
    {
        PeerQueue queue = job.Queue!;
        job.Work(worker.Cipher);
        bool goesOn = false;
        while (TakeDone(queue, goesOn ? null : job) is { } done)
        {
            goesOn = true;
            done.Finish(worker);
        }
    }

    // The next job that the calling thread has to finish. Null where there is none, or another thread does that.
    private CipherJob? TakeDone(PeerQueue queue, CipherJob? justDone)
    {
        lock (_lock)
        {
            if (justDone != null)
            {
                justDone.IsDone = true;
                if (queue.IsFinishing)
                {
                    return null;
                }
            }

            CipherJob? first = queue.First;
            queue.IsFinishing = first is { IsDone: true };
            if (!queue.IsFinishing)
            {
                return null;
            }

            queue.First = first!.Next;
            return first;
        }
    }

    private Turns TurnsOf(PeerQueue queue)
    {
        return queue.Seals ? _toSeal : _toOpen;
    }

    // The queues with jobs to begin, each once.
    private sealed class Turns
    {
        private PeerQueue? _first;
        private PeerQueue? _last;

        public bool IsEmpty => _first == null;

        public void Add(PeerQueue queue)
        {
            queue.NextInTurn = null;
            if (_first == null)
            {
                _first = queue;
            }
            else
            {
                _last!.NextInTurn = queue;
            }

            _last = queue;
        }

        public PeerQueue? Take()
        {
            PeerQueue? queue = _first;
            _first = queue?.NextInTurn;
            return queue;
        }
    }
}
