using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Spore.Hostsim.Display;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Programs;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Hostsim.Live.Changes;

/// <summary>
/// Runs a program for each change of the node, one program at a time. Changes while it runs become one more run, for
/// the latest of them. May be used on any thread.
/// </summary>
internal sealed class ChangeCommand : IDisposable
{
    private static readonly TimeSpan _usualPatience = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> _noVariables = [];

    private readonly ProgramRunner _programs;
    private readonly LimitedLog _log;
    private readonly LimitedLog _output;
    private readonly TimeSpan _patience;

    // Also the lock for what follows.
    private readonly object _gate = new();
    private NodeChange? _next;
    private bool _isRunning;
    private bool _isStopped;

    // The running task's own: the state that the last program was given.
    private NetworkState _given = NetworkState.None;

    /// <summary>Takes a command.</summary>
    /// <param name="command">The command for the shell.</param>
    /// <param name="log">Where runs are reported.</param>
    /// <param name="output">Where the lines of programs are reported.</param>
    /// <param name="patience">How long a program may take; null for 60 s.</param>
    /// <exception cref="HostsimException">This machine has no <c>/bin/sh</c>.</exception>
    public ChangeCommand(string command, LimitedLog log, LimitedLog output, TimeSpan? patience = null)
    {
        _programs = new ProgramRunner("--on-change", command);
        _log = log;
        _output = output;
        _patience = patience ?? _usualPatience;
    }

    /// <summary>Should be called when the node has changed. Never blocks.</summary>
    /// <param name="change">What is so from now on.</param>
    public void Change(NodeChange change)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _next = change;
            if (!_isRunning)
            {
                _isRunning = true;
                Task.Run(RunAsync);
            }
        }
    }

    /// <summary>Kills the program, and starts no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            _next = null;
        }

        _programs.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            NodeChange change;
            lock (_gate)
            {
                if (_next == null)
                {
                    _isRunning = false;
                    return;
                }

                change = _next;
                _next = null;
            }

            ProgramResult result = await _programs.RunAsync(new ProgramStart(
                NodeChangeJson.Write(change, _given),
                _noVariables,
                _patience,
                line => _output.Tell("stderr", "yellow", $"of --on-change: {line}"),
                line => _output.Tell("stdout", "grey", $"of --on-change: {line}")));
            _given = change.State;
            Tell(change, result);
        }
    }

    private void Tell(NodeChange change, ProgramResult result)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }
        }

        string network = change.Version == 0 ? string.Empty : $"version {VersionText.Format(change.Version)}, ";
        string end = result.Fault ?? (result.ExitCode == 0 ? "done" : $"exit code {result.ExitCode}");
        string colour = result.Fault != null ? "red" : result.ExitCode == 0 ? "grey" : "yellow";
        _log.Tell("on-change", colour, $"{network}{NetworkStateText.Word(change.State)}: {end}");
    }
}
