using System.Collections.Generic;
using System.Linq;
using Xunit.Sdk;
using Xunit.v3;

namespace Spore.Tests.Interop;

/// <summary>Starts the tests that wait for minutes before all others, so that these run meanwhile.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        return [.. testCollections.OrderBy(
            c => c.TestCollectionDisplayName.Contains(nameof(RekeyTests), System.StringComparison.Ordinal) ? 0 : 1)];
    }
}
