using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash write</c>: writes an image into a board.</summary>
internal static class WriteCommand
{
    public static Command Build(Terminal terminal)
    {
        BoardOptions boards = new();
        Argument<string> file = new("deploy.bin") { Description = "The image that flash image made." };
        Option<string> port = new("--port")
        {
            Description = "The serial port of the board.",
            Required = true,
            HelpName = "PORT",
        };
        Option<string?> tool = new("--tool")
        {
            Description =
                "What to write with: nanoff or esptool, or a file of that name. [default: nanoff, or esptool where "
                + "only that is installed]",
            HelpName = "TOOL",
        };
        Option<int?> baud = new("--baud")
        {
            Description = "The speed of the port. [default: the tool's own]",
            HelpName = "N",
        };
        baud.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
            {
                result.AddError("--baud must be 1 or more");
            }
        });
        Option<bool> dry = new("--dry-run") { Description = "Print the exact commands instead of running them." };
        Command command = new("write", "Write an image into a board that has its nanoCLR already, and verify it.")
        {
            file,
            port,
        };
        boards.AddTo(command);
        command.Add(tool);
        command.Add(baud);
        command.Add(dry);
        command.SetAction(result =>
        {
            (Board board, PartitionTable table) = boards.Find(result);
            string path = result.GetRequiredValue(file);
            (DeploymentImage image, byte[] bytes) = ImageFile.Read(path);
            terminal.WarnIfExposed(path);
            ImageFile.CheckSize(bytes.Length, path, board, table);
            string node = KeyText.Format(image.Identity(path).PublicKey);
            WriteJob job = new(result.GetRequiredValue(port), board, table, path, result.GetValue(baud));
            bool isDry = result.GetValue(dry);
            FlashTool writer = FlashTool.Choose(result.GetValue(tool), isDry);
            if (isDry)
            {
                foreach (IReadOnlyList<string> line in writer.Commands(job))
                {
                    terminal.Output.WriteLine(ToolProcess.Format(line));
                }

                return;
            }

            CheckPort(job.Port);
            terminal.Output.WriteLine($"node {node} goes to {job.Port}");
            writer.Write(job, terminal);
            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"node {node} is in {job.Port}, {bytes.Length} bytes at 0x{table.Deploy.Offset:X}"));
        });
        return command;
    }

    // The tools tell of a missing port in words that could mean much.
    private static void CheckPort(string port)
    {
        if (OperatingSystem.IsWindows() || File.Exists(port))
        {
            return;
        }

        string[] ports = [.. new[] { "ttyUSB*", "ttyACM*", "cu.usb*" }.SelectMany(p => Directory.GetFiles("/dev", p))
            .Order(StringComparer.Ordinal)];
        string there = ports.Length == 0
            ? "no board is plugged in"
            : $"there {(ports.Length == 1 ? "is" : "are")} {string.Join(", ", ports)}";
        throw new InputException(port, null, $"there is no such port; {there}");
    }
}
