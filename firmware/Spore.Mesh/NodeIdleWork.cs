using Spore.WireGuard;

namespace Spore.Mesh;

/// <summary>
/// How many tasks of each kind a node does as soon as there is time: before those of its tunnel, signature checks.
/// </summary>
public sealed class NodeIdleWork : IdleWork
{
    /// <summary>Signatures of network headers to be checked, the one that is being checked included.</summary>
    public int Checks;
}
