namespace Spore.Flash;

/// <summary>A run of a chip's flash.</summary>
/// <param name="Offset">Where it starts.</param>
/// <param name="Size">Its length in bytes.</param>
internal readonly record struct FlashRegion(int Offset, int Size)
{
    /// <summary>Where it ends.</summary>
    public int End => Offset + Size;
}
