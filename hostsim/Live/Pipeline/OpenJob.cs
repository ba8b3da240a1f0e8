using System.Security.Cryptography;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Datagrams;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>Messages of one peer that are to be opened where they were received, and then given to the core.</summary>
internal sealed class OpenJob : CipherJob
{
    /// <summary>The most messages in a job.</summary>
    public const int MostMessages = 64;

    private readonly PacketPipeline _pipeline;
    private readonly Pool<OpenJob> _pool;
    private readonly Message[] _messages = new Message[MostMessages];
    private DatagramRoom? _room;
    private int _count;
    private int _bytes;

    /// <summary>Takes the memory.</summary>
    /// <param name="pipeline">What gives the messages to the core.</param>
    /// <param name="pool">Where the job returns to.</param>
    public OpenJob(PacketPipeline pipeline, Pool<OpenJob> pool)
    {
        _pipeline = pipeline;
        _pool = pool;
    }

    /// <summary>The peer's slot.</summary>
    public int Slot { get; private set; }

    /// <summary>The buffer that holds them.</summary>
    public byte[] Buffer => _room!.Read.Buffer;

    /// <inheritdoc/>
    public override int Count => _count;

    /// <inheritdoc/>
    public override int Bytes => _bytes;

    /// <summary>Called when the job was taken from its pool. The key is set by the caller.</summary>
    /// <param name="slot">The peer's slot.</param>
    /// <param name="room">What was received; it is kept until the job has finished.</param>
    public void Begin(int slot, DatagramRoom room)
    {
        room.Hold();
        _room = room;
        Slot = slot;
        _count = 0;
        _bytes = 0;
    }

    /// <summary>Adds the present datagram of the room.</summary>
    /// <returns>False when the job is full.</returns>
    public bool Add()
    {
        if (_count == MostMessages)
        {
            return false;
        }

        DatagramsRead read = _room!.Read;
        _messages[_count++] = new Message(read.Offset, read.Length, read.Source, false);
        _bytes += read.Length;
        return true;
    }

    /// <summary>One of the messages.</summary>
    /// <param name="index">Which.</param>
    /// <returns>The message.</returns>
    public Message MessageAt(int index)
    {
        return _messages[index];
    }

    /// <inheritdoc/>
    public override void Work(PacketCipher cipher, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            ref Message message = ref _messages[i];
            bool isAuthentic = cipher.Open(Key, 0, _room!.Read.Buffer, message.Offset, message.Length);
            message = message with { IsAuthentic = isAuthentic };
        }
    }

    /// <inheritdoc/>
    public override void Finish(Worker worker)
    {
        _pipeline.Commit(this, worker);
        CryptographicOperations.ZeroMemory(Key);
        _room!.Release();
        _room = null;
        _pool.Return(this);
    }

    /// <summary>A message.</summary>
    /// <param name="Offset">Where it starts.</param>
    /// <param name="Length">Its length in bytes.</param>
    /// <param name="Source">Where it came from.</param>
    /// <param name="IsAuthentic">Whether it was opened.</param>
    internal readonly record struct Message(int Offset, int Length, Endpoint Source, bool IsAuthentic);
}
