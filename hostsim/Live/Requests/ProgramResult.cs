namespace Spore.Hostsim.Live.Requests;

/// <summary>How a program for a request has ended.</summary>
/// <param name="Output">What it wrote to its standard output; null where that is no answer.</param>
/// <param name="ExitCode">Its exit code, or 128 and the number of the signal that ended it.</param>
/// <param name="Fault">Why there is no answer, for people; null where there is one.</param>
internal sealed record ProgramResult(byte[]? Output, int ExitCode, string? Fault)
{
    /// <summary>A program that gave no answer.</summary>
    /// <param name="fault">Why.</param>
    /// <returns>The result.</returns>
    public static ProgramResult Failed(string fault) => new(null, 0, fault);
}
