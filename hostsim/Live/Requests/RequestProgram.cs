using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Spore.Signing;

namespace Spore.Hostsim.Live.Requests;

/// <summary>
/// A program for one request, run by <c>/bin/sh -c</c>: the body is its standard input, and its standard output is the
/// answer. It is the leader of a session, so that it can be killed with all that it has started.
/// </summary>
internal sealed class RequestProgram : IDisposable
{
    /// <summary>The largest length of an answer in bytes.</summary>
    public const int LongestOutput = 65536;

    private const string Shell = "/bin/sh";
    private const int KillSignal = 9;

    // In milliseconds. What is left of the standard error when the program has ended.
    private const int ErrorPatience = 200;

    // Part of util-linux and of busybox. It becomes the program that it starts.
    private static readonly string? _setsid =
        new[] { "/usr/bin/setsid", "/bin/setsid", "/usr/local/bin/setsid" }.FirstOrDefault(File.Exists);

    private readonly Process _process;
    private readonly MemberRequest _request;

    private RequestProgram(Process process, MemberRequest request)
    {
        _process = process;
        _request = request;
    }

    /// <summary>Starts a program.</summary>
    /// <param name="command">The command for the shell.</param>
    /// <param name="request">The request.</param>
    /// <returns>The running program.</returns>
    /// <exception cref="Win32Exception">It can't be started.</exception>
    public static RequestProgram Start(string command, MemberRequest request)
    {
        string[] line = _setsid == null ? [Shell, "-c", command] : [_setsid, Shell, "-c", command];
        ProcessStartInfo info = new(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["SPORE_KEY"] = request.Key;
        info.Environment["SPORE_LABEL"] = request.Label;
        info.Environment["SPORE_RESPONSE"] = request.WantsResponse ? "1" : "0";
        return new RequestProgram(Process.Start(info)!, request);
    }

    /// <summary>
    /// Waits until it has ended. Beyond the limits of its output and of its time it is killed, and has no answer.
    /// </summary>
    /// <param name="patience">How long it may take.</param>
    /// <param name="tell">Called for each line of its standard error, on any thread.</param>
    /// <returns>How it has ended.</returns>
    public async Task<ProgramResult> FinishAsync(TimeSpan patience, Action<string> tell)
    {
        using CancellationTokenSource late = new(patience);
        Task input = WriteAsync(_process.StandardInput.BaseStream, late.Token);
        Task errors = LineSplitter.ReadAsync(_process.StandardError.BaseStream, tell, late.Token);
        try
        {
            byte[]? output = await ReadAsync(_process.StandardOutput.BaseStream, late.Token).WaitAsync(late.Token);
            if (output == null)
            {
                Kill();
                return ProgramResult.Failed($"the program wrote more than {LongestOutput} bytes");
            }

            await _process.WaitForExitAsync(late.Token);
            await Task.WhenAny(errors, Task.Delay(ErrorPatience, late.Token));
            return new ProgramResult(output, _process.ExitCode, null);
        }
        catch (OperationCanceledException)
        {
            Kill();
            return ProgramResult.Failed($"the program did not end within {patience.TotalSeconds:0} s");
        }
        catch (IOException exception)
        {
            Kill();
            return ProgramResult.Failed(MessageText.OneLine(exception.Message));
        }
        finally
        {
            await late.CancelAsync();
            await Task.WhenAll(Quiet(input), Quiet(errors));
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
            await stream.WriteAsync(_request.Body, cancel);
        }
    }
}
