using System;

namespace Spore.Tests.WireGuard;

/// <summary>In what Spore is known to be other than stock peers. A <see cref="StockEnd"/> that departs from them likewise is one to compare Spore with.</summary>
[Flags]
internal enum Departures
{
    None = 0,

    /// <summary>PROTOCOL section 4.4: an initiation of the peer's leaves the own one valid and puts its retransmission off. Stock peers have one state for both.</summary>
    TwoHandshakes = 1,

    /// <summary>PROTOCOL section 4.5: an initiation is answered where it came from, and moves no endpoint.</summary>
    InitiationsMoveNothing = 2,

    /// <summary>It gives up 90 s after a session was last wanted, as the paper says (section 6.4). Stock peers do after 20 initiations, which takes 5 s to 10 s more.</summary>
    NinetySeconds = 4,

    /// <summary>An initiation that can't be sent, since a handshake message was sent within REKEY_TIMEOUT, is sent after it. Stock peers forget it, and the packet waits for the next one.</summary>
    Remembers = 8,

    /// <summary>A packet that is offered while an initiation is to be retransmitted waits for that, up to 333 ms. Stock peers send one at once when 5 s are over.</summary>
    LeavesItToTheTimer = 16,

    /// <summary>A keepalive that there is no session for asks for one, and is not sent in it if the other side made it. With stock peers it waits like a packet.</summary>
    KeepalivesDoNotWait = 32,

    All = TwoHandshakes | InitiationsMoveNothing | NinetySeconds | Remembers | LeavesItToTheTimer | KeepalivesDoNotWait,
}
