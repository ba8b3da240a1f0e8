using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// Tests that need the whole machine: what they demand of it is not there while others run beside them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
