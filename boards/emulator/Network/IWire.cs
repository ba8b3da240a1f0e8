using System;
using System.Net.Sockets;

namespace Spore.Emulator;

/// <summary>What is behind the device's network interface.</summary>
internal interface IWire : IDisposable
{
    /// <summary>When something happens on it next, or <see cref="DeviceClock.Never"/>.</summary>
    long NextDue { get; }

    /// <summary>Whether something may come that <see cref="NextDue"/> doesn't know of.</summary>
    bool IsOpenEnded { get; }

    /// <summary>The device opens a UDP port.</summary>
    /// <param name="port">The port.</param>
    /// <returns>What is in the way, or <see cref="SocketError.Success"/>.</returns>
    SocketError Open(int port);

    /// <summary>The device closes a UDP port.</summary>
    /// <param name="port">The port.</param>
    void Close(int port);

    /// <summary>The device sends a datagram.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="now">The time.</param>
    /// <returns>What is in the way, or <see cref="SocketError.Success"/>.</returns>
    SocketError Send(Datagram datagram, long now);

    /// <summary>Lets happen what is due, and hands over what has come for the device.</summary>
    /// <param name="now">The time.</param>
    /// <param name="deliver">Takes a datagram.</param>
    void Advance(long now, Action<Datagram> deliver);

    /// <summary>Waits, at real pace, until something comes.</summary>
    /// <param name="longest">How long at most.</param>
    void Wait(TimeSpan longest);
}
