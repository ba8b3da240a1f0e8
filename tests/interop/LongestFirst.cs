using System;
using System.Collections.Generic;
using System.Linq;
using Xunit.Sdk;
using Xunit.v3;

namespace Spore.Tests.Interop;

/// <summary>Starts the tests that wait for minutes before all others, so that these run meanwhile.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] _longest = [nameof(RekeyTests), nameof(WhyNetworkTests), nameof(WhyPathTests)];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        return [.. testCollections.OrderBy(
            c => _longest.Any(l => c.TestCollectionDisplayName.Contains(l, StringComparison.Ordinal)) ? 0 : 1)];
    }
}
