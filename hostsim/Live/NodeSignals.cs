using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live;

/// <summary>
/// SIGUSR1, which asks for the status, and SIGHUP, which asks to read the files again. Without a handler each of
/// them ends the program. On Windows there are none.
/// </summary>
internal sealed partial class NodeSignals : IDisposable
{
    private const int HangUp = 1;

    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Handles the signals until disposed of.</summary>
    /// <param name="status">Called on SIGUSR1, on a thread of its own.</param>
    /// <param name="reload">Called on SIGHUP, on a thread of its own.</param>
    public NodeSignals(Action status, Action reload)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // SIGUSR1 has no name in .NET, and a number of its own on each system.
        int user1 = OperatingSystem.IsLinux() ? 10 : 30;
        Handle((PosixSignal)user1, status);

        // Under nohup it is ignored, and the runtime would leave it so.
        SetDefault(HangUp, 0);
        Handle(PosixSignal.SIGHUP, reload);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetDefault(int signal, nint handler);

    private void Handle(PosixSignal signal, Action asked)
    {
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            asked();
        }));
    }
}
