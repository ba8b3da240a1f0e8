using System.Threading;

namespace Spore.Hostsim.Live.Pipeline;

/// <summary>
/// Things that are made once and lent; the one that came back last is lent first, since it is in the cache.
/// </summary>
/// <typeparam name="T">What they are.</typeparam>
internal sealed class Pool<T>
    where T : class
{
    private readonly object _lock = new();
    private readonly T[] _items;
    private int _count;
    private int _waiting;

    /// <summary>Takes the memory; the pool is empty.</summary>
    /// <param name="size">How many things there will be.</param>
    public Pool(int size)
    {
        _items = new T[size];
    }

    /// <summary>How many can be taken now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes one.</summary>
    /// <returns>One, or null where all are lent.</returns>
    public T? TryTake()
    {
        lock (_lock)
        {
            return _count == 0 ? null : _items[--_count];
        }
    }

    /// <summary>Puts one in or back.</summary>
    /// <param name="item">The thing.</param>
    public void Return(T item)
    {
        lock (_lock)
        {
            _items[_count++] = item;
            if (_waiting > 0)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Waits until some can be taken.</summary>
    /// <param name="least">How many.</param>
    public void Await(int least)
    {
        lock (_lock)
        {
            _waiting++;
            while (_count < least)
            {
                Monitor.Wait(_lock);
            }

            _waiting--;
        }
    }
}
