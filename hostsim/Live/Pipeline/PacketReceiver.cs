using Spore.Hostsim.Live.Packets;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>Gives the core the packets that the machine sends by the tunnel's interface. For one thread.</summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="worker">The thread's.</param>
internal sealed class PacketReceiver(PacketPipeline pipeline, Worker worker)
{
    // It reads on meanwhile, and seals where helpers do not keep up.
    private const int JobsLeft = 2;

    /// <summary>Called when packets were read. They are copied, sealed and sent, by this thread or others.</summary>
    /// <param name="packets">The packets; empty behind it.</param>
    public void Receive(PacketsRead packets)
    {
        bool more = true;
        while (more)
        {
            worker.Outbox.AwaitRoom();
            long now = pipeline.Enter(worker);
            while (worker.Outbox.HasRoom && (more = packets.Next()))
            {
                pipeline.Node.Send(packets.Buffer, packets.Offset, packets.Length, now);
            }

            pipeline.Leave();
            worker.Outbox.Send();
            pipeline.Queue.Work(worker, JobsLeft);
        }
    }
}
