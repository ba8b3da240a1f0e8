namespace Spore.WireGuard;

/// <summary>The constants of the WireGuard paper (section 6.1), times in milliseconds.</summary>
public static class Constants
{
    /// <summary>REKEY_AFTER_MESSAGES: after so many messages a new session is asked for.</summary>
    public const ulong RekeyAfterMessages = 1UL << 60;

    /// <summary>REJECT_AFTER_MESSAGES: a session carries no more messages than this.</summary>
    public const ulong RejectAfterMessages = 0xFFFFFFFFFFFFDFFFUL;

    /// <summary>REKEY_AFTER_TIME: the age at which the initiator of a session asks for a new one when it sends.</summary>
    public const long RekeyAfterTime = 120000;

    /// <summary>REJECT_AFTER_TIME: the age at which a session carries nothing any more.</summary>
    public const long RejectAfterTime = 180000;

    /// <summary>REKEY_ATTEMPT_TIME: for how long an initiation is retransmitted.</summary>
    public const long RekeyAttemptTime = 90000;

    /// <summary>REKEY_TIMEOUT: the time between two initiations to one peer.</summary>
    public const long RekeyTimeout = 5000;

    /// <summary>KEEPALIVE_TIMEOUT: the silence after which received data is answered by a keepalive.</summary>
    public const long KeepaliveTimeout = 10000;

    /// <summary>The jitter added to <see cref="RekeyTimeout"/>, at most.</summary>
    public const int RekeyTimeoutJitter = 333;

    /// <summary>The shortest time between two initiations of one peer that are worked on.</summary>
    public const long HandshakeInitiationRate = 20;

    /// <summary>Never, as a deadline.</summary>
    public const long Never = long.MaxValue;
}
