namespace Spore.WireGuard;

/// <summary>
/// The constants of the WireGuard paper (section 6.1), times in milliseconds, and those of implementations beside them.
/// </summary>
public static class Constants
{
    /// <summary>REKEY_AFTER_MESSAGES: after so many messages a new session is asked for.</summary>
    public const ulong RekeyAfterMessages = 1UL << 60;

    /// <summary>REJECT_AFTER_MESSAGES: a session carries no more messages than this.</summary>
    public const ulong RejectAfterMessages = 0xFFFFFFFFFFFFDFFFUL;

    /// <summary>
    /// REKEY_AFTER_TIME: the age at which the initiator of a session asks for a new one when it sends.
    /// </summary>
    public const long RekeyAfterTime = 120000;

    /// <summary>REJECT_AFTER_TIME: the age at which a session carries nothing any more.</summary>
    public const long RejectAfterTime = 180000;

    /// <summary>
    /// REKEY_ATTEMPT_TIME: for how long an initiation is retransmitted after a session was last wanted.
    /// </summary>
    public const long RekeyAttemptTime = 90000;

    /// <summary>
    /// REKEY_TIMEOUT: the time between two initiations to one peer, and from a response to an initiation.
    /// </summary>
    public const long RekeyTimeout = 5000;

    /// <summary>KEEPALIVE_TIMEOUT: the silence after which received data is answered by a keepalive.</summary>
    public const long KeepaliveTimeout = 10000;

    /// <summary>The jitter added to <see cref="RekeyTimeout"/>, at most.</summary>
    public const int RekeyTimeoutJitter = 333;

    /// <summary>The shortest time between two initiations of one peer that are worked on.</summary>
    public const long HandshakeInitiationRate = 20;

    /// <summary>
    /// COOKIE_SECRET_MAX_AGE: the age at which the secret that cookies are made with is replaced, and with it every
    /// cookie (section 5.4.7).
    /// </summary>
    public const long CookieSecretMaxAge = 120000;

    /// <summary>How long before that a cookie is not used any more, since its message has yet to arrive.</summary>
    public const long CookieSecretLatency = 5000;

    /// <summary>How long load is taken to last when it was last too much.</summary>
    public const long UnderLoadAfterTime = 1000;

    /// <summary>For how long a peer that has been heard must be silent before another endpoint is tried.</summary>
    public const long EndpointPatience = 15000;

    /// <summary>For how long the response to a provoked initiation is accepted (PROTOCOL section 4.2).</summary>
    public const long ProvokedLifetime = 15000;

    /// <summary>After how many initiations, 5 s apart, a peer that answers none is reported.</summary>
    internal const int ReportedInitiations = 3;

    /// <summary>
    /// The time after which an initiator drops an answer, as stock ones do, less what the answer's way takes.
    /// </summary>
    public const long LongestAnswer = 4000;

    /// <summary>
    /// The number of the largest packets that wait for sessions at most, as many as stock
    /// implementations keep for a peer.
    /// </summary>
    public const int MaxStagedPackets = 128;

    /// <summary>Never, as a deadline.</summary>
    public const long Never = long.MaxValue;
}
