using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using Spectre.Console;
using Spore.Hostsim.Display;
using Spore.Hostsim.Status;
using Spore.Hostsim.Transfers;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim status</c>: asks this machine's node, or a member, how it is.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal sealed class StatusCommand(TextWriter output, IAnsiConsole? terminal)
{
    private const string NodeName = "NODE";

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    // For a session, where there is none yet, and the file.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly LocalNodeOptions _local = new();
    private readonly Argument<string?> _node = new(NodeName)
    {
        Description = "The member to ask: its public key or its label. Without it: this machine's node.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object; with --watch, one a line.",
    };

    private readonly Option<bool> _watch = new("--watch") { Description = "Ask each second, until Ctrl-C." };

    /// <summary>Makes a command ask for a status.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_node);
        _local.AddTo(command);
        command.Add(_json);
        command.Add(_watch);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using StopSignal stop = new();
        bool isWatch = parsed.GetValue(_watch);
        try
        {
            LocalNode local = _local.Find(parsed, stop.Token);
            RemotePeer? peer = parsed.GetValue(_node) is { } text
                ? RemotePeer.Find(NodeName, text, local.Network, _local.NetworkName(parsed))
                : null;
            bool isOwn = peer == null || local.IsOwn(peer);
            string name = peer?.Name ?? local.Name;
            StatusFile Ask() => isOwn ? local.OwnStatus() : AskMember(local, peer!, stop.Token);
            if (parsed.GetValue(_json))
            {
                JsonSerializerOptions form = new()
                {
                    WriteIndented = !isWatch,
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                };
                do
                {
                    output.WriteLine(JsonSerializer.Serialize(Json(name, Ask()), form));
                    output.Flush();
                }
                while (isWatch && !stop.Token.WaitHandle.WaitOne(_interval));
            }
            else if (!isWatch)
            {
                StatusView.Write(terminal ?? PlainConsole.Of(output), name, Ask());
            }
            else if (terminal != null)
            {
                new Screen(terminal).Watch(_interval, Write, stop.Token);
            }
            else
            {
                IAnsiConsole console = PlainConsole.Of(output);
                do
                {
                    Write(console);
                    output.WriteLine();
                    output.Flush();
                }
                while (!stop.Token.WaitHandle.WaitOne(_interval));
            }

            // Who does not answer now may do so the next time.
            void Write(IAnsiConsole console)
            {
                try
                {
                    StatusView.Write(console, name, Ask());
                }
                catch (HostsimException exception)
                {
                    console.WriteLine(exception.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return isWatch ? 0 : Program.Interrupted;
        }

        return 0;
    }

    private static Dictionary<string, object?> Json(string name, StatusFile status)
    {
        Dictionary<string, object?> json = new() { ["name"] = name };
        foreach ((string key, object? value) in StatusJson.Of(status))
        {
            json.Add(key, value);
        }

        return json;
    }

    private static StatusFile AskMember(LocalNode local, RemotePeer peer, CancellationToken cancel)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(_patience);
        try
        {
            return local.StatusOf(peer, end.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HostsimException(
                $"{peer.Name} does not answer within {_patience.TotalSeconds} s; hostsim why {peer.Name} says why");
        }
    }
}
