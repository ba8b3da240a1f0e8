namespace Spore.Emulator;

/// <summary>An operation and what it takes.</summary>
/// <param name="Operation">What was done.</param>
/// <param name="Instructions">IL instructions, or bytes in a row about memory.</param>
/// <param name="Native">Native instructions, weighted; 0 in a row about memory.</param>
/// <param name="Wanted">What it should take at most, or 0 where nothing is asked.</param>
/// <param name="BouncyCastle">What BouncyCastle takes for the same, where it has it.</param>
internal sealed record BenchRow(
    string Operation, long Instructions, long Native, long Wanted, Comparison? BouncyCastle = null);
