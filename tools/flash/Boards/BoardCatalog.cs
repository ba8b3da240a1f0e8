using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.CommandLine;

namespace Spore.Flash;

/// <summary>The boards of <c>boards/esp32/chips.json</c>.</summary>
internal static class BoardCatalog
{
    private static readonly Lazy<IReadOnlyList<Board>> _all = new(Load);

    /// <summary>All boards, those of one chip together.</summary>
    public static IReadOnlyList<Board> All => _all.Value;

    /// <summary>Finds a board.</summary>
    /// <param name="name">Its name; upper and lower case are the same.</param>
    /// <returns>The board.</returns>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static Board Find(string name) =>
        All.FirstOrDefault(b => b.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UsageException("--board", $"there is no board '{name}' (flash boards lists them)");

    private static List<Board> Load()
    {
        using Stream stream = typeof(BoardCatalog).Assembly.GetManifestResourceStream("chips.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        List<Board> boards = [];
        foreach (JsonElement item in document.RootElement.GetProperty("chips").EnumerateArray())
        {
            Chip chip = new(
                Text(item, "name"),
                Text(item, "esptool"),
                item.GetProperty("ramKb").GetInt32(),
                [.. item.GetProperty("partitions").EnumerateArray().Select(Table)]);
            boards.AddRange(item.GetProperty("targets").EnumerateArray().Select(t => new Board(
                Text(t, "name"),
                chip,
                Text(t, "revision"),
                t.GetProperty("psram").GetBoolean(),
                t.GetProperty("bluetooth").GetBoolean(),
                t.GetProperty("ethernet").GetString(),
                Text(t, "limits"))));
        }

        return boards;
    }

    private static PartitionTable Table(JsonElement item) =>
        new(
            item.GetProperty("flashMb").GetInt32(),
            Region(item, "clr"),
            Region(item, "deploy"),
            Region(item, "config"));

    private static FlashRegion Region(JsonElement item, string name)
    {
        JsonElement region = item.GetProperty(name);
        return new FlashRegion(Hex(region[0]), Hex(region[1]));
    }

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static int Hex(JsonElement item) =>
        int.Parse(item.GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
