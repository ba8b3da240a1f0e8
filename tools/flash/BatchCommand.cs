using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using Spore.CommandLine;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash batch</c>: makes the identities and images of many nodes.</summary>
internal static class BatchCommand
{
    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        ImageOptions options = new();
        Argument<string> file = new("nodes.csv")
        {
            Description =
                "A line for each member under the columns Label, AllowedIPs, Endpoint, PersistentKeepalive, Roles, "
                + "PublicKey; those with a public key have an identity already.",
        };
        Option<string> root = new("--root")
        {
            Description = "The trust root that the nodes are to believe: its public key, or its key file.",
            Required = true,
            HelpName = "KEY|root.key",
        };
        Option<string> output = new("--output", "-o")
        {
            Description = "The folder for LABEL.id and LABEL.bin of each node, with mode 0600, and network.ini.",
            DefaultValueFactory = _ => "nodes",
            HelpName = "DIR",
        };
        Option<ulong> floor = VersionArgument.Make(
            "--floor", "The oldest network version that the nodes may ever accept.", 0);
        Option<ulong> version = VersionArgument.Make("--network-version", "The version in network.ini.", 1);
        Option<string?> assign = new("--assign")
        {
            Description =
                "Assign in network.ini: the ranges from which nodes without AllowedIPs get an address that follows "
                + "from their key, like 10.7.0.0/16,fd00:7::/64.",
            HelpName = "PREFIXES",
        };
        Option<string?> separator = new("--separator")
        {
            Description =
                "What stands between two cells: a character, or comma, semicolon or tab. [default: found out]",
            HelpName = "CHAR",
        };
        Option<bool> force = new("--force")
        {
            Description =
                "Replace images that hold something else, such as an older firmware. Identities and entries of "
                + "network.ini are never replaced.",
        };
        Command command = new(
            "batch",
            "Make identities and images of many nodes, and the INI file that describes their network. What is there "
            + "already is kept, so that it can be run again after lines were added.")
        {
            file,
            root,
            output,
        };
        options.AddTo(command);
        command.Add(floor);
        command.Add(version);
        command.Add(assign);
        command.Add(separator);
        command.Add(force);
        command.SetAction(result =>
        {
            (Board board, PartitionTable partitions) = options.Board.Find(result);
            string folder = result.GetRequiredValue(output);
            byte[] trustRoot = KeyArgument.ParseRoot(result.GetRequiredValue(root), "--root", terminal);
            char? given = result.GetValue(separator) is string text ? CsvTable.ParseSeparator(text) : null;
            string table = result.GetRequiredValue(file);
            string? ranges = result.GetValue(assign);
            NodeBatch batch = NodeBatch.Read(
                table, given, folder, trustRoot, result.GetValue(floor), result.GetValue(version), Ranges(ranges), now);
            WarnOfExposed(terminal, batch);
            WarnOfNetwork(terminal, batch.Ini, table);
            if (!batch.Ini.IsNew && result.GetResult(version) is { Implicit: false })
            {
                terminal.Warn(batch.Ini.Path, "Version", "--network-version is for a new file only; change it here");
            }

            if (!batch.Ini.IsNew && ranges is not null)
            {
                terminal.Warn(batch.Ini.Path, "Assign", "--assign is for a new file only; change it here");
            }

            DeploymentImage firmware = options.Load(result, terminal);
            byte[] Make(BatchNode node)
            {
                byte[] bytes = ImageFile.Make(
                    firmware, options.Firmware(result), node.Identity, options.Rendezvous(result), node.ImagePath);
                ImageFile.CheckSize(bytes.Length, node.ImagePath, board, partitions);
                return bytes;
            }

            batch.Check(Make, result.GetValue(force));
            Write(terminal, batch, folder, Make, result.GetValue(force));
        });
        return command;
    }

    private static IReadOnlyList<AllowedPrefix> Ranges(string? text)
    {
        string? fault = null;
        return (text is null ? [] : KeyAddress.TryParseRanges(text, out fault))
            ?? throw new UsageException("--assign", fault!);
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

    // Before anything is made: boards that hold a part are of no use alone.
    private static void WarnOfNetwork(Terminal terminal, BatchIni ini, string table)
    {
        string source = ini.IsNew ? table : ini.Path;
        terminal.Warn(source, ini.Network);
        string excess = DeviceLimits.Excess(ini.Network, NetworkSigner.EntriesSize(ini.Network), NodeLimits.Device());
        if (excess.Length > 0)
        {
            terminal.Warn(
                source,
                "size",
                $"boards hold a part of this network: {excess}; they need members in reach that hold all of it");
        }

        if (ini.Different.Count > 0)
        {
            string names = NetworkWarnings.Name(ini.Different);
            terminal.Warn(table, "rows", $"{names}: the entry in {ini.Path} differs and is kept; change it there");
        }
    }

    private static void Write(
        Terminal terminal, NodeBatch batch, string folder, Func<BatchNode, byte[]> make, bool force)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(folder, null, e.Message);
        }

        TextTable table = new(
            null,
            ("Node", ColumnKind.Exact),
            ("Address", ColumnKind.Exact),
            ("Identity", ColumnKind.Words),
            ("Image", ColumnKind.Words));
        int images = 0;
        foreach (BatchNode node in batch.Nodes)
        {
            bool written = NodeBatch.Write(node, make, force);
            images += written ? 1 : 0;
            table.Add(node.Label, $"{new IPAddress(node.Identity.LinkLocal)}", Done(node.IsNew), Done(written));
        }

        int added = batch.Ini.Write();
        table.Write(terminal.Console);
        int identities = batch.Nodes.Count(n => n.IsNew);
        terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{NetworkTable.Count(batch.Nodes.Count, "node")}: made {identities} of the identities and {images} of the "
            + $"images, and kept the others; {Outcome(batch.Ini, added)}"));
    }

    private static string Outcome(BatchIni ini, int added) => ini.IsNew ? $"made {ini.Path}, to be signed"
        : added == 0 ? $"kept {ini.Path}, to be signed"
        : $"added {(added == 1 ? "1 entry" : $"{added} entries")} to {ini.Path}; raise its Version and sign it";

    private static string Done(bool made) => made ? "made" : "kept";
}
