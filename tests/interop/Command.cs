using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace Spore.Tests.Interop;

/// <summary>A program that ran to its end.</summary>
/// <param name="Line">Its command line.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Error">What it wrote to its standard error.</param>
internal sealed record Command(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>Runs a program to its end, without input.</summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="input">What it reads from its standard input.</param>
    /// <param name="seconds">How long it may take.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="TimeoutException">It took longer, and was ended.</exception>
    public static Command Run(IReadOnlyList<string> arguments, string input = "", int seconds = 60)
    {
        string line = string.Join(' ', arguments);
        using Process process = Process.Start(Info(arguments))!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not want to read.
        }

        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(true);
            throw new TimeoutException(
                $"'{line}' did not end within {seconds} s; it wrote: {output.Result}{error.Result}");
        }

        return new Command(line, process.ExitCode, output.Result, error.Result);
    }

    /// <summary>What to start a program with, so that its standard streams are ours.</summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <returns>For <see cref="Process.Start(ProcessStartInfo)"/>.</returns>
    public static ProcessStartInfo Info(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo info = new(arguments[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        for (int i = 1; i < arguments.Count; i++)
        {
            info.ArgumentList.Add(arguments[i]);
        }

        return info;
    }

    /// <summary>Demands that the program ended well.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public string Demand()
    {
        return ExitCode == 0 ? Output : throw new InvalidOperationException(ToString());
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        return $"'{Line}' ended with {ExitCode}: {Output}{Error}".TrimEnd();
    }
}
