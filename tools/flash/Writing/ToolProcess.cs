using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Runs other programs, and shows what they write while they run.</summary>
internal static class ToolProcess
{
    /// <summary>Finds a program on the path.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its file, or null.</returns>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(d => Path.Combine(d, OperatingSystem.IsWindows() ? $"{name}.exe" : name))
        .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="echo">Where to show what it writes.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="InputException">It can't be run.</exception>
    public static ToolResult Run(IReadOnlyList<string> command, TextWriter echo)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // For esptool: progress at once, and plain text.
        start.Environment["PYTHONUNBUFFERED"] = "1";
        start.Environment["NO_COLOR"] = "1";
        try
        {
            using Process process = Process.Start(start)!;
            StringBuilder text = new();
            Task errors = Task.Run(() => Copy(process.StandardError, echo, text));
            Copy(process.StandardOutput, echo, text);
            errors.Wait();
            process.WaitForExit();
            return new ToolResult(process.ExitCode, text.ToString());
        }
        catch (Win32Exception e)
        {
            throw new InputException(command[0], null, $"can't be run: {e.Message}");
        }
    }

    /// <summary>Writes a command as it would be typed.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <returns>One line.</returns>
    public static string Format(IEnumerable<string> command) => string.Join(' ', command.Select(Quote));

    private static void Copy(StreamReader source, TextWriter echo, StringBuilder text)
    {
        char[] buffer = new char[256];
        for (int count; (count = source.Read(buffer)) > 0;)
        {
            lock (text)
            {
                text.Append(buffer, 0, count);
                try
                {
                    echo.Write(buffer, 0, count);
                    echo.Flush();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // The tool goes on, or it would leave a board half written. The caller's next line fails too.
                }
            }
        }
    }

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=+@%".Contains(c))
            ? argument
            : $"'{argument.Replace("'", "'\\''")}'";
}
