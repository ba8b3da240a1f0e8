using System;
using System.Collections.Generic;
using System.Net;

namespace Spore.Emulator;

/// <summary>What is around a device and stays when it reboots: time, the network, and chance.</summary>
internal sealed class Surroundings : IDisposable
{
    private readonly PriorityQueue<Action, (long At, long Number)> _planned = new();
    private readonly Random _chance;
    private long _plans;

    /// <summary>Makes them.</summary>
    /// <param name="seed">What chance follows from.</param>
    public Surroundings(int seed = 1) => _chance = new Random(seed);

    /// <summary>The time.</summary>
    public DeviceClock Clock { get; init; } = new();

    /// <summary>The network.</summary>
    public IWire Wire { get; init; } = new MemoryWire();

    /// <summary>Whether the device's interface has a link: Wi-Fi is joined, or the cable in.</summary>
    public bool IsLinkUp { get; set; }

    /// <summary>
    /// The address that the device has while its link is up; <see cref="IPAddress.Any"/> where it was given none.
    /// </summary>
    public IPAddress Address { get; set; } = IPAddress.Any;

    /// <summary>Fills bytes with what the chip's generator gives.</summary>
    public Action<byte[]>? Fill { get; init; }

    /// <summary>Finds the addresses of a name.</summary>
    public Func<string, IPAddress[]> Resolve { get; init; } = _ => [];

    /// <summary>The pins that the device has opened, and which of them are high.</summary>
    public Dictionary<int, bool> Pins { get; } = [];

    /// <summary>Hears of a pin that has changed: its number, whether it is high now, and when.</summary>
    public Action<int, bool, long>? PinChanged { get; set; }

    /// <summary>What the converter reads at a channel, 0 to 4095.</summary>
    public Func<int, int> Measure { get; set; } = _ => 0;

    /// <summary>Whether the device can send and receive.</summary>
    public bool HasNetwork => IsLinkUp && !Address.Equals(IPAddress.Any);

    /// <summary>When the next thing planned is due.</summary>
    public long NextPlan => _planned.TryPeek(out _, out (long At, long Number) next) ? next.At : DeviceClock.Never;

    /// <summary>Called when the device writes a pin.</summary>
    /// <param name="number">The pin.</param>
    /// <param name="high">Whether it is to be high.</param>
    public void SetPin(int number, bool high)
    {
        if (Pins[number] != high)
        {
            Pins[number] = high;
            PinChanged?.Invoke(number, high, Clock.Now);
        }
    }

    /// <summary>Plans a change, such as of the link.</summary>
    /// <param name="microseconds">When.</param>
    /// <param name="action">The change.</param>
    public void At(long microseconds, Action action) => _planned.Enqueue(action, (microseconds, _plans++));

    /// <summary>Makes the changes that are due.</summary>
    /// <param name="now">The time.</param>
    public void Advance(long now)
    {
        while (NextPlan <= now)
        {
            _planned.Dequeue()();
        }
    }

    /// <summary>Random bytes.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The bytes.</returns>
    public byte[] Random(int count)
    {
        byte[] bytes = new byte[count];
        if (Fill is null)
        {
            _chance.NextBytes(bytes);
        }
        else
        {
            Fill(bytes);
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose() => Wire.Dispose();
}
