namespace Spore.Emulator;

/// <summary>What another library takes for an operation, at least.</summary>
/// <param name="Instructions">IL instructions of its own.</param>
/// <param name="Native">Native instructions, weighted.</param>
/// <param name="CallsOutside">Its calls of the framework, of which only the call is counted.</param>
internal sealed record Comparison(long Instructions, long Native, long CallsOutside)
{
    /// <summary>What one step more takes, of an operation measured with few steps and with many.</summary>
    /// <param name="many">With many.</param>
    /// <param name="few">With few.</param>
    /// <param name="steps">How many more steps.</param>
    /// <returns>The share of one.</returns>
    public static Comparison PerStep(Comparison many, Comparison few, int steps)
    {
        return new Comparison(
            (many.Instructions - few.Instructions) / steps,
            (many.Native - few.Native) / steps,
            (many.CallsOutside - few.CallsOutside) / steps);
    }
}
