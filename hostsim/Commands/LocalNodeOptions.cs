using System;
using System.CommandLine;
using System.Threading;
using Spore.Hostsim.Control;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Status;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary>The options by which a command finds the running node of this machine.</summary>
internal sealed class LocalNodeOptions
{
    private readonly Option<string?> _network = new("--network")
    {
        HelpName = "FILE",
        Description = "The signed network, for labels. Without it: that of the running node.",
    };

    private readonly Option<string?> _interface = new("--interface")
    {
        HelpName = "NAME",
        Description = "The interface or the --name of the running node. Without it: the only one that fits.",
    };

    /// <summary>Gives them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_network);
        command.Add(_interface);
    }

    /// <summary>Finds the node.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="cancel">Ends the wait for a file, and each for the node.</param>
    /// <returns>The node.</returns>
    /// <exception cref="HostsimException">None or several fit.</exception>
    /// <exception cref="InputException">The network can't be read.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public LocalNode Find(ParseResult parsed, CancellationToken cancel) => LocalNode.Find(
        parsed.GetValue(_interface), ReadNetwork(parsed.GetValue(_network), cancel), ControlConnection.Folder, cancel);

    /// <summary>What holds the members, for messages.</summary>
    /// <param name="parsed">The command line.</param>
    public string NetworkName(ParseResult parsed) => parsed.GetValue(_network) ?? "the running node's network";

    /// <summary>
    /// Reads a network file: its form, its entries and its Merkle root are checked. Without a trust root the signature
    /// is not.
    /// </summary>
    /// <param name="path">Its path, or null.</param>
    /// <param name="cancel">Ends the wait for a file that is a FIFO.</param>
    /// <returns>The network, or null.</returns>
    /// <exception cref="InputException">It can't be read.</exception>
    public static NetworkDescription? ReadNetwork(string? path, CancellationToken cancel) => path == null
        ? null
        : NodeFiles.Await(() => NetworkReader.Read(InputFile.Read(path, NetworkReader.SizeLimit), path), cancel);
}
