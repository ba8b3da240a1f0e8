namespace Spore.Flash;

/// <summary>How nanoFramework divides a flash of some size.</summary>
/// <param name="FlashMb">The size of the flash in megabytes.</param>
/// <param name="Clr">For nanoCLR.</param>
/// <param name="Deploy">For the program.</param>
/// <param name="Config">For what the board is told to remember, such as a Wi-Fi network.</param>
internal sealed record PartitionTable(int FlashMb, FlashRegion Clr, FlashRegion Deploy, FlashRegion Config);
