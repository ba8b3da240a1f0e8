namespace Spore.Flash;

/// <summary>What is to be written where.</summary>
/// <param name="Port">The serial port.</param>
/// <param name="Board">The board that should be there.</param>
/// <param name="Table">Its partition table.</param>
/// <param name="Image">The image's file.</param>
/// <param name="Baud">The speed of the port, or null for the tool's own.</param>
internal sealed record WriteJob(string Port, Board Board, PartitionTable Table, string Image, int? Baud);
