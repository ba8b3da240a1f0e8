namespace Spore.Emulator;

/// <summary>What something took.</summary>
/// <param name="Instructions">IL instructions.</param>
/// <param name="Cost">Native instructions, weighted.</param>
internal readonly record struct Spent(long Instructions, long Cost)
{
    /// <summary>Adds two.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    /// <returns>Their sum.</returns>
    public static Spent operator +(Spent a, Spent b) => new(a.Instructions + b.Instructions, a.Cost + b.Cost);

    /// <summary>Takes one from another.</summary>
    /// <param name="a">The other.</param>
    /// <param name="b">The one.</param>
    /// <returns>What is left.</returns>
    public static Spent operator -(Spent a, Spent b) => new(a.Instructions - b.Instructions, a.Cost - b.Cost);
}
