using System.Threading;
using Spectre.Console;

namespace Spore.Hostsim.Transfers;

/// <summary>The exchanges of one command with one peer.</summary>
/// <param name="client">What lets them go on.</param>
/// <param name="peer">The peer.</param>
/// <param name="terminal">The terminal that shows the progress, or null.</param>
/// <param name="cancel">Ends them.</param>
internal sealed class TransferSession(
    IFileClient client, RemotePeer peer, IAnsiConsole? terminal, CancellationToken cancel)
{
    /// <summary>The peer.</summary>
    public RemotePeer Peer => peer;

    /// <summary>Ends the exchanges.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>The latest exchange, or null.</summary>
    public FileExchange? Last { get; private set; }

    /// <summary>Lets an exchange go on until it has ended.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="file">The local file's name, for messages.</param>
    /// <exception cref="HostsimException">It has failed.</exception>
    /// <exception cref="System.OperationCanceledException">It was ended.</exception>
    public void Run(FileExchange exchange, string file)
    {
        Last = exchange;
        TransferProgress.Show(terminal, exchange, progress => client.Run(exchange, progress, cancel));
        if (TransferFault.Describe(exchange, peer.Name, file) is { } fault)
        {
            throw new HostsimException(fault);
        }
    }
}
