namespace Spore.Tests.Interop;

/// <summary>One of the two ends of a tunnel.</summary>
public enum Side
{
    /// <summary>Our node.</summary>
    Ours,

    /// <summary>The stock one.</summary>
    Stock,
}
