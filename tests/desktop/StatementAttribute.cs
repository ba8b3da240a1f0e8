using System;
using System.Collections.Generic;
using System.Linq;
using Xunit.v3;

namespace Spore.Tests;

/// <summary>
/// Names the statements of docs/PROTOCOL.md that a test shows. They are traits: <c>--filter-trait Statement=8.1-3</c>
/// runs the tests of one.
/// </summary>
/// <param name="numbers">Their numbers, each as <c>8.1-3</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class StatementAttribute(params string[] numbers) : Attribute, ITraitAttribute
{
    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. numbers.Select(n => KeyValuePair.Create("Statement", n))];
}
