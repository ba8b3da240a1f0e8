using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Bench;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim bench</c>: measures the core on this machine.</summary>
internal sealed class BenchCommand(TextWriter output, IAnsiConsole? terminal)
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON instead of a table." };

    /// <summary>Makes a command run the bench.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_json);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        BenchResult result = BenchResult.Measure();
        if (parsed.GetValue(_json))
        {
            PrintJson(result);
        }
        else
        {
            PrintTable(result);
        }

        return result.AllocatedByPackets == 0 && result.AllocatedByTimers == 0
            ? 0
            : throw new HostsimException("the core allocated memory after construction");
    }

    private static string[] Row(Measurement measurement)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        return
        [
            measurement.Name,
            measurement.Bytes == 0 ? string.Empty : measurement.Bytes.ToString(culture),
            measurement.OperationsPerSecond.ToString("N0", culture),
            measurement.Nanoseconds.ToString("N0", culture),
            measurement.Bytes == 0 ? string.Empty : measurement.MegabytesPerSecond.ToString("N1", culture),
        ];
    }

    private static string Bytes(double bytes)
    {
        return bytes.ToString("0.###", CultureInfo.InvariantCulture);
    }

    private void PrintTable(BenchResult result)
    {
        TextTable table = new(
            null,
            ("Measured", ColumnKind.Words),
            ("Bytes", ColumnKind.Number),
            ("Ops/s", ColumnKind.Number),
            ("ns/op", ColumnKind.Number),
            ("MB/s", ColumnKind.Number));
        foreach (Measurement speed in result.Speeds)
        {
            table.Add(Row(speed));
        }

        string packets = $"Bytes allocated per packet, over {result.Packets}: {Bytes(result.BytesPerPacket)}";
        string timers = $"Bytes allocated per timer, over {result.Timers}: {Bytes(result.BytesPerTimer)}";
        if (terminal == null)
        {
            table.WritePlain(output);
            output.WriteLine($"\n{packets}\n{timers}");
            return;
        }

        table.Write(terminal);
        Color colour = result.AllocatedByPackets == 0 && result.AllocatedByTimers == 0 ? Color.Green : Color.Red;
        terminal.WriteLine(packets, colour);
        terminal.WriteLine(timers, colour);
    }

    private void PrintJson(BenchResult result)
    {
        var document = new
        {
            speeds = result.Speeds.Select(s => new
            {
                name = s.Name,
                bytes = s.Bytes,
                operationsPerSecond = s.OperationsPerSecond,
                nanoseconds = s.Nanoseconds,
                megabytesPerSecond = s.MegabytesPerSecond,
            }),
            allocated = new
            {
                packets = result.Packets,
                bytesPerPacket = result.BytesPerPacket,
                timers = result.Timers,
                bytesPerTimer = result.BytesPerTimer,
            },
        };
        output.Write(JsonSerializer.Serialize(document, _indented) + "\n");
    }
}
