using System.CommandLine;
using System.Globalization;
using System.IO;
using Spore.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash image</c>: makes the image of a node.</summary>
internal static class ImageCommand
{
    public static Command Build(Terminal terminal)
    {
        ImageOptions options = new();
        Option<string> identity = new("--identity")
        {
            Description = "The node's identity (flash node new makes one).",
            Required = true,
            HelpName = "node.id",
        };
        Option<string> output = new("--output", "-o")
        {
            Description = "The file to make, with mode 0600: it holds the node's private key.",
            DefaultValueFactory = _ => "deploy.bin",
            HelpName = "FILE",
        };
        Option<bool> force = new("--force") { Description = "Replace an existing file." };
        Command command = new("image", "Make the image of a node: the firmware, with its identity in it.");
        options.AddTo(command);
        command.Add(identity);
        command.Add(output);
        command.Add(force);
        command.SetAction(result =>
        {
            (Board board, PartitionTable table) = options.Board.Find(result);
            string path = result.GetRequiredValue(identity);
            NodeIdentity node = NodeIdentity.Load(path);
            terminal.WarnIfExposed(path);
            DeploymentImage firmware = options.Load(result, terminal);
            string target = result.GetRequiredValue(output);
            if (Path.GetFullPath(target) == Path.GetFullPath(path)
                || Path.GetFullPath(target) == Path.GetFullPath(options.Firmware(result)))
            {
                throw new InputException(target, null, "this file is read, so the image can't be written to it");
            }

            byte[] bytes = ImageFile.Make(firmware, options.Firmware(result), node, options.Rendezvous(result), target);
            ImageFile.CheckSize(bytes.Length, target, board, table);
            SecretFile.Write(target, bytes, result.GetValue(force));
            Print(terminal, target, DeploymentImage.Read(bytes, target), bytes.Length);
            terminal.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{board.Name} with {table.FlashMb}MB of flash: {bytes.Length} bytes at 0x{table.Deploy.Offset:X}, "
                + $"where there is room for {table.Deploy.Size}"));
        });
        return command;
    }

    /// <summary>Prints what an image is made of, and all of its node but the private key.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="path">Its file.</param>
    /// <param name="image">The image.</param>
    /// <param name="size">Its size in bytes.</param>
    public static void Print(Terminal terminal, string path, DeploymentImage image, int size)
    {
        TextTable table = new(
            null,
            ("Assembly", ColumnKind.Exact),
            ("Version", ColumnKind.Exact),
            ("Bytes", ColumnKind.Number),
            ("Native", ColumnKind.Exact));
        foreach (PeAssembly assembly in image.Assemblies)
        {
            table.Add(
                assembly.Name,
                assembly.Version.ToString(),
                assembly.Bytes.Length.ToString(CultureInfo.InvariantCulture),
                assembly.NativeChecksum == 0 ? "-" : $"0x{assembly.NativeChecksum:X8}");
        }

        table.Add(path, "", size.ToString(CultureInfo.InvariantCulture), "");
        table.Write(terminal.Console);
        NodeShowCommand.Print(terminal, image.Identity(path));
        string rendezvous = image.Rendezvous();
        terminal.Output.WriteLine($"rendezvous: {(rendezvous.Length == 0 ? "none" : rendezvous)}");
    }
}
