using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

namespace Spore.Hostsim;

/// <summary>Turns Ctrl-C and a request to terminate into a cancellation, so that everything ends cleanly.</summary>
internal sealed class StopSignal : IDisposable
{
    // The end of a node takes less. In milliseconds.
    private const int EndPatience = 3000;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private long _firstAt;

    /// <summary>Listens until disposed of.</summary>
    public StopSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    /// <summary>
    /// Cancelled by the first signal. A signal that comes 3 s later or more ends the program the usual way. An earlier
    /// one does not: a terminal and a supervisor may both send one, and the program must clean up.
    /// </summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_source.IsCancellationRequested)
        {
            // The program is ending. One more signal must not change its exit code.
            return;
        }

        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        bool isFirst = !_source.IsCancellationRequested;
        if (isFirst)
        {
            _firstAt = Stopwatch.GetTimestamp();
        }

        context.Cancel = isFirst || Stopwatch.GetElapsedTime(_firstAt).TotalMilliseconds < EndPatience;
        _source.Cancel();
    }
}
