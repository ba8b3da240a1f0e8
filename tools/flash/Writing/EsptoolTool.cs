using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.RegularExpressions;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>
/// Espressif's own tool, from version 5. It refuses another chip than it is told of. Written from its documentation and
/// sources at bb72741 (5.3.1).
/// </summary>
internal sealed class EsptoolTool(string program) : FlashTool(program)
{
    private const string Fatal = "A fatal error occurred:";
    private const string Busy = "the port is busy or doesn't exist.";

    /// <inheritdoc/>
    protected override string Name => "esptool";

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyList<string>> Commands(WriteJob job) =>
        [Command(job, "write-flash"), Command(job, "verify-flash")];

    /// <inheritdoc/>
    public override void Write(WriteJob job, Terminal terminal)
    {
        foreach (IReadOnlyList<string> command in Commands(job))
        {
            Check(job, Run(command, terminal));
        }
    }

    private List<string> Command(WriteJob job, string verb) =>
    [
        Program, "--chip", job.Board.Chip.EsptoolName, "--port", job.Port, .. Baud(job),
        verb, string.Create(CultureInfo.InvariantCulture, $"0x{job.Table.Deploy.Offset:X}"), job.Image,
    ];

    private static string[] Baud(WriteJob job) =>
        job.Baud is int baud ? ["--baud", baud.ToString(CultureInfo.InvariantCulture)] : [];

    private void Check(WriteJob job, ToolResult result)
    {
        if (result.Code == 0)
        {
            return;
        }

        string text = result.Text;
        bool Says(string what) => text.Contains(what, StringComparison.Ordinal);
        string line = Line(text, Fatal);
        Match other = Regex.Match(text, @"This chip is (?<chip>\S+), not ");
        throw other.Success ? Wrong(job, other.Groups["chip"].Value)
            : Says(Busy) ? Closed(job, FirstLine(text[(text.IndexOf(Busy, StringComparison.Ordinal) + Busy.Length)..]))
            : Says("Failed to connect") || Says("No serial data received") ? Silent(job)
            : Says("will not fit in")
            ? new InputException(
                job.Port, null, $"there is less flash there than {job.Table.FlashMb}MB (--flash): {line}")
            : Says("Verification failed") || Says("MD5 of file does not match") ? Different(job, line)
            : Says("invalid choice") || Says("No such command")
            ? new InputException(Name, null, "does not know this command; version 5 or later is needed")
            : Failed(job, result, line);
    }
}
