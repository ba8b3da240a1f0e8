using System;
using System.Collections.Generic;
using System.IO;

namespace Spore.Tests.Interop;

/// <summary>A stock TFTP client beside a stock node, as its manual page says.</summary>
/// <param name="lab">The lab.</param>
/// <param name="stock">The node it runs beside.</param>
/// <param name="server">Whose files it reads and writes.</param>
/// <param name="name">"tftp" (of tftp-hpa), "atftp", "busybox" or "curl".</param>
internal sealed class OtherClient(Lab lab, StockNode stock, Member server, string name)
{
    private static readonly string[] _options = ["blksize 1000", "windowsize 4", "tsize 0", "timeout 3"];

    /// <summary>How long a transfer may take, in seconds.</summary>
    public int Patience { get; init; } = 55;

    /// <summary>Every combination of options that the program offers, as arguments of its command line.</summary>
    /// <returns>The combinations.</returns>
    public IEnumerable<string[]> Options()
    {
        switch (name)
        {
            case "atftp":
                for (int set = 0; set < 1 << _options.Length; set++)
                {
                    List<string> arguments = [];
                    for (int i = 0; i < _options.Length; i++)
                    {
                        arguments.AddRange((set >> i & 1) != 0 ? ["--option", _options[i]] : []);
                    }

                    yield return [.. arguments];
                }

                break;
            case "busybox":
                yield return [];
                yield return ["-b", "1368"];
                break;
            case "curl":
                yield return [];
                yield return ["--tftp-blksize", "1368"];
                yield return ["--tftp-no-options"];
                break;
            default:
                yield return [];
                break;
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="options">One of <see cref="Options"/>.</param>
    /// <returns>What was read, or null and why.</returns>
    public (byte[]? Content, Command Command) Read(string file, params string[] options)
    {
        string path = Path.Combine(lab.Folder, "read");
        File.Delete(path);
        Command command = Run(options, "get", "-g", file, path);
        return (command.ExitCode == 0 && File.Exists(path) ? File.ReadAllBytes(path) : null, command);
    }

    /// <summary>Writes a file.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="content">What it is to hold.</param>
    /// <param name="options">One of <see cref="Options"/>.</param>
    /// <returns>How the program ended.</returns>
    public Command Write(string file, byte[] content, params string[] options)
    {
        return Run(options, "put", "-p", file, lab.File("written", content));
    }

    private Command Run(string[] options, string verb, string flag, string file, string path)
    {
        return stock.Machine.RunFor(
            Patience + 5, ["timeout", $"{Patience}", .. Arguments(options, verb, flag, file, path)]);
    }

    private string[] Arguments(string[] options, string verb, string flag, string file, string path)
    {
        // Without brackets, but in curl's URL, where the zone's percent sign is escaped too (RFC 6874).
        string host = stock.Scoped(server);
        bool isRead = flag == "-g";
        return name switch
        {
            "tftp" => ["tftp", "-m", "binary", host, "-c", verb, isRead ? file : path, isRead ? path : file],
            "atftp" => ["atftp", .. options, flag, "-r", file, "-l", path, host],
            "busybox" => ["busybox", "tftp", .. options, flag, "-r", file, "-l", path, host],
            "curl" =>
            [
                "curl", "-sS", "--max-time", $"{Patience}", .. options, isRead ? "-o" : "-T", path,
                $"tftp://[{host.Replace("%", "%25", StringComparison.Ordinal)}]/{file}",
            ],
            _ => throw new ArgumentException(name),
        };
    }
}
