using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spectre.Console;
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
        else if (terminal != null)
        {
            PrintTable(result, terminal);
        }
        else
        {
            PrintText(result);
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

    private static void PrintTable(BenchResult result, IAnsiConsole terminal)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        table.AddColumn("[bold]Measured[/]");
        foreach (string name in new[] { "Bytes", "Ops/s", "ns/op", "MB/s" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (Measurement speed in result.Speeds)
        {
            table.AddRow(Row(speed));
        }

        terminal.Write(table);
        string colour = result.AllocatedByPackets == 0 && result.AllocatedByTimers == 0 ? "green" : "red";
        string packets = $"{Bytes(result.BytesPerPacket)} bytes per packet (over {result.Packets:N0})";
        string timers = $"{Bytes(result.BytesPerTimer)} bytes per timer (over {result.Timers:N0})";
        terminal.MarkupLineInterpolated($"[{colour}]Allocated in the core: {packets}, {timers}.[/]");
    }

    private void PrintText(BenchResult result)
    {
        output.Write($"{"Measured",-26}  {"Bytes",5}  {"Ops/s",11}  {"ns/op",11}  {"MB/s",8}\n");
        foreach (string[] row in result.Speeds.Select(Row))
        {
            output.Write($"{row[0],-26}  {row[1],5}  {row[2],11}  {row[3],11}  {row[4],8}\n");
        }

        output.Write($"\nBytes allocated per packet, over {result.Packets}: {Bytes(result.BytesPerPacket)}\n");
        output.Write($"Bytes allocated per timer, over {result.Timers}: {Bytes(result.BytesPerTimer)}\n");
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
