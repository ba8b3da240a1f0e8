namespace Spore.Hostsim.Live.Programs;

/// <summary>How a program has ended.</summary>
/// <param name="Output">
/// What it wrote to its standard output, as far as that was kept; null where the program did not end by itself.
/// </param>
/// <param name="ExitCode">Its exit code, or 128 and the number of the signal that ended it.</param>
/// <param name="Fault">Why it did not end by itself, for people; null where it did.</param>
internal sealed record ProgramResult(byte[]? Output, int ExitCode, string? Fault)
{
    /// <summary>A program that did not run, or did not end by itself.</summary>
    /// <param name="fault">Why.</param>
    /// <returns>The result.</returns>
    public static ProgramResult Failed(string fault) => new(null, 0, fault);
}
