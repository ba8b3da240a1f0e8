using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Threading.Tasks;
using Spore.Signing;

namespace Spore.Hostsim.Live.Programs;

/// <summary>
/// Runs a command of the operator by <c>/bin/sh -c</c>, any number of programs at one time, until it is disposed of.
/// May be used on any thread.
/// </summary>
internal sealed class ProgramRunner : IDisposable
{
    private readonly string _command;

    // Also its own lock, since the start of a program takes milliseconds.
    private readonly HashSet<ShellProgram> _programs = [];
    private bool _isStopped;

    /// <summary>Takes a command.</summary>
    /// <param name="option">The option of the command line that gives it.</param>
    /// <param name="command">The command for the shell.</param>
    /// <exception cref="HostsimException">This machine has no <c>/bin/sh</c>.</exception>
    public ProgramRunner(string option, string command)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new HostsimException($"{option} works on Unix only, since it needs /bin/sh");
        }

        _command = command;
    }

    /// <summary>Starts a program, and waits until it has ended.</summary>
    /// <param name="start">What it is started with.</param>
    /// <returns>How it has ended.</returns>
    public async Task<ProgramResult> RunAsync(ProgramStart start)
    {
        ShellProgram? program = null;
        try
        {
            lock (_programs)
            {
                if (_isStopped)
                {
                    return ProgramResult.Failed("the node ends");
                }

                program = ShellProgram.Start(_command, start);
                _programs.Add(program);
            }

            return await program.FinishAsync();
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            return ProgramResult.Failed($"the program can't be started: {MessageText.OneLine(exception.Message)}");
        }
        finally
        {
            if (program != null)
            {
                lock (_programs)
                {
                    _programs.Remove(program);
                    program.Dispose();
                }
            }
        }
    }

    /// <summary>Kills all programs, and starts no more.</summary>
    public void Dispose()
    {
        lock (_programs)
        {
            _isStopped = true;
            foreach (ShellProgram program in _programs)
            {
                program.Kill();
            }
        }
    }
}
