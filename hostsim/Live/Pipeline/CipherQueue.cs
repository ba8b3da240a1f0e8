using System;
using System.Threading;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// The jobs of all peers. Any thread may do some messages of any job, so that many work for one peer at a time. The
/// peers take turns, so that none waits behind another one's bulk. The jobs of a peer finish in the order in which they
/// were added.
/// </summary>
/// <remarks>
/// The thread that adds a job begins it too, unless another one is sooner; helpers are woken only for more than that
/// thread does at once. Its lock is taken under the core's, and no other one is taken under it.
/// </remarks>
internal sealed class CipherQueue : IDisposable
{
    // The messages that a thread does before it looks again whose turn it is.
    private const int Portion = 16;

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
            job.Begun = 0;
            job.Done = 0;
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
            if (_idle > 0 && !_stopped && _waiting / BytesForHelper > _helpers.Length - _idle)
            {
                _idle--;
                Monitor.Pulse(_lock);
            }
        }
    }

    /// <summary>Works until a thread's jobs have begun.</summary>
    /// <param name="worker">The calling thread's.</param>
    /// <param name="leaves">How many of its jobs it may leave to helpers that are awake.</param>
    public void Work(Worker worker, int leaves)
    {
        while (Begin(worker, leaves) is { Job: not null } part)
        {
            Do(part, worker);
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
            Part part;
            lock (_lock)
            {
                part = Begin(sealsOnly);
            }

            if (part.Job != null)
            {
                Do(part, worker);
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
        while (Await() is { Job: not null } part)
        {
            Do(part, worker);
        }
    }

    private Part Await()
    {
        lock (_lock)
        {
            for (; ; )
            {
                Part part = Begin(false);
                if (part.Job != null)
                {
                    return part;
                }

                _idle++;
                if (_stopped)
                {
                    return part;
                }

                Monitor.Wait(_lock);
            }
        }
    }

    private Part Begin(Worker worker, int leaves)
    {
        lock (_lock)
        {
            // One that is awake looks for jobs once more before it sleeps.
            bool isHelped = _idle < _helpers.Length;
            return worker.ToBegin <= (isHelped ? leaves : 0) ? default : Begin(false);
        }
    }

    private Part Begin(bool sealsOnly)
    {
        bool seals = sealsOnly || _toOpen.IsEmpty || (!_sealedLast && !_toSeal.IsEmpty);
        Turns turns = seals ? _toSeal : _toOpen;
        PeerQueue? queue = turns.Take();
        if (queue == null)
        {
            return default;
        }

        _sealedLast = seals;
        CipherJob job = queue.ToBegin!;
        Part part = new(job, job.Begun, Math.Min(Portion, job.Count - job.Begun));
        job.Begun += part.Count;
        if (job.Begun == job.Count)
        {
            queue.ToBegin = job.Next;
            _waiting -= job.Bytes;
            job.Owner!.ToBegin--;
        }

        if (queue.ToBegin != null)
        {
            turns.Add(queue);
        }

        return part;
    }

    private void Do(Part part, Worker worker)
    {
        PeerQueue queue = part.Job!.Queue!;
        part.Job.Work(worker.Cipher, part.First, part.Count);
        for (CipherJob? done = TakeDone(queue, part); done != null; done = TakeDone(queue, default))
        {
            done.Finish(worker);
        }
    }

    // The next job that the calling thread has to finish. Null where there is none, or another thread does that.
    private CipherJob? TakeDone(PeerQueue queue, Part justDone)
    {
        lock (_lock)
        {
            if (justDone.Job != null)
            {
                justDone.Job.Done += justDone.Count;
                if (queue.IsFinishing)
                {
                    return null;
                }
            }

            CipherJob? first = queue.First;
            queue.IsFinishing = first != null && first.Done == first.Count;
            if (!queue.IsFinishing)
            {
                return null;
            }

            queue.First = first!.Next;
            return first;
        }
    }

    // Some messages of a job, for one thread; without a job there are none.
    private readonly record struct Part(CipherJob? Job, int First, int Count);

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
