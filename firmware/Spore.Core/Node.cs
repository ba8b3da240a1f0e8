namespace Spore;

/// <summary>A mesh node.</summary>
public sealed class Node
{
}
