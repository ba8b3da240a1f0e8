using System;
using System.Threading;
using Spore.Base;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// Handshake messages that wait for the core, apart from packets: the core takes as long for one as for hundreds of
/// packets, so that packets go first. Where it is full, messages are dropped; their senders send them again.
/// </summary>
internal sealed class HandshakeQueue : IDisposable
{
    /// <summary>
    /// The most messages: as MAX_QUEUED_INCOMING_HANDSHAKES of Linux. The last one waits for about a second.
    /// </summary>
    public const int Places = 4096;

    private const int PlaceSize = Message.InitiationSize;

    // How many times the core is left to other threads before a handshake. Each is a pass of the scheduler at most.
    private const int MostYields = 64;

    private readonly object _lock = new();
    private readonly byte[] _messages = new byte[Places * PlaceSize];
    private readonly int[] _lengths = new int[Places];
    private readonly Endpoint[] _sources = new Endpoint[Places];
    private readonly PacketPipeline _pipeline;
    private readonly Thread _thread;
    private int _first;
    private int _count;
    private bool _stopped;

    /// <summary>Takes the memory and starts the thread.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="worker">The thread's.</param>
    public HandshakeQueue(PacketPipeline pipeline, Worker worker)
    {
        _pipeline = pipeline;
        for (int i = 0; i < Places; i++)
        {
            _sources[i] = new Endpoint();
        }

        _thread = new Thread(() => Run(worker)) { IsBackground = true, Name = "handshakes" };
        _thread.Start();
    }

    /// <summary>Whether the core has had all messages, and what it gave out for them is sent.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _count == 0;
            }
        }
    }

    /// <summary>Whether a datagram is for this queue.</summary>
    /// <param name="buffer">Holds the datagram.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Whether it could be an initiation, a response or a cookie reply.</returns>
    public static bool Accepts(byte[] buffer, int offset, int length)
    {
        return length <= PlaceSize && Message.TypeOf(buffer, offset, length)
            is Message.Initiation or Message.Response or Message.CookieReply;
    }

    /// <summary>Adds a message.</summary>
    /// <param name="buffer">Holds it; it is copied.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="source">Where it came from; copied.</param>
    /// <returns>False where the queue is full.</returns>
    public bool Add(byte[] buffer, int offset, int length, Endpoint source)
    {
        lock (_lock)
        {
            if (_count == Places)
            {
                return false;
            }

            int place = (_first + _count) % Places;
            Array.Copy(buffer, offset, _messages, place * PlaceSize, length);
            _lengths[place] = length;
            _sources[place].CopyFrom(source);
            if (_count++ == 0)
            {
                Monitor.Pulse(_lock);
            }

            return true;
        }
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.Pulse(_lock);
        }

        _thread.Join();
    }

    private void Run(Worker worker)
    {
        while (Await())
        {
            SpinWait yields = default;
            while (_pipeline.IsWanted && yields.Count < MostYields)
            {
                yields.SpinOnce(-1);
            }

            worker.Outbox.AwaitRoom();
            long now = _pipeline.Enter(worker);

            // Nobody else removes the first one.
            _pipeline.Node.Receive(_messages, _first * PlaceSize, _lengths[_first], _sources[_first], now);
            _pipeline.Leave();
            worker.Outbox.Send();
            _pipeline.Queue.Work(worker, 0);
            Remove();
        }
    }

    private bool Await()
    {
        lock (_lock)
        {
            while (_count == 0 && !_stopped)
            {
                Monitor.Wait(_lock);
            }

            return !_stopped;
        }
    }

    private void Remove()
    {
        lock (_lock)
        {
            _first = (_first + 1) % Places;
            _count--;
        }
    }
}
