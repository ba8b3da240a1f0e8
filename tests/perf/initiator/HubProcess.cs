using System;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Spore.Perf;

/// <summary>What Linux reports of the hub's process (proc(5)).</summary>
/// <param name="id">The process.</param>
internal sealed class HubProcess(int id)
{
    // USER_HZ, which is the same on all architectures of today.
    private const double TicksInSecond = 100;

    /// <summary>The processor time that it has used, in seconds.</summary>
    public double ProcessorTime
    {
        get
        {
            // Behind the name, which may have blanks: the state is the third field, utime and stime are 14 and 15.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Number(fields[11]) + Number(fields[12])) / TicksInSecond;
        }
    }

    /// <summary>Its memory in use, in kilobytes.</summary>
    public long Memory => Status("VmRSS:");

    /// <summary>The most memory that it has had in use, in kilobytes.</summary>
    public long PeakMemory => Status("VmHWM:");

    /// <summary>Datagrams that its machine dropped since a socket's buffer was full.</summary>
    public long Dropped
    {
        get
        {
            string[][] lines = [.. File.ReadLines($"/proc/{id}/net/snmp")
                .Where(l => l.StartsWith("Udp:", StringComparison.Ordinal))
                .Select(l => l.Split(' '))];
            return Number(lines[1][Array.IndexOf(lines[0], "RcvbufErrors")]);
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private long Status(string name)
    {
        string line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1]);
    }
}
