using System;
using System.Collections.Generic;
using Spore.Base;

namespace Spore.Tests.WireGuard;

/// <summary>One of the two ends of an <see cref="EndPair"/>: Spore's tunnel, or the model of a stock peer.</summary>
internal interface IEnd
{
    byte[] Public { get; }

    /// <summary>Where it is.</summary>
    Endpoint Endpoint { get; set; }

    long Now { get; set; }

    /// <summary>When <see cref="Advance"/> is to be called next.</summary>
    long NextDue { get; }

    /// <summary>What takes datagrams from it.</summary>
    Action<byte[], Endpoint>? Wire { get; set; }

    /// <summary>The packets that came, padding included.</summary>
    List<byte[]> Received { get; }

    /// <summary>When each of those came.</summary>
    List<long> ReceivedAt { get; }

    /// <summary>How many messages it would not have.</summary>
    int Refused { get; }

    /// <summary>How many sessions came up.</summary>
    int Sessions { get; }

    /// <summary>Whether it has the keys of a session, be it over or not confirmed.</summary>
    bool HasKeys { get; }

    /// <summary>When the keys were made that it sends under.</summary>
    long SessionSince { get; }

    /// <summary>
    /// By what index the peer names the session that this end sends under, and the peer's own; 0 where there is none.
    /// </summary>
    (uint Local, uint Remote) Current { get; }

    /// <summary>Whether it has answered for a session that is not confirmed.</summary>
    bool IsUnconfirmed { get; }

    /// <summary>The jitter of each of its timers; null for one of chance.</summary>
    int? Jitter { get; set; }

    /// <summary>Tells it who the other end is, and where.</summary>
    void Know(byte[] key, Endpoint endpoint);

    void Send(byte[] packet);

    /// <summary>Asks for a session with nothing to send in it.</summary>
    void Ask();

    /// <summary>Sets the interval of the persistent keepalive.</summary>
    void KeepAlive(int seconds);

    /// <summary>It has no memory of anything but of who the other is and where, and of the time.</summary>
    void Restart();

    void Receive(byte[] datagram, Endpoint from);

    void Advance();
}
