using System;

namespace Spore.Flash;

/// <summary>What an assembly says of another one that it needs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version. The interpreter takes any with the same first two numbers.</param>
internal sealed record PeReference(string Name, Version Version)
{
    /// <summary>Tells whether the interpreter would take an assembly for it.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <returns>Whether its name and the first two numbers of its version are right.</returns>
    public bool IsMetBy(PeAssembly assembly) =>
        assembly.Name == Name && assembly.Version.Major == Version.Major && assembly.Version.Minor == Version.Minor;
}
