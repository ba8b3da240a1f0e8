using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Spore.Signing;

namespace Spore.Hostsim.Live.Programs;

/// <summary>
/// A running program of <c>/bin/sh -c</c>. It is the leader of a session, so that it can be killed with all that it has
/// started.
/// </summary>
internal sealed class ShellProgram : IDisposable
{
    /// <summary>The largest length of an answer in bytes.</summary>
    public const int LongestOutput = 65536;

    private const string Shell = "/bin/sh";
    private const int KillSignal = 9;

    // In milliseconds. What is left of the lines when the program has ended.
    private const int LinePatience = 200;

    // Part of util-linux and of busybox. It becomes the program that it starts.
    private static readonly string? _setsid =
        new[] { "/usr/bin/setsid", "/bin/setsid", "/usr/local/bin/setsid" }.FirstOrDefault(File.Exists);

    private readonly Process _process;
    private readonly ProgramStart _start;

    private ShellProgram(Process process, ProgramStart start)
    {
        _process = process;
        _start = start;
    }

    /// <summary>Starts a program.</summary>
    /// <param name="command">The command for the shell.</param>
    /// <param name="start">What it is started with.</param>
    /// <returns>The running program.</returns>
    /// <exception cref="Win32Exception">It can't be started.</exception>
    public static ShellProgram Start(string command, ProgramStart start)
    {
        string[] line = _setsid == null ? [Shell, "-c", command] : [_setsid, Shell, "-c", command];
        ProcessStartInfo info = new(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        return new ShellProgram(Process.Start(info)!, start);
    }

    /// <summary>
    /// Waits until it has ended. An answer is complete when the output is closed, also by programs that were left in
    /// the background. Beyond the limits of its output and of its time the program is killed, and has no answer.
    /// </summary>
    /// <returns>How it has ended.</returns>
    public async Task<ProgramResult> FinishAsync()
    {
        using CancellationTokenSource late = new(_start.Patience);
        Stream output = _process.StandardOutput.BaseStream;
        Task input = WriteAsync(_process.StandardInput.BaseStream, late.Token);
        Task lines = LineSplitter.ReadAsync(_process.StandardError.BaseStream, _start.TellError, late.Token);
        byte[]? answer = [];
        try
        {
            if (_start.TellOutput != null)
            {
                lines = Task.WhenAll(lines, LineSplitter.ReadAsync(output, _start.TellOutput, late.Token));
            }
            else
            {
                answer = await ReadAsync(output, late.Token).WaitAsync(late.Token);
            }

            if (answer == null)
            {
                Kill();
                return ProgramResult.Failed($"the program wrote more than {LongestOutput} bytes");
            }

            await _process.WaitForExitAsync(late.Token);
            await Task.WhenAny(lines, Task.Delay(LinePatience, late.Token));
            return new ProgramResult(answer, _process.ExitCode, null);
        }
        catch (OperationCanceledException)
        {
            Kill();
            return ProgramResult.Failed($"the program did not end within {_start.Patience.TotalSeconds:0} s");
        }
        catch (IOException exception)
        {
            Kill();
            return ProgramResult.Failed(MessageText.OneLine(exception.Message));
        }
        finally
        {
            await late.CancelAsync();
            await Task.WhenAll(Quiet(input), Quiet(lines));
        }
    }

    /// <summary>Kills it with all that it has started. May be called on any thread.</summary>
    public void Kill()
    {
        try
        {
            if (_setsid != null)
            {
                // Without an effect in the moment before the process leads its session; the tree is killed then.
                _ = Posix.Kill(-_process.Id, KillSignal);
            }

            _process.Kill(true);
        }
        catch (Exception exception) when (exception
            is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended in the meantime.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception exception) when (exception
            is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // Nobody waits for what is left.
        }
    }

    // Null for more than the limit.
    private static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        byte[] buffer = new byte[LongestOutput + 1];
        int length = await stream.ReadAtLeastAsync(buffer, buffer.Length, false, cancel);
        return length > LongestOutput ? null : buffer[..length];
    }

    // A program need not read its input: the pipe is then broken.
    private async Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        await using (stream)
        {
            await stream.WriteAsync(_start.Input, cancel);
        }
    }
}
