using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Pipeline;
using Xunit;

namespace Spore.Tests.Pipeline;

/// <summary>Whose turn it is, and in what order jobs finish.</summary>
public sealed class CipherQueueTests : IDisposable
{
    private readonly Hub _hub = new(0, 1);
    private readonly List<string> _log = [];
    private readonly PeerQueue[] _seals = [.. Enumerable.Range(0, 3).Select(_ => new PeerQueue(true))];
    private readonly PeerQueue[] _opens = [.. Enumerable.Range(0, 3).Select(_ => new PeerQueue(false))];
    private readonly Worker _worker;

    public CipherQueueTests() => _worker = NewWorker();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public void Peers_take_turns_whatever_each_has_waiting()
    {
        using CipherQueue queue = new(0, NewWorker);
        Add(queue, _seals[0], "a0", "a1", "a2");
        Add(queue, _seals[1], "b0", "b1");
        Add(queue, _seals[2], "c0");
        queue.Work(_worker, 0);
        Assert.Equal(["a0", "b0", "c0", "a1", "b1", "a2"], _log);
        Assert.Equal(0, _worker.ToBegin);
    }

    [Fact]
    public void Sealing_and_opening_take_turns()
    {
        using CipherQueue queue = new(0, NewWorker);
        Add(queue, _opens[0], "open 0", "open 1", "open 2");
        Add(queue, _seals[0], "seal 0", "seal 1");
        queue.Work(_worker, 0);
        Assert.Equal(["seal 0", "open 0", "seal 1", "open 1", "open 2"], _log);
    }

    [Fact]
    public void A_thread_works_until_its_own_jobs_have_begun()
    {
        using CipherQueue queue = new(0, NewWorker);
        Worker other = NewWorker();
        Add(queue, _seals[0], "a0", "a1");
        queue.Work(other, 0);
        Assert.Empty(_log);
        queue.Add(New("b0", other), _seals[1]);
        queue.Work(other, 0);
        Assert.Equal(["a0", "b0"], _log);
        queue.Work(_worker, 0);
        Assert.Equal(["a0", "b0", "a1"], _log);
    }

    [Fact]
    public void A_long_job_is_done_in_parts_between_which_others_have_their_turn()
    {
        using CipherQueue queue = new(0, NewWorker);
        List<(int First, int Count)> parts = [];
        FakeJob job = new(null, () => _log.Add("a"))
        {
            Owner = _worker,
            Messages = 100,
            Part = (first, count) =>
            {
                parts.Add((first, count));
                _log.Add("part");
            },
        };
        queue.Add(job, _seals[0]);
        Add(queue, _seals[1], "b0", "b1");
        queue.Work(_worker, 0);
        Assert.Equal(["part", "b0", "part", "b1", "part"], _log[..5]);
        Assert.Equal("a", _log[^1]);

        // Each message once.
        Assert.Equal(
            Enumerable.Range(0, 100), parts.SelectMany(p => Enumerable.Range(p.First, p.Count)));
    }

    [Fact]
    public void A_thread_leaves_no_job_to_helpers_that_are_not_there()
    {
        using CipherQueue queue = new(0, NewWorker);
        Add(queue, _seals[0], "a0", "a1");
        queue.Work(_worker, 2);
        Assert.Equal(["a0", "a1"], _log);
    }

    [Fact]
    public void What_a_thread_leaves_a_helper_does()
    {
        const int Count = 200;
        using CipherQueue queue = new(1, NewWorker);
        Pool<object> pool = new(Count);
        for (int i = 0; i < Count; i++)
        {
            queue.Add(New($"{i}", _worker, null, () => pool.Return(new object())), _seals[0]);
            queue.Work(_worker, 2);
        }

        Crew.Await(() => pool.Count == Count);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), _log);
    }

    [Fact]
    public void A_thread_that_waits_for_sealed_messages_opens_none()
    {
        using CipherQueue queue = new(0, NewWorker);
        Pool<object> pool = new(2);
        Add(queue, _opens[0], "open 0");
        queue.Add(New("seal 0", _worker, finished: () => pool.Return(new object())), _seals[0]);
        queue.Add(New("seal 1", _worker, finished: () => pool.Return(new object())), _seals[0]);
        queue.Await(pool, 1, _worker, true);
        Assert.Equal(["seal 0"], _log);
        queue.Await(pool, 2, _worker, true);
        Assert.Equal(["seal 0", "seal 1"], _log);
        queue.Work(_worker, 0);
        Assert.Equal(["seal 0", "seal 1", "open 0"], _log);
    }

    [Fact]
    public void Jobs_of_a_peer_finish_in_order_and_one_at_a_time()
    {
        const int Count = 20;
        using CipherQueue queue = new(3, NewWorker);
        using Barrier all = new(4);
        int finishing = 0;
        bool atOneTime = false;
        Pool<object> pool = new(Count);

        // The first four are under way at one time, and the first of them is done last.
        using CountdownEvent later = new(3);
        for (int i = 0; i < Count; i++)
        {
            int number = i;
            FakeJob job = New(
                $"{i}",
                _worker,
                () =>
                {
                    if (number < 4)
                    {
                        all.SignalAndWait();
                    }

                    if (number == 0)
                    {
                        later.Wait();
                    }
                    else if (number < 4)
                    {
                        later.Signal();
                    }
                },
                () =>
                {
                    atOneTime |= Interlocked.Increment(ref finishing) > 1;
                    Thread.Yield();
                    Interlocked.Decrement(ref finishing);
                    pool.Return(new object());
                });
            queue.Add(job, _seals[0]);
        }

        Crew.Run(() =>
        {
            queue.Work(_worker, 0);
            queue.Await(pool, Count, _worker, false);
        });
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), _log);
        Assert.False(atOneTime);
        Assert.Null(_seals[0].First);
        Assert.False(_seals[0].IsFinishing);
    }

    private void Add(CipherQueue queue, PeerQueue peer, params string[] names) =>
        Array.ForEach(names, n => queue.Add(New(n, _worker), peer));

    private FakeJob New(string name, Worker owner, Action? work = null, Action? finished = null) =>
        new(work, () =>
        {
            lock (_log)
            {
                _log.Add(name);
            }

            finished?.Invoke();
        })
        { Owner = owner };

    private Worker NewWorker() => new(_hub.Pipeline, new PacketCipher(new ChaCha20Poly1305()));

    private sealed class FakeJob(Action? work, Action finish) : CipherJob
    {
        public override int Count => Messages;

        public int Messages { get; init; } = 1;

        /// <summary>Called with the index of the first message and their number.</summary>
        public Action<int, int>? Part { get; init; }

        // Worth a helper each.
        public override int Bytes => 1 << 16;

        public override void Work(PacketCipher cipher, int first, int count)
        {
            work?.Invoke();
            Part?.Invoke(first, count);
        }

        public override void Finish(Worker worker) => finish();
    }
}
