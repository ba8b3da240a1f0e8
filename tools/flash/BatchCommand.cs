using System;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using Spectre.Console;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Flash;

/// <summary><c>flash batch</c>: makes the identities and images of many nodes.</summary>
internal static class BatchCommand
{
    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        ImageOptions options = new();
        Argument<string> file = new("nodes.csv") { Description = "A line for each member under the columns Label, AllowedIPs, Endpoint, PersistentKeepalive, Roles, PublicKey; those with a public key have an identity already." };
        Option<string> root = new("--root") { Description = "The trust root that the nodes are to believe: its public key, or its key file.", Required = true, HelpName = "KEY|root.key" };
        Option<string> output = new("--output", "-o") { Description = "The folder for LABEL.id and LABEL.bin of each node, with mode 0600, and network.ini.", DefaultValueFactory = _ => "nodes", HelpName = "DIR" };
        Option<ulong> floor = VersionArgument.Make("--floor", "The oldest network version that the nodes may ever accept.", 0);
        Option<ulong> version = VersionArgument.Make("--network-version", "The version in network.ini.", 1);
        Option<bool> force = new("--force") { Description = "Replace images that hold something else, such as an older firmware. Identities and network.ini are never replaced." };
        Command command = new("batch", "Make identities and images of many nodes, and the INI file that describes their network. What is there already is kept.") { file, root, output };
        options.AddTo(command);
        command.Add(floor);
        command.Add(version);
        command.Add(force);
        command.SetAction(result =>
        {
            (Board board, PartitionTable table) = options.Board.Find(result);
            string folder = result.GetRequiredValue(output);
            byte[] trustRoot = KeyArgument.ParseRoot(result.GetRequiredValue(root), "--root", terminal);
            NodeBatch batch = NodeBatch.Read(
                result.GetRequiredValue(file),
                folder,
                trustRoot,
                result.GetValue(floor),
                result.GetValue(version),
                now);
            WarnOfExposed(terminal, batch);
            DeploymentImage firmware = options.Load(result, terminal);
            byte[] Make(BatchNode node)
            {
                byte[] bytes = ImageFile.Make(firmware, options.Firmware(result), node.Identity, options.Rendezvous(result), node.ImagePath);
                ImageFile.CheckSize(bytes.Length, node.ImagePath, board, table);
                return bytes;
            }

            batch.Check(Make, result.GetValue(force));
            Write(terminal, batch, folder, Make, result.GetValue(force));
        });
        return command;
    }

    // Identities and images that are kept also keep their mode.
    private static void WarnOfExposed(Terminal terminal, NodeBatch batch)
    {
        foreach (BatchNode node in batch.Nodes)
        {
            terminal.WarnIfExposed(node.IdentityPath);
            terminal.WarnIfExposed(node.ImagePath);
        }
    }

    private static void Write(Terminal terminal, NodeBatch batch, string folder, Func<BatchNode, byte[]> make, bool force)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(folder, null, e.Message);
        }

        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("Node", "Address", "Identity", "Image");
        int images = 0;
        foreach (BatchNode node in batch.Nodes)
        {
            bool written = NodeBatch.Write(node, make, force);
            images += written ? 1 : 0;
            table.AddRow(new Text(node.Label), new Text(new IPAddress(node.Identity.LinkLocal).ToString()), Done(node.IsNew), Done(written));
        }

        bool ini = batch.WriteIni();
        terminal.Console.Write(table);
        int identities = batch.Nodes.Count(n => n.IsNew);
        terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{NetworkTable.Count(batch.Nodes.Count, "node")}: made {identities} of the identities and {images} of the images, and kept the others; {(ini ? "made" : "kept")} {batch.IniPath}, to be signed"));
    }

    private static Text Done(bool made) => new(made ? "made" : "kept");
}
