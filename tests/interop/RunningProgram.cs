using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace Spore.Tests.Interop;

/// <summary>A program that runs until it is told to end, and what it writes.</summary>
internal sealed class RunningProgram : IDisposable
{
    /// <summary>SIGHUP.</summary>
    public const int HangUp = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGUSR1.</summary>
    public const int User1 = 10;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    // In seconds.
    private const int LastLines = 5;

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly string _name;

    /// <summary>Starts a program.</summary>
    /// <param name="name">What it is called in the journal.</param>
    /// <param name="journal">Takes what it writes.</param>
    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="environment">Variables of its environment.</param>
    public RunningProgram(
        string name, Journal journal, IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        _name = name;
        ProcessStartInfo info = Command.Info(arguments);
        foreach ((string variable, string value) in environment)
        {
            info.Environment[variable] = value;
        }

        journal.Write(name, "$ " + string.Join(' ', arguments));
        _process = new Process { StartInfo = info };
        DataReceivedEventHandler hear = (_, e) =>
        {
            if (e.Data is { } line)
            {
                journal.Write(name, line);
                lock (_lines)
                {
                    _lines.Add(line);
                }
            }
        };
        _process.OutputDataReceived += hear;
        _process.ErrorDataReceived += hear;
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>All lines so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Whether a line so far holds all of some texts.</summary>
    /// <param name="parts">The texts.</param>
    /// <returns>Whether there is one.</returns>
    public bool Wrote(params string[] parts)
    {
        return Lines.Any(line => parts.All(line.Contains));
    }

    /// <summary>Waits for a line that holds all of some texts.</summary>
    /// <param name="parts">The texts.</param>
    public void WaitFor(params string[] parts)
    {
        Wait.Until(
            () => Wrote(parts) || (_process.HasExited && !WroteAtLast(parts)
                ? throw new InvalidOperationException($"{_name} ended with {_process.ExitCode}")
                : false),
            $"{_name} to write '{string.Join("' and '", parts)}'");
    }

    /// <summary>Waits until the program has ended by itself.</summary>
    /// <param name="seconds">How long to wait at most.</param>
    /// <returns>Its exit code.</returns>
    public int WaitForEnd(int seconds = Wait.Patience)
    {
        if (!_process.WaitForExitAsync().Wait(TimeSpan.FromSeconds(seconds)))
        {
            throw new TimeoutException($"waited {seconds} s for {_name} to end");
        }

        return _process.ExitCode;
    }

    /// <summary>Asks the program to end (SIGTERM) and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public int Stop()
    {
        AskToEnd();
        return WaitForEnd();
    }

    /// <summary>
    /// Puts the program before others on a busy machine, where what it does with its time is to be seen and not
    /// how much of it there is.
    /// </summary>
    public void Prefer()
    {
        string[] threads = [.. Directory.GetDirectories($"/proc/{_process.Id}/task").Select(t => Path.GetFileName(t)!)];
        Command.Run(["renice", "-n", "-15", "-p", .. threads]);
    }

    /// <summary>Sends signals to the program, one right after the other.</summary>
    /// <param name="signals">The signals.</param>
    public void Send(params int[] signals)
    {
        foreach (int signal in signals)
        {
            Signal(_process.Id, signal);
        }
    }

    /// <summary>Asks the program for its status (SIGUSR1).</summary>
    public void Ask()
    {
        Signal(_process.Id, User1);
    }

    /// <summary>Asks the program to read its files again (SIGHUP).</summary>
    public void AskToReload()
    {
        Signal(_process.Id, HangUp);
    }

    /// <summary>Interrupts the program (SIGINT), as Ctrl-C does, and waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public int BreakOff()
    {
        Signal(_process.Id, Interrupt);
        return WaitForEnd();
    }

    /// <summary>Ends the program at once, so that it can't clean up.</summary>
    public void Kill()
    {
        _process.Kill(true);
        WaitForEnd();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not to the end of what it writes: a child of it may hold that open until the machine is gone.
        AskToEnd();
        try
        {
            Wait.Until(() => _process.HasExited, $"{_name} to end");
        }
        catch (TimeoutException)
        {
            _process.Kill(true);
        }

        _process.Dispose();
    }

    // The last lines are read after the program has ended. A child of it may hold its output open for longer.
    private bool WroteAtLast(string[] parts)
    {
        _process.WaitForExitAsync().Wait(TimeSpan.FromSeconds(LastLines));
        return Wrote(parts);
    }

    private void AskToEnd()
    {
        if (!_process.HasExited)
        {
            Signal(_process.Id, Terminate);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
