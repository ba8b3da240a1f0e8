namespace Spore.Tftp;

/// <summary>
/// The verdicts on a transfer, a block or a request that are no error codes of RFC 1350 section 5. None is ever sent.
/// </summary>
/// <remarks>
/// All are below zero. A result of <see cref="ITftpFiles"/> or of <see cref="TftpService"/> is one of them, or an error
/// code from 0 up: one of <see cref="TftpError"/>, or any code that the peer sent.
/// </remarks>
public static class TftpResult
{
    /// <summary>No error.</summary>
    public const int Ok = -1;

    /// <summary>Not decided yet: <see cref="TftpService.Resume"/> gives the verdict later.</summary>
    public const int Wait = -2;

    /// <summary>The peer stopped answering.</summary>
    public const int Timeout = -3;

    /// <summary>Ended by this side: the peer's session has ended, or the peer has sent a new request.</summary>
    public const int Aborted = -4;

    /// <summary>The peer answered with ICMP "port unreachable".</summary>
    public const int PortUnreachable = -5;

    /// <summary>
    /// Decidable now, but the block was not kept: the peer has to send it again. Only for
    /// <see cref="TftpService.Resume"/>.
    /// </summary>
    public const int Repeat = -6;

    /// <summary>
    /// Not now, and without an answer: the peer sends its request again. Only for <see cref="ITftpFiles.OpenRead"/> and
    /// <see cref="ITftpFiles.OpenWrite"/>.
    /// </summary>
    public const int Later = -7;
}
