namespace Spore.WireGuard;

/// <summary>What a tunnel reports to the layer above it, besides sessions.</summary>
public enum TunnelEvent
{
    /// <summary>A handshake initiation was sent to the peer; the value is 1 when it was provoked, else 0.</summary>
    InitiationSent,

    /// <summary>A response was sent to the peer's initiation.</summary>
    ResponseSent,

    /// <summary>
    /// Handshakes come faster than they can be handled: initiators are asked for a cookie first. Reported when it
    /// begins; there is no peer.
    /// </summary>
    UnderLoad,

    /// <summary>The peer is under load and has sent a cookie, to be used from now on.</summary>
    CookieReceived,

    /// <summary>
    /// The peer has answered no initiation for 15 s; the value is how many were sent. Reported once until it
    /// answers or is given up.
    /// </summary>
    Unanswered,

    /// <summary>
    /// The peer has answered no initiation for 90 s since a session with it was last wanted: no more are sent
    /// until one is wanted again.
    /// </summary>
    GivenUp,
}
