using System;

namespace Spore.Fuzz;

/// <summary>An input has done what none may do.</summary>
/// <param name="what">What.</param>
/// <param name="isAllocation">Whether it has allocated memory, and nothing else.</param>
internal sealed class Finding(string what, bool isAllocation = false) : Exception(what)
{
    /// <summary>Whether it has allocated memory, and nothing else.</summary>
    public bool IsAllocation => isAllocation;
}
