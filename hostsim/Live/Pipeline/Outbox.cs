using System;
using Spore.Base;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Packets;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// What the core gives out while one thread has it, to be sealed and sent when the thread has let it go: with no other
/// thread waiting for the core meanwhile. One for each thread.
/// </summary>
internal sealed class Outbox
{
    private const int Jobs = 16;

    // What the core may give out before it is let go again: a window of TFTP, packets that have waited for a session.
    private const int MostJobsAtOnce = 4;

    private readonly PacketPipeline _pipeline;
    private readonly Worker _worker;
    private readonly DatagramBatch _ipv4;
    private readonly DatagramBatch _ipv6;
    private readonly PacketBatch? _packets;
    private readonly Pool<SealJob> _jobs = new(Jobs);
    private readonly SealJob[] _open = new SealJob[Jobs];
    private int _openCount;

    /// <summary>Takes the memory.</summary>
    /// <param name="pipeline">What sends all of it.</param>
    /// <param name="worker">The thread's.</param>
    public Outbox(PacketPipeline pipeline, Worker worker)
    {
        _pipeline = pipeline;
        _worker = worker;
        _ipv4 = new DatagramBatch(pipeline.Lost, DatagramBatch.MaxRunLength);
        _ipv6 = new DatagramBatch(pipeline.Lost, DatagramBatch.MaxRunLength);
        _packets = pipeline.Packets?.NewBatch();
        for (int i = 0; i < Jobs; i++)
        {
            _jobs.Return(new SealJob(pipeline.Datagrams, pipeline.Lost, _jobs) { Owner = worker });
        }
    }

    /// <summary>Whether there is memory for what the core gives out because of one datagram or packet.</summary>
    public bool HasRoom => _jobs.Count >= MostJobsAtOnce;

    /// <summary>Waits until there is room. The calling thread has no lock.</summary>
    public void AwaitRoom()
    {
        _pipeline.Queue.Await(_jobs, MostJobsAtOnce, _worker, true);
    }

    /// <summary>Adds a transport message that is not sealed yet.</summary>
    /// <param name="message">The message, which is copied.</param>
    /// <param name="key">The 32-byte key.</param>
    /// <param name="slot">The peer's slot.</param>
    /// <param name="endpoint">Where to.</param>
    /// <returns>False where there is no room.</returns>
    public bool AddMessage(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key, int slot, Endpoint endpoint)
    {
        int index = _openCount - 1;
        while (index >= 0 && _open[index].Slot != slot)
        {
            index--;
        }

        if (index >= 0)
        {
            if (_open[index].Add(message, key, endpoint))
            {
                return true;
            }

            Close(index);
        }

        SealJob? job = _jobs.TryTake();
        if (job == null)
        {
            return false;
        }

        job.Begin(slot, key, endpoint.IsIpv4);
        job.Add(message, key, endpoint);
        _open[_openCount++] = job;
        return true;
    }

    /// <summary>Adds a datagram that goes as it is.</summary>
    /// <param name="datagram">The datagram, which is copied.</param>
    /// <param name="endpoint">Where to.</param>
    public void AddDatagram(ReadOnlySpan<byte> datagram, Endpoint endpoint)
    {
        DatagramBatch batch = endpoint.IsIpv4 ? _ipv4 : _ipv6;
        if (!batch.Add(datagram, endpoint))
        {
            _pipeline.Datagrams.Send(batch, endpoint.IsIpv4);
            batch.Add(datagram, endpoint);
        }
    }

    /// <summary>Adds an inner packet for the machine.</summary>
    /// <param name="buffer">Holds the packet, is pinned, and is not to be changed until <see cref="Send"/>.</param>
    /// <param name="offset">Where the packet starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>False when there is nothing to take it.</returns>
    public bool AddPacket(byte[] buffer, int offset, int length)
    {
        if (_packets == null)
        {
            return false;
        }

        if (!_packets.Add(buffer, offset, length))
        {
            _pipeline.Packets!.Send(_packets);
            _packets.Add(buffer, offset, length);
        }

        return true;
    }

    /// <summary>
    /// Should be called before the core is let go: messages of a peer are sealed and sent in the order in which threads
    /// had the core.
    /// </summary>
    public void Publish()
    {
        for (int i = 0; i < _openCount; i++)
        {
            _pipeline.Queue.Add(_open[i], _pipeline.SealQueueOf(_open[i].Slot));
        }

        _openCount = 0;
    }

    /// <summary>Should be called when the core was let go: sends the datagrams and packets.</summary>
    public void Send()
    {
        if (_ipv4.Count > 0)
        {
            _pipeline.Datagrams.Send(_ipv4, true);
        }

        if (_ipv6.Count > 0)
        {
            _pipeline.Datagrams.Send(_ipv6, false);
        }

        if (_packets is { Count: > 0 })
        {
            _pipeline.Packets!.Send(_packets);
        }
    }

    private void Close(int index)
    {
        SealJob job = _open[index];
        _open[index] = _open[--_openCount];
        _pipeline.Queue.Add(job, _pipeline.SealQueueOf(job.Slot));
    }
}
