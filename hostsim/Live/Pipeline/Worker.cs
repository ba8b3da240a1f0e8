using Spore.Hostsim.Crypto;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>What one thread works with on packets.</summary>
internal sealed class Worker
{
    /// <summary>Takes the memory.</summary>
    /// <param name="pipeline">The pipeline that the thread works for.</param>
    /// <param name="cipher">The thread's cipher.</param>
    public Worker(PacketPipeline pipeline, PacketCipher cipher)
    {
        Cipher = cipher;
        Outbox = new Outbox(pipeline, this);
    }

    /// <summary>Seals and opens.</summary>
    public PacketCipher Cipher { get; }

    /// <summary>Takes what the core gives out while the thread has it.</summary>
    public Outbox Outbox { get; }

    /// <summary>
    /// How many of its jobs have messages that no thread has begun with; <see cref="CipherQueue"/> counts them.
    /// </summary>
    public int ToBegin { get; set; }
}
