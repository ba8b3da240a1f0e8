using System.Collections.Generic;

namespace Spore.Flash;

/// <summary>A chip of the ESP32 series.</summary>
/// <param name="Name">Its name, as nanoff and esptool tell it.</param>
/// <param name="EsptoolName">What esptool calls it on its command line.</param>
/// <param name="RamKb">The memory in it, in kilobytes; external memory not counted.</param>
/// <param name="Partitions">The partition tables there are, in ascending order of the flash's size.</param>
internal sealed record Chip(string Name, string EsptoolName, int RamKb, IReadOnlyList<PartitionTable> Partitions);
