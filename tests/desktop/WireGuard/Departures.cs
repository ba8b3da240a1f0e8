using System;

namespace Spore.Tests.WireGuard;

/// <summary>
/// In what Spore is known to be other than stock peers. A <see cref="StockEnd"/> that departs from them likewise is one
/// to compare Spore with.
/// </summary>
[Flags]
internal enum Departures
{
    None = 0,

    /// <summary>
    /// PROTOCOL section 4.4: an initiation of the peer's leaves the own one valid and puts its retransmission off.
    /// Stock peers have one state for both.
    /// </summary>
    TwoHandshakes = 1,

    /// <summary>PROTOCOL section 4.5: an initiation is answered where it came from, and moves no endpoint.</summary>
    InitiationsMoveNothing = 2,

    /// <summary>
    /// PROTOCOL section 4.8: it gives up 90 s after a session was last wanted, as the paper says. Stock peers do after
    /// 20 initiations, which takes 10 s to 17 s more.
    /// </summary>
    NinetySeconds = 4,

    /// <summary>
    /// PROTOCOL sections 4.4 and 4.8: an initiation that can't be sent, since a handshake message was sent within
    /// REKEY_TIMEOUT, is sent after it; after a response that is not confirmed, when the peer must have sent another.
    /// Stock peers forget it, and the packet waits for the next one.
    /// </summary>
    Remembers = 8,

    /// <summary>
    /// PROTOCOL section 4.8: a packet that is offered while an initiation is to be retransmitted waits for that, up to
    /// 333 ms. Stock peers send one at once when 5 s are over.
    /// </summary>
    LeavesItToTheTimer = 16,

    /// <summary>
    /// PROTOCOL section 4.8: a keepalive that there is no session for asks for one, and is not sent in it. With stock
    /// peers it waits like a packet.
    /// </summary>
    KeepalivesDoNotWait = 32,

    All = TwoHandshakes | InitiationsMoveNothing | NinetySeconds | Remembers | LeavesItToTheTimer | KeepalivesDoNotWait,
}
