using System;
using System.CommandLine;
using System.IO;
using System.Threading;
using Spectre.Console;
using Spore.Hostsim.Status;
using Spore.Hostsim.Transfers;
using Spore.Tftp;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim status</c>: asks this machine's node, or a member, how it is.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal sealed class StatusCommand(TextWriter output, IAnsiConsole? terminal)
{
    private const string NodeName = "NODE";

    // For a session, where there is none yet, and the file.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly LocalNodeOptions _local = new();
    private readonly WatchedReport _report = new(
        output, terminal, TimeSpan.FromSeconds(1), "Ask each second, until Ctrl-C.");

    private readonly Argument<string?> _node = new(NodeName)
    {
        Description = "The member to ask: its public key or its label. Without it: this machine's node.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Makes a command ask for a status.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_node);
        _local.AddTo(command);
        _report.AddTo(command);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using StopSignal stop = new();
        try
        {
            LocalNode local = _local.Find(parsed, stop.Token);
            RemotePeer? peer = parsed.GetValue(_node) is { } text
                ? RemotePeer.Find(NodeName, text, local.Network, _local.NetworkName(parsed))
                : null;
            string name = peer?.Name ?? local.Name;
            return _report.Run(
                parsed,
                _ => peer == null || local.IsOwn(peer) ? local.OwnStatus() : AskMember(local, peer, stop.Token),
                (console, status) => StatusView.Write(console, name, status),
                status => StatusJson.Of(name, status),
                stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return Program.Interrupted;
        }
    }

    private static StatusFile AskMember(LocalNode local, RemotePeer peer, CancellationToken cancel)
    {
        try
        {
            return local.StatusOf(peer, _patience, cancel);
        }
        catch (TransferException exception) when (exception.Result == TftpResult.Timeout)
        {
            throw new HostsimException(
                $"{peer.Name} does not answer within {_patience.TotalSeconds} s; hostsim why {peer.Name} says why");
        }
    }
}
