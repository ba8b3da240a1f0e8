namespace Spore.Hostsim.Transfers;

/// <summary>An exchange of a file has failed.</summary>
/// <param name="result">A <see cref="Spore.Tftp.TftpResult"/>, or the error code of the peer.</param>
/// <param name="message">One plain line.</param>
internal sealed class TransferException(int result, string message) : HostsimException(message)
{
    /// <summary>A <see cref="Spore.Tftp.TftpResult"/>, or the error code of the peer.</summary>
    public int Result => result;
}
