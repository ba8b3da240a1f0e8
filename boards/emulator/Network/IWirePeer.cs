namespace Spore.Emulator;

/// <summary>Another node on a <see cref="MemoryWire"/>, in the emulator's own process and time.</summary>
internal interface IWirePeer
{
    /// <summary>When it wants to be called, in microseconds, or <see cref="DeviceClock.Never"/>.</summary>
    long NextDue { get; }

    /// <summary>Its time has come.</summary>
    /// <param name="now">The time.</param>
    void Advance(long now);

    /// <summary>A datagram has come.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="now">The time.</param>
    void Receive(Datagram datagram, long now);
}
