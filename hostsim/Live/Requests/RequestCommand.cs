using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using Spore.Hostsim.Display;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Programs;
using Spore.Services;
using Spore.Signing;

namespace Spore.Hostsim.Live.Requests;

/// <summary>
/// Runs a program for each request of a member (PROTOCOL section 8.4). The node calls it under its lock; the programs
/// run without the lock, some at one time, and the others wait. Where the program gives no answer the member gets none:
/// any text in its place would be taken for the answer.
/// </summary>
internal sealed class RequestCommand : IRequestHandler, IDisposable
{
    /// <summary>The number of programs at one time.</summary>
    public const int MostRunning = 8;

    // Of one member, so that it leaves programs to the others. Requests without a response may come at any rate.
    private const int MostRunningOfOne = MostRunning / 2;
    private const int MostWaiting = 64;
    private const int MostWaitingOfOne = 8;

    // Less than the 60 s after which the node gives up the request.
    private static readonly TimeSpan _usualPatience = TimeSpan.FromSeconds(50);

    private readonly ProgramRunner _programs;
    private readonly IRequestsHost _host;
    private readonly LimitedLog _log;
    private readonly LimitedLog _errors;
    private readonly TimeSpan _patience;

    // Also the lock for what follows.
    private readonly List<MemberRequest> _waiting = [];
    private readonly List<MemberRequest> _running = [];
    private bool _isStopped;

    /// <summary>Makes a handler.</summary>
    /// <param name="command">The command for the shell.</param>
    /// <param name="host">The node.</param>
    /// <param name="log">Where requests are reported.</param>
    /// <param name="errors">Where the lines of standard errors are reported.</param>
    /// <param name="patience">How long a program may take; null for 50 s.</param>
    /// <exception cref="HostsimException">This machine has no <c>/bin/sh</c>.</exception>
    public RequestCommand(
        string command, IRequestsHost host, LimitedLog log, LimitedLog errors, TimeSpan? patience = null)
    {
        _programs = new ProgramRunner("--request-command", command);
        _host = host;
        _log = log;
        _errors = errors;
        _patience = patience ?? _usualPatience;
    }

    /// <inheritdoc/>
    public void Handle(long number, byte[] key, int keyOffset, byte[] body, int offset, int length)
    {
        string keyText = KeyText.Format(key.AsSpan(keyOffset, KeyText.KeySize));
        MemberRequest request = new(
            number,
            keyText,
            _host.LabelOf(keyText),
            _host.NameOf(keyText),
            body.AsSpan(offset, length).ToArray(),
            Stopwatch.GetTimestamp());
        lock (_waiting)
        {
            // A request with a response always finds a place: the node keeps others away before.
            int ofOne = _waiting.Count(r => !r.WantsResponse && r.Key == keyText);
            if (!request.WantsResponse && (ofOne >= MostWaitingOfOne || _waiting.Count >= MostWaiting))
            {
                Tell("request dropped", "red", request, "too many requests wait for a program");
                return;
            }

            _waiting.Add(request);
            StartNext();
        }
    }

    /// <summary>Kills all programs, and starts no more.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            _isStopped = true;
            _waiting.Clear();
        }

        _programs.Dispose();
    }

    private void StartNext()
    {
        int next;
        while (!_isStopped
            && _running.Count < MostRunning
            && (next = _waiting.FindIndex(r => _running.Count(o => o.Key == r.Key) < MostRunningOfOne)) >= 0)
        {
            MemberRequest request = _waiting[next];
            _waiting.RemoveAt(next);
            _running.Add(request);
            Task.Run(() => RunAsync(request));
        }
    }

    private async Task RunAsync(MemberRequest request)
    {
        try
        {
            ProgramResult result = await RunProgramAsync(request);
            Finish(request, result);
        }
        finally
        {
            lock (_waiting)
            {
                _running.Remove(request);
                StartNext();
            }
        }
    }

    private async Task<ProgramResult> RunProgramAsync(MemberRequest request)
    {
        // The node waits for an answer since the request has arrived.
        TimeSpan waited = request.WantsResponse ? Stopwatch.GetElapsedTime(request.Arrived) : TimeSpan.Zero;
        if (waited >= _patience)
        {
            return ProgramResult.Failed("no program was free in time");
        }

        Dictionary<string, string> environment = new()
        {
            ["SPORE_KEY"] = request.Key,
            ["SPORE_LABEL"] = request.Label,
            ["SPORE_RESPONSE"] = request.WantsResponse ? "1" : "0",
        };
        return await _programs.RunAsync(new ProgramStart(
            request.Body,
            environment,
            _patience - waited,
            line => _errors.Tell("stderr", "yellow", $"for {request.Name}: {line}", Subject(request))));
    }

    private void Finish(MemberRequest request, ProgramResult result)
    {
        if (result.Output == null)
        {
            bool isRefused = request.WantsResponse && _host.Respond(request.Number, null);
            string end = isRefused ? "; it gets no answer" : string.Empty;
            Tell("request failed", "red", request, result.Fault + end);
            return;
        }

        bool isLate = request.WantsResponse && !_host.Respond(request.Number, result.Output);
        string answer = isLate ? "the answer is too late"
            : request.WantsResponse ? $"answered with {ByteSize.Describe(result.Output.Length)}"
            : "no answer wanted";
        string exit = result.ExitCode == 0 ? string.Empty : $"; exit code {result.ExitCode}";
        Tell("request", isLate || result.ExitCode != 0 ? "yellow" : "grey", request, answer + exit);
    }

    private void Tell(string verb, string colour, MemberRequest request, string text)
    {
        _log.Tell(
            verb, colour, $"of {request.Name}, {ByteSize.Describe(request.Body.Length)}: {text}", Subject(request));
    }

    private static LineSubject Subject(MemberRequest request)
    {
        return new LineSubject(request.Key, request.Label.Length == 0 ? null : request.Label);
    }
}
