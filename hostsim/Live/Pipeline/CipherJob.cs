using Spore.Hostsim.Crypto;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// Transport messages of one peer, all under one key, to be sealed or opened by any thread, without the core's lock.
/// </summary>
internal abstract class CipherJob
{
    /// <summary>The key; wiped when the job has finished.</summary>
    public byte[] Key { get; } = new byte[PacketCipher.KeySize];

    /// <summary>How many messages there are.</summary>
    public abstract int Count { get; }

    /// <summary>The length of all messages together, in bytes.</summary>
    public abstract int Bytes { get; }

    /// <summary>
    /// The thread whose outbox or socket the job comes from: it works until all of its jobs have begun.
    /// </summary>
    public Worker? Owner { get; set; }

    /// <summary>The queue that keeps the order of the peer's jobs; set by <see cref="CipherQueue"/>.</summary>
    public PeerQueue? Queue { get; set; }

    /// <summary>The job behind it in that queue; set by <see cref="CipherQueue"/>.</summary>
    public CipherJob? Next { get; set; }

    /// <summary>How many messages threads have begun with; set by <see cref="CipherQueue"/>.</summary>
    public int Begun { get; set; }

    /// <summary>How many messages are sealed or opened; set by <see cref="CipherQueue"/>.</summary>
    public int Done { get; set; }

    /// <summary>Seals or opens some of the messages. Other threads do others at the same time.</summary>
    /// <param name="cipher">The cipher of the calling thread.</param>
    /// <param name="first">The index of the first.</param>
    /// <param name="count">How many.</param>
    public abstract void Work(PacketCipher cipher, int first, int count);

    /// <summary>
    /// Called when all messages are done, for the jobs of one peer in their order and one at a time: passes the
    /// messages on, wipes the key, and returns the job to where it was taken from.
    /// </summary>
    /// <param name="worker">The calling thread's. The thread has no lock.</param>
    public abstract void Finish(Worker worker);
}
