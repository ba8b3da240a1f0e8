using System;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Datagrams;
using Spore.Mesh;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// The way of packets between the machine, the core and the outer network. One lock guards the core: a thread takes it
/// for all that was received at one time, to reserve counters or to find keys, and again to commit what was opened.
/// Packets are sealed and opened without it, by all threads (<see cref="CipherQueue"/>).
/// </summary>
internal sealed class PacketPipeline : IDisposable
{
    private readonly object _gate;
    private readonly Func<long> _clock;
    private readonly Action _wake;
    private readonly Func<PacketCipher> _newCipher;
    private readonly PeerQueue[] _sealQueues;
    private readonly PeerQueue[] _openQueues;
    private readonly Worker _direct;

    // The outbox of the thread that has the core and will send what is in it; null where what the core gives out has to
    // go at once.
    private Outbox? _outbox;

    // How many threads wait for the lock.
    private int _wanted;
    private Node? _node;
    private byte[] _received = [];
    private int _receivedOffset;
    private int _receivedLength;

    /// <summary>Takes the memory and starts the helpers.</summary>
    /// <param name="gate">The core's lock.</param>
    /// <param name="slots">The number of the core's slots.</param>
    /// <param name="helpers">The number of threads besides those that receive.</param>
    /// <param name="newCipher">Makes the cipher of one thread.</param>
    /// <param name="datagrams">What sends datagrams.</param>
    /// <param name="packets">What takes inner packets, if anything does.</param>
    /// <param name="lost">Called for datagrams that no socket has sent, by a thread without locks.</param>
    /// <param name="clock">The node's clock, in milliseconds.</param>
    /// <param name="wake">Called under the lock, when the core's next deadline may have changed.</param>
    public PacketPipeline(
        object gate,
        int slots,
        int helpers,
        Func<PacketCipher> newCipher,
        IDatagramOutput datagrams,
        IPacketOutput? packets,
        DatagramBatch.Loss lost,
        Func<long> clock,
        Action wake)
    {
        _gate = gate;
        _clock = clock;
        _wake = wake;
        _newCipher = newCipher;
        Datagrams = datagrams;
        Packets = packets;
        Lost = lost;
        _sealQueues = new PeerQueue[slots];
        _openQueues = new PeerQueue[slots];
        for (int i = 0; i < slots; i++)
        {
            _sealQueues[i] = new PeerQueue(true);
            _openQueues[i] = new PeerQueue(false);
        }

        _direct = NewWorker();
        Queue = new CipherQueue(helpers, NewWorker);
        Handshakes = new HandshakeQueue(this, NewWorker());
    }

    /// <summary>Whether a thread waits for the core's lock.</summary>
    public bool IsWanted => Volatile.Read(ref _wanted) > 0;

    /// <summary>The core, which is made after its way out.</summary>
    public Node Node
    {
        get => _node!;
        set => _node = value;
    }

    /// <summary>The jobs of all threads.</summary>
    public CipherQueue Queue { get; }

    /// <summary>The handshake messages of all threads.</summary>
    public HandshakeQueue Handshakes { get; }

    /// <summary>What sends datagrams.</summary>
    public IDatagramOutput Datagrams { get; }

    /// <summary>What takes inner packets, if anything does.</summary>
    public IPacketOutput? Packets { get; }

    /// <summary>Called for datagrams that no socket has sent.</summary>
    public DatagramBatch.Loss Lost { get; }

    /// <summary>
    /// The datagram that the core is handling, decrypted in place; empty at other times. To be read by what the core
    /// calls.
    /// </summary>
    public ReadOnlySpan<byte> Received => _received.AsSpan(_receivedOffset, _receivedLength);

    /// <summary>The outbox that takes what the core gives out now; the caller has the core.</summary>
    public Outbox Outbox => _outbox ?? _direct.Outbox;

    /// <summary>The queue of a peer's messages that are to be sent.</summary>
    /// <param name="slot">The peer's slot.</param>
    /// <returns>The queue.</returns>
    public PeerQueue SealQueueOf(int slot)
    {
        return _sealQueues[slot];
    }

    /// <summary>The queue of a peer's messages that were received.</summary>
    /// <param name="slot">The peer's slot.</param>
    /// <returns>The queue.</returns>
    public PeerQueue OpenQueueOf(int slot)
    {
        return _openQueues[slot];
    }

    /// <summary>Makes what takes packets of the machine; for one thread.</summary>
    /// <returns>The receiver.</returns>
    public PacketReceiver NewPacketReceiver()
    {
        return new PacketReceiver(this, NewWorker());
    }

    /// <summary>Makes what takes datagrams; for one thread.</summary>
    /// <param name="newRoom">Takes memory for what can be received at one time.</param>
    /// <returns>The receiver.</returns>
    public DatagramReceiver NewDatagramReceiver(Func<DatagramsRead> newRoom)
    {
        return new DatagramReceiver(this, NewWorker(), newRoom);
    }

    /// <summary>Takes the core's lock.</summary>
    /// <param name="worker">The calling thread's; its outbox takes what the core gives out.</param>
    /// <returns>The node's clock, in milliseconds.</returns>
    public long Enter(Worker worker)
    {
        Interlocked.Increment(ref _wanted);
        Monitor.Enter(_gate);
        Interlocked.Decrement(ref _wanted);
        _outbox = worker.Outbox;
        return _clock();
    }

    /// <summary>Lets the lock go.</summary>
    public void Leave()
    {
        _outbox!.Publish();
        _outbox = null;
        _wake();
        Monitor.Exit(_gate);
    }

    /// <summary>
    /// Called by the core for a transport message (<see cref="Spore.WireGuard.ISealingTransport.Seal"/>).
    /// </summary>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="keys">Holds the 32-byte key.</param>
    /// <param name="key">Where it starts.</param>
    /// <param name="slot">The peer's slot.</param>
    /// <param name="endpoint">Where to.</param>
    public void Seal(byte[] buffer, int offset, int length, byte[] keys, int key, int slot, Endpoint endpoint)
    {
        Span<byte> message = buffer.AsSpan(offset, length);
        if (_outbox?.AddMessage(message, keys.AsSpan(key, PacketCipher.KeySize), slot, endpoint) != true)
        {
            _direct.Cipher.Seal(keys, key, buffer, offset, length);
            _direct.Outbox.AddDatagram(message, endpoint);
            _direct.Outbox.Send();
        }
    }

    /// <summary>Should be called when something was put into <see cref="Outbox"/>.</summary>
    public void SendDirect()
    {
        if (_outbox == null)
        {
            _direct.Outbox.Send();
        }
    }

    /// <summary>Gives the core messages that were opened.</summary>
    /// <param name="job">The messages.</param>
    /// <param name="worker">The calling thread's. The thread has no lock.</param>
    public void Commit(OpenJob job, Worker worker)
    {
        int next = 0;
        while (next < job.Count)
        {
            worker.Outbox.AwaitRoom();
            long now = Enter(worker);
            _received = job.Buffer;
            for (; next < job.Count && worker.Outbox.HasRoom; next++)
            {
                OpenJob.Message message = job.MessageAt(next);
                _receivedOffset = message.Offset;
                _receivedLength = message.Length;
                Node.Commit(
                    job.Buffer,
                    message.Offset,
                    message.Length,
                    message.IsAuthentic,
                    job.Key,
                    0,
                    message.Source,
                    now);
            }

            _receivedLength = 0;
            Leave();

            worker.Outbox.Send();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Handshakes.Dispose();
        Queue.Dispose();
    }

    private Worker NewWorker()
    {
        return new Worker(this, _newCipher());
    }
}
