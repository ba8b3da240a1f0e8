using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using Spore.Tests.Flash;
using Xunit;

namespace Spore.Tests;

/// <summary>Runs what a page tells people to type, in a folder with the parts of a checkout that it names.</summary>
internal sealed class PageShell : IDisposable
{
    // In milliseconds. A page that waits for what never comes fails.
    private const int Patience = 180_000;

    // Building is done already.
    private const string Dotnet = """
        #!/usr/bin/env bash
        echo "dotnet $*" >> "$CALLED"
        case "$1 $2" in
          'build '*) ;;
          'test nano.sln') ;;
          'run --project') exec "$BUILT/${3##*/}" ;;
          *) echo "dotnet $*: not known to this test" >&2; exit 9 ;;
        esac
        """;

    private const string Prelude = """
        set -euo pipefail
        trap 'kill $(jobs -p) 2> /dev/null || true' EXIT

        """;

    private readonly FlashFolder _folder = new();

    /// <summary>Makes the checkout.</summary>
    /// <param name="programs">The folders of the programs that the page builds.</param>
    public PageShell(params string[] programs)
    {
        foreach (string program in programs)
        {
            string configuration = Path.Combine(Root, program, "bin", "desktop", "Release");
            Directory.CreateDirectory(configuration);
            Directory.CreateSymbolicLink(Path.Combine(configuration, "net10.0"), AppContext.BaseDirectory);
        }

        Directory.CreateDirectory(File("bin"));
        System.IO.File.WriteAllText(File("bin/dotnet"), Dotnet);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        System.IO.File.SetUnixFileMode(File("bin/dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>The root of the checkout.</summary>
    public string Root => Path.Combine(_folder.Path, "checkout");

    /// <summary>The lines that commands in place of others have written.</summary>
    public string[] Called => System.IO.File.ReadAllLines(File("called"));

    /// <summary>The path of a file in the checkout.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The path.</returns>
    public string File(string name) => Path.Combine(Root, name);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>Runs a script in the root of the checkout.</summary>
    /// <param name="script">The script.</param>
    /// <returns>What it wrote to standard output. Anything on standard error is a failure.</returns>
    public string Run(string script)
    {
        ProcessStartInfo start = new("bash", [_folder.Write("script", Prelude + script)])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BUILT"] = AppContext.BaseDirectory;
        start.Environment["CALLED"] = File("called");
        start.Environment["PATH"] = $"{File("bin")}:{start.Environment["PATH"]}";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(Patience))
        {
            process.Kill(true);
        }

        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{output.Result}\n{error.Result}");
        Assert.Equal("", error.Result);
        return output.Result;
    }
}
