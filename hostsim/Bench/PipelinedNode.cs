using System;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Packets;
using Spore.Hostsim.Live.Pipeline;
using Spore.Mesh;
using Spore.WireGuard;

namespace Spore.Hostsim.Bench;

/// <summary>
/// What is around a node's core on a desktop, with memory in the place of sockets and of an interface: the pipeline,
/// which seals and opens on some threads.
/// </summary>
internal sealed class PipelinedNode : ISealingTransport, IDatagramOutput, IPacketOutput, IDisposable
{
    // What a socket mostly receives at one time of a busy peer: two runs of joined datagrams.
    private const int Places = 2;

    private readonly ITransport _wire;
    private readonly PacketPipeline _pipeline;
    private readonly DatagramReceiver _fromNetwork;
    private readonly PacketReceiver _fromMachine;
    private readonly PacketsRead _read = new(0);
    private byte[]? _store;
    private int _stored;
    private int _messageSize;
    private long _sent;

    /// <summary>Takes the memory and starts the threads.</summary>
    /// <param name="wire">What takes datagrams that are not sealed.</param>
    /// <param name="slots">The number of the core's slots.</param>
    /// <param name="workers">The number of threads that seal and open, with that of the caller.</param>
    /// <param name="primitives">The primitives.</param>
    /// <param name="clock">The node's clock, in milliseconds.</param>
    public PipelinedNode(ITransport wire, int slots, int workers, HostPrimitives primitives, Func<long> clock)
    {
        _wire = wire;
        _pipeline = new PacketPipeline(
            new object(),
            slots,
            workers - 1,
            () => new PacketCipher(primitives.NewAead()),
            this,
            this,
            (_, _, _) => { },
            clock,
            () => { });
        _fromNetwork = _pipeline.NewDatagramReceiver(() => new DatagramsRead(Places));
        _fromMachine = _pipeline.NewPacketReceiver();
    }

    /// <summary>The core, which is made after its way out.</summary>
    public Node Node
    {
        get => _pipeline.Node;
        set => _pipeline.Node = value;
    }

    /// <inheritdoc/>
    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint) =>
        _wire.Send(buffer, offset, length, endpoint);

    /// <inheritdoc/>
    public void Seal(byte[] buffer, int offset, int length, byte[] keys, int key, int slot, Endpoint endpoint) =>
        _pipeline.Seal(buffer, offset, length, keys, key, slot, endpoint);

    /// <inheritdoc/>
    public void Send(DatagramBatch batch, bool isIpv4)
    {
        int count = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            DatagramBatch.Run run = batch.RunAt(i);
            count += run.Count;
            for (int j = 0; _store == null && j < run.Count; j++)
            {
                _wire.Send(batch.Bytes, run.OffsetOf(j), run.LengthOf(j), batch.EndpointAt(i));
            }

            if (_stored + run.Length <= _store?.Length)
            {
                batch.Bytes.AsSpan(run.Offset, run.Length).CopyTo(_store.AsSpan(_stored));
                _stored += run.Length;
                _messageSize = run.Size;
            }
        }

        batch.Clear();
        Interlocked.Add(ref _sent, count);
    }

    /// <inheritdoc/>
    public PacketBatch NewBatch() => new(true, true);

    /// <inheritdoc/>
    public void Send(PacketBatch batch) => batch.Clear();

    /// <summary>Called by the core for a packet.</summary>
    /// <param name="buffer">Holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    public void Deliver(byte[] buffer, int offset, int length)
    {
        _pipeline.Outbox.AddPacket(buffer, offset, length);
        _pipeline.SendDirect();
    }

    /// <summary>Seals a packet again and again, from now on without sending it, as an interface has it read.</summary>
    /// <param name="packet">The packet; a copy is read each time.</param>
    /// <param name="goesOn">Asked before each reading.</param>
    /// <param name="keeps">How many bytes of the messages are kept for <see cref="OpenKept"/>.</param>
    /// <returns>How many messages there were.</returns>
    public long Seal(ReadOnlySpan<byte> packet, Func<bool> goesOn, int keeps = 0)
    {
        _store = _store?.Length == keeps ? _store : new byte[keeps];
        _stored = 0;
        long before = Volatile.Read(ref _sent);
        long count = 0;
        while (goesOn())
        {
            for (Span<byte> room = _read.Room(); !room.IsEmpty; room = _read.Room())
            {
                packet.CopyTo(room);
                _read.Add(packet.Length);
                count++;
            }

            _fromMachine.Receive(_read);
        }

        SpinWait.SpinUntil(() => Volatile.Read(ref _sent) - before >= count);
        return count;
    }

    /// <summary>Opens the messages that another node has kept.</summary>
    /// <param name="other">The other node, which nobody uses meanwhile.</param>
    /// <param name="source">Where they come from.</param>
    /// <returns>How many messages there were.</returns>
    public int OpenKept(PipelinedNode other, Endpoint source)
    {
        int joined = DatagramBatch.MaxRunLength / other._messageSize * other._messageSize;
        for (int next = 0; next < other._stored; )
        {
            DatagramsRead room = _fromNetwork.NextRoom();
            for (int i = 0; i < Places && next < other._stored; i++)
            {
                ReadOnlySpan<byte> messages = other._store.AsSpan(next, Math.Min(joined, other._stored - next));
                messages.CopyTo(room.Buffer.AsSpan(i * DatagramsRead.PlaceSize));
                room.Add(messages.Length, other._messageSize).CopyFrom(source);
                next += messages.Length;
            }

            _fromNetwork.Receive();
        }

        return other._stored / other._messageSize;
    }

    /// <inheritdoc/>
    public void Dispose() => _pipeline.Dispose();
}
