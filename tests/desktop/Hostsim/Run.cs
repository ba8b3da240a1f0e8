using System.IO;

namespace Spore.Tests.Hostsim;

/// <summary>A command line of hostsim, run in this process.</summary>
internal sealed record Run(int ExitCode, string Output, string Error)
{
    public static Run Of(params string[] args)
    {
        StringWriter output = new();
        StringWriter error = new();
        int exitCode = Spore.Hostsim.Program.Run(args, output, error, null);
        return new Run(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The last line of the output.</summary>
    public string Verdict =>
        Output[(Output.LastIndexOf("\n\n", System.StringComparison.Ordinal) + 2)..].Replace('\n', ' ').Trim();
}
