using Spore.Signing;
using Spore.Tftp;

namespace Spore.Hostsim.Transfers;

/// <summary>Tells in one line why an exchange has failed.</summary>
internal static class TransferFault
{
    /// <summary>Describes how an exchange ended.</summary>
    /// <param name="exchange">The exchange, which has ended.</param>
    /// <param name="peer">The peer's name.</param>
    /// <param name="file">The local file's name.</param>
    /// <returns>The line, or null where all went well.</returns>
    public static string? Describe(FileExchange exchange, string peer, string file)
    {
        if (exchange.Fault != null)
        {
            return $"{file}: {exchange.Fault}";
        }

        string? what = exchange switch
        {
            { Result: TftpResult.Ok } => null,
            { IsRefused: true } => Refusal(peer, exchange.Result, exchange.PeerText),
            { Result: TftpResult.Timeout, Position: 0 } =>
                $"no answer from {peer}; is it up, and is there a session with it?",
            { Result: TftpResult.Timeout } => $"{peer} stopped answering after {exchange.Position} bytes",
            { Result: TftpResult.PortUnreachable, Position: > 0 } =>
                $"{peer} has left the transfer after {exchange.Position} bytes (port unreachable)",
            { Result: TftpResult.PortUnreachable } => $"{peer} serves no TFTP (port unreachable)",
            { Result: TftpError.DiskFull } => $"is larger than {exchange.Limit} bytes, the most that is read",
            { Result: TftpError.OptionRefused } => $"{peer} answered with options that were not asked for",
            { Result: TftpError.IllegalOperation } => $"{peer} sent a block larger than what was agreed",
            _ => $"the session with {peer} has ended",
        };
        return what == null ? null : $"{exchange.Name}: {what}";
    }

    // The text of a peer often repeats the meaning of the code.
    private static string Refusal(string peer, int code, string text)
    {
        string meaning = Meaning(code);
        string line = $"{peer} answered with error {code} ({meaning})";
        string plain = text.TrimEnd('.');
        return plain.Length == 0 || plain.Equals(meaning, System.StringComparison.OrdinalIgnoreCase)
            ? line
            : $"{line}: {MessageText.OneLine(text)}";
    }

    // RFC 1350 appendix I, RFC 2347.
    private static string Meaning(int code) => code switch
    {
        TftpError.NotDefined => "not defined",
        TftpError.FileNotFound => "file not found",
        TftpError.AccessViolation => "access violation",
        TftpError.DiskFull => "disk full or allocation exceeded",
        TftpError.IllegalOperation => "illegal TFTP operation",
        TftpError.UnknownTransferId => "unknown transfer ID",
        TftpError.FileAlreadyExists => "file already exists",
        TftpError.NoSuchUser => "no such user",
        TftpError.OptionRefused => "options refused",
        _ => "unknown code",
    };
}
