using System.Threading;
using Spore.Hostsim.Live.Datagrams;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>Memory for what is received at one time. It is used again when nobody holds it any more.</summary>
/// <param name="read">The memory.</param>
/// <param name="pool">Where the room returns to.</param>
internal sealed class DatagramRoom(DatagramsRead read, Pool<DatagramRoom> pool)
{
    private int _holders;

    /// <summary>The memory.</summary>
    public DatagramsRead Read { get; } = read;

    /// <summary>Keeps the memory until <see cref="Release"/> is called once more.</summary>
    public void Hold()
    {
        Interlocked.Increment(ref _holders);
    }

    /// <summary>Called by each who held it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            pool.Return(this);
        }
    }
}
