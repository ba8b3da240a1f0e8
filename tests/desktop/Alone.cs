using Xunit;

namespace Spore.Tests;

/// <summary>
/// Tests that count the bytes which a thread allocates run while no other test does: the runtime's own tables (of
/// casts, of generic calls) grow on whatever thread needs them first.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
