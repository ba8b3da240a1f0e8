using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;

namespace Spore.Perf;

/// <summary>Members on a thread of their own.</summary>
internal sealed partial class MemberGroup : IDisposable
{
    // How soon a call of Do is noticed.
    private const int LongestWait = 5;
    private const long Start = 1_000_000;

    private static readonly long _epoch = Stopwatch.GetTimestamp();

    private readonly Member[] _members;
    private readonly EventPoll _poll = new();
    private readonly PriorityQueue<int, long> _deadlines = new();
    private readonly long[] _queuedFor;
    private readonly ConcurrentQueue<Action> _work = [];
    private readonly byte[] _buffer = new byte[2048];
    private readonly int _nice;
    private readonly Thread _thread;
    private readonly Dictionary<byte, Echoes> _echoes = [];
    private volatile bool _isEnding;
    private byte _phase;

    /// <summary>Makes members and lets them run.</summary>
    /// <param name="first">The number of the first one.</param>
    /// <param name="end">The number behind the last one.</param>
    /// <param name="addresses">How many outer addresses all members share.</param>
    /// <param name="hubKey">The hub's public key.</param>
    /// <param name="hub">Where the hub is.</param>
    /// <param name="nice">How far the thread stands back for others (nice(2)).</param>
    public MemberGroup(int first, int end, int addresses, byte[] hubKey, IPEndPoint hub, int nice)
    {
        HandshakePrimitives primitives = new();
        _members = new Member[end - first];
        _queuedFor = new long[_members.Length];
        for (int i = 0; i < _members.Length; i++)
        {
            _members[i] = new Member(first + i, addresses, hubKey, hub, primitives, Now);
            _queuedFor[i] = long.MaxValue;
            _poll.Watch(_members[i].Socket, i);
        }

        _echoes[0] = new Echoes();
        _nice = nice;
        _thread = new Thread(Run);
        _thread.Start();
    }

    /// <summary>Milliseconds on the clock of all members.</summary>
    public static long Now => Start + (long)Stopwatch.GetElapsedTime(_epoch).TotalMilliseconds;

    /// <summary>The members; only to be used within <see cref="Do"/>.</summary>
    public IReadOnlyList<Member> Members => _members;

    /// <summary>Inner packets that were no echo replies.</summary>
    public int OtherPackets { get; private set; }

    /// <summary>Does something on the group's thread, and waits for it.</summary>
    /// <param name="work">What.</param>
    public void Do(Action work)
    {
        using ManualResetEventSlim done = new();
        _work.Enqueue(() =>
        {
            work();
            done.Set();
        });
        done.Wait();
    }

    /// <summary>Lets members send echo requests.</summary>
    /// <param name="phase">The number of a phase that was not used yet; not 0.</param>
    /// <param name="apart">How many milliseconds later each member begins than the one before it.</param>
    /// <param name="interval">The interval of each in milliseconds; 0 for one request only.</param>
    /// <returns>What counts them; only to be read within <see cref="Do"/>.</returns>
    public Echoes BeginEchoes(byte phase, double apart, int interval)
    {
        Echoes echoes = new();
        Do(() =>
        {
            _phase = phase;
            _echoes[phase] = echoes;
            long now = Now;
            for (int i = 0; i < _members.Length; i++)
            {
                _members[i].EchoAt = now + (long)(i * apart);
                _members[i].EchoInterval = interval;
                Queue(i);
            }
        });
        return echoes;
    }

    /// <summary>Lets members send no more echo requests.</summary>
    public void EndEchoes()
    {
        Do(() =>
        {
            foreach (Member member in _members)
            {
                member.EchoAt = long.MaxValue;
            }
        });
    }

    /// <summary>Lets members initiate for the first time, each at a random time.</summary>
    /// <param name="spread">Within so many milliseconds.</param>
    public void Begin(int spread)
    {
        Do(() =>
        {
            for (int i = 0; i < _members.Length; i++)
            {
                _members[i].BeginAt = Now + Random.Shared.Next(spread);
                Queue(i);
            }
        });
    }

    /// <summary>Called when members have been given other deadlines.</summary>
    public void QueueAll()
    {
        for (int i = 0; i < _members.Length; i++)
        {
            Queue(i);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isEnding = true;
        _thread.Join();
        _poll.Dispose();
        foreach (Member member in _members)
        {
            member.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int thread, int nice);

    private void Run()
    {
        // On Linux it is the calling thread's alone.
        SetPriority(0, 0, _nice);
        while (!_isEnding)
        {
            while (_work.TryDequeue(out Action? work))
            {
                work();
            }

            Advance();
            long wait = _deadlines.TryPeek(out _, out long due) ? due - Now : LongestWait;
            int ready = _poll.Wait((int)Math.Clamp(wait, 0, LongestWait));
            for (int i = 0; i < ready; i++)
            {
                Receive(_poll.Number(i));
            }
        }
    }

    private void Advance()
    {
        while (_deadlines.TryPeek(out int index, out long due) && due <= Now)
        {
            _deadlines.Dequeue();
            if (_queuedFor[index] == due)
            {
                _queuedFor[index] = long.MaxValue;
                _members[index].Advance(_phase, _echoes[_phase], Now);
                Queue(index);
            }
        }
    }

    private void Queue(int index)
    {
        long deadline = _members[index].NextDeadline;
        if (deadline < _queuedFor[index])
        {
            _queuedFor[index] = deadline;
            _deadlines.Enqueue(index, deadline);
        }
    }

    private void Receive(int index)
    {
        Member member = _members[index];
        SocketError error;
        do
        {
            int length = member.Socket.Receive(_buffer, 0, _buffer.Length, SocketFlags.None, out error);
            if (error == SocketError.Success)
            {
                member.Receive(_buffer, length, Now, out int start, out int packetLength);
                if (packetLength > 0)
                {
                    if (Echo.TryRead(_buffer, start, packetLength, out long sentAt, out byte phase)
                        && _echoes.TryGetValue(phase, out Echoes? echoes))
                    {
                        echoes.Receive(member.Number, sentAt);
                    }
                    else
                    {
                        OtherPackets++;
                    }
                }
            }
        }
        while (error == SocketError.Success);

        Queue(index);
    }
}
