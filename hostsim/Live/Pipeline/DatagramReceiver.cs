using System;
using Spore.Hostsim.Live.Datagrams;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// Gives the core the datagrams that a socket receives: transport messages when they were opened, by this thread or
/// others; handshakes by a queue of their own. For one thread.
/// </summary>
internal sealed class DatagramReceiver : IDatagramReceiver
{
    private const int Rooms = 4;
    private const int Jobs = 64;

    // Type, three zero bytes and the receiver's index, which name the key.
    private const int HeaderStart = 8;

    private readonly PacketPipeline _pipeline;
    private readonly Worker _worker;
    private readonly Pool<DatagramRoom> _rooms = new(Rooms);
    private readonly Pool<OpenJob> _jobs = new(Jobs);
    private DatagramRoom? _room;

    // The job that takes the next messages of the same session.
    private OpenJob? _open;

    /// <summary>Takes the memory.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="worker">The thread's.</param>
    /// <param name="newRoom">Takes memory for what can be received at one time.</param>
    public DatagramReceiver(PacketPipeline pipeline, Worker worker, Func<DatagramsRead> newRoom)
    {
        _pipeline = pipeline;
        _worker = worker;
        for (int i = 0; i < Rooms; i++)
        {
            _rooms.Return(new DatagramRoom(newRoom(), _rooms));
        }

        for (int i = 0; i < Jobs; i++)
        {
            _jobs.Return(new OpenJob(pipeline, _jobs) { Owner = worker });
        }
    }

    /// <inheritdoc/>
    public DatagramsRead NextRoom()
    {
        // Nobody else takes one.
        _pipeline.Queue.Await(_rooms, 1, _worker, false);
        _room = _rooms.TryTake()!;
        _room.Hold();
        return _room.Read;
    }

    /// <inheritdoc/>
    public void Receive()
    {
        bool more = true;
        while (more)
        {
            _worker.Outbox.AwaitRoom();
            _pipeline.Queue.Await(_jobs, 1, _worker, false);
            long now = _pipeline.Enter(_worker);
            while (_jobs.Count > 0 && _worker.Outbox.HasRoom && (more = _room!.Read.Next()))
            {
                Receive(_room.Read, now);
            }

            Close();
            _pipeline.Leave();
            _worker.Outbox.Send();
            _pipeline.Queue.Work(_worker, 1);
        }

        _room!.Release();
    }

    private void Receive(DatagramsRead read, long now)
    {
        if (_open != null && IsOfOpen(read) && _open.Add())
        {
            return;
        }

        Close();
        if (HandshakeQueue.Accepts(read.Buffer, read.Offset, read.Length))
        {
            if (!_pipeline.Handshakes.Add(read.Buffer, read.Offset, read.Length, read.Source))
            {
                _pipeline.Node.Counters.DatagramsReceived++;
                _pipeline.Node.Counters.BytesReceived += read.Length;
                _pipeline.Node.Counters.Limited++;
            }

            return;
        }

        OpenJob job = _jobs.TryTake()!;
        int slot = _pipeline.Node.FindKey(read.Buffer, read.Offset, read.Length, now, job.Key, 0);
        if (slot < 0)
        {
            _jobs.Return(job);
            _pipeline.Node.Receive(read.Buffer, read.Offset, read.Length, read.Source, now);
            return;
        }

        job.Begin(slot, _room!);
        job.Add();
        _open = job;
    }

    private bool IsOfOpen(DatagramsRead read)
    {
        ReadOnlySpan<byte> first = read.Buffer.AsSpan(_open!.MessageAt(0).Offset, HeaderStart);
        return read.Length >= Message.KeepaliveSize
            && read.Buffer.AsSpan(read.Offset, HeaderStart).SequenceEqual(first);
    }

    private void Close()
    {
        if (_open != null)
        {
            _pipeline.Queue.Add(_open, _pipeline.OpenQueueOf(_open.Slot));
            _open = null;
        }
    }
}
