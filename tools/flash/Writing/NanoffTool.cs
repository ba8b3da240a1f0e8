using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.RegularExpressions;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>
/// nanoFramework's own tool. It writes to wherever it is told, whatever chip is there, so the chip is asked for first.
/// Written from its sources at baccab8.
/// </summary>
internal sealed class NanoffTool(string program) : FlashTool(program)
{
    private const int Misunderstood = 9000;

    /// <inheritdoc/>
    protected override string Name => "nanoff";

    /// <inheritdoc/>
    public override IReadOnlyList<IReadOnlyList<string>> Commands(WriteJob job) => [Details(job), Deploy(job)];

    /// <inheritdoc/>
    public override void Write(WriteJob job, Terminal terminal)
    {
        ToolResult details = Run(Details(job), terminal);
        Check(job, details);
        CheckChip(job, details.Text);
        ToolResult deploy = Run(Deploy(job), terminal);
        Check(job, deploy);

        // It compares by itself, where its own loader runs on the chip.
        if (!deploy.Text.Contains("Hash of data verified", StringComparison.Ordinal))
        {
            terminal.Warn(job.Port, "verification", "nanoff has written the image without comparing it");
        }
    }

    private List<string> Details(WriteJob job) =>
    [
        Program, "--platform", "esp32", "--serialport", job.Port, .. Baud(job), "--devicedetails",
        "--suppressnanoffversioncheck",
    ];

    private List<string> Deploy(WriteJob job) =>
    [
        Program, "--platform", "esp32", "--target", job.Board.Name, "--serialport", job.Port, .. Baud(job), "--deploy",
        "--image", job.Image, "--address",
        string.Create(CultureInfo.InvariantCulture, $"0x{job.Table.Deploy.Offset:X}"), "--suppressnanoffversioncheck",
    ];

    private static string[] Baud(WriteJob job) =>
        job.Baud is int baud ? ["--baud", baud.ToString(CultureInfo.InvariantCulture)] : [];

    // Its exit codes have four digits, of which most systems pass on the remainder by 256, so what counts is the line
    // that names them. Of a command line that it does not understand there is no such line.
    private void Check(WriteJob job, ToolResult result)
    {
        string line = Line(result.Text, "Error E");
        string code = Regex.Match(line, @"^Error (E\d{4})").Groups[1].Value;
        if (result.Code == 0 && code.Length == 0)
        {
            return;
        }

        bool Says(string what) => result.Text.Contains(what, StringComparison.Ordinal);
        throw code == "E9000" || (code.Length == 0 && result.Code is Misunderstood or (Misunderstood & 0xFF))
            ? new InputException(
                Name,
                null,
                $"did not understand its command line, so it is of another version than this was written for: {line}")
            : code is "E4005" or "E6000" or "E6002" || Says("Unable to open serial port") ? Closed(job, line)
            : Says("Failed to connect to ESP32 bootloader") || Says("Can't connect to ESP32 bootloader") ? Silent(job)
            : Says("MD5 of file does not match") ? Different(job, line)
            : Failed(job, result, line);
    }

    private void CheckChip(WriteJob job, string text)
    {
        Match chip = Regex.Match(text, @"Connected to:\s*(?<type>ESP\S*)(?<name>[^\r\n]*)");
        Match flash = Regex.Match(text, @"Flash size (?<size>\d+)MB");
        if (!chip.Success || !flash.Success)
        {
            throw new InputException(
                job.Port,
                null,
                $"{Name} does not tell in a known way what is there, so it is of another version than this was written "
                + "for; nothing was written");
        }

        if (chip.Groups["type"].Value != job.Board.Chip.Name)
        {
            throw Wrong(job, chip.Groups["type"].Value);
        }

        Match revision = Regex.Match(chip.Groups["name"].Value, @"revision v(?<number>\d+\.\d+)");
        if (revision.Success && Version.Parse(revision.Groups["number"].Value) < Version.Parse(job.Board.Revision))
        {
            throw new InputException(
                job.Port,
                null,
                $"the chip there is of revision {revision.Groups["number"].Value}, and {job.Board.Name} is for "
                + $"{job.Board.Revision} and later; nothing was written");
        }

        int size = int.Parse(flash.Groups["size"].Value, CultureInfo.InvariantCulture);
        if (size < job.Table.FlashMb)
        {
            throw new InputException(
                job.Port,
                null,
                $"there are {size}MB of flash there, and the image was made for {job.Table.FlashMb}MB (--flash); "
                + "nothing was written");
        }
    }
}
