using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>
/// The nodes of a table: for each an identity and an image, and for all of them one INI file to be signed.
/// What is there already is kept, so that a batch can be run again after it was interrupted, or after rows
/// were added to the table.
/// </summary>
internal sealed class NodeBatch
{
    private const string LabelColumn = "Label";
    private const string KeyColumn = "PublicKey";
    private const string IniName = "network.ini";

    private NodeBatch(List<BatchNode> nodes, BatchIni ini)
    {
        Nodes = nodes;
        Ini = ini;
    }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<BatchNode> Nodes { get; }

    /// <summary>The INI file.</summary>
    public BatchIni Ini { get; }

    /// <summary>Reads a table, and the identities and the INI file that there are. Writes nothing.</summary>
    /// <param name="path">
    /// The table's file: columns as of a [Peer] section. A row with a public key is of a member that has a key already.
    /// </param>
    /// <param name="separator">What stands between two cells, or null to find out.</param>
    /// <param name="folder">Where the files are to be.</param>
    /// <param name="trustRoot">The trust root of all nodes.</param>
    /// <param name="floor">The oldest network version that they may accept.</param>
    /// <param name="version">The version of a new INI file.</param>
    /// <param name="assign">The ranges of <c>Assign</c> in a new INI file; empty for none.</param>
    /// <param name="now">The time of day.</param>
    /// <returns>The batch.</returns>
    /// <exception cref="InputException">
    /// Something is wrong with the table, or a file of a node is another node's.
    /// </exception>
    public static NodeBatch Read(
        string path,
        char? separator,
        string folder,
        byte[] trustRoot,
        ulong floor,
        ulong version,
        IReadOnlyList<AllowedPrefix> assign,
        DateTimeOffset now)
    {
        CsvTable table = CsvTable.Read(path, separator, NetworkIni.PeerKeys);
        if (table.Missing(LabelColumn) is InputException missing && table.Missing(KeyColumn) is not null)
        {
            throw missing;
        }

        List<BatchNode> nodes = [];
        Dictionary<string, int> labels = new(StringComparer.OrdinalIgnoreCase);
        List<(int Line, IEnumerable<(string Name, string Value)> Fields)> peers = [];
        foreach (CsvRow row in table.Rows)
        {
            IReadOnlyList<(string Name, string Value)> fields = table.Fields(row);
            if (fields.Any(f => f.Name.Equals(KeyColumn, StringComparison.OrdinalIgnoreCase)))
            {
                peers.Add((row.Line, fields));
                continue;
            }

            string label = fields.FirstOrDefault(
                f => f.Name.Equals(LabelColumn, StringComparison.OrdinalIgnoreCase)).Value
                ?? "";
            if (!IsFileName(label))
            {
                throw table.Missing(LabelColumn) ?? new InputException(
                    $"{path}:{row.Line}",
                    LabelColumn,
                    "files are named after it: it takes letters, digits, '-', '_' and '.', and begins with a letter or "
                    + "digit");
            }

            if (!labels.TryAdd(label, row.Line))
            {
                throw new InputException(
                    $"{path}:{row.Line}", LabelColumn, $"'{label}' is that of line {labels[label]} too");
            }

            BatchNode node = ReadNode(label, folder, trustRoot, floor);
            nodes.Add(node);
            peers.Add((row.Line, [(KeyColumn, KeyText.Format(node.Identity.PublicKey)), .. fields]));
        }

        // The rows as they are, since the INI file assigns the addresses; once with them, to name rows that collide.
        string ini = Path.Combine(folder, IniName);
        NetworkDescription network = NetworkIni.FromPeers(path, version, [], peers, now);
        if (!File.Exists(ini))
        {
            network.Assign.AddRange(NetworkIni.FromPeers(path, version, assign, peers, now).Assign);
        }

        return new NodeBatch(nodes, new BatchIni(ini, path, network, [.. peers.Select(p => p.Line)], now));
    }

    /// <summary>Checks that no image which is there stands in the way. Writes nothing.</summary>
    /// <param name="make">Makes the image of a node.</param>
    /// <param name="force">Whether images that are there may be replaced.</param>
    /// <exception cref="InputException">An image holds something else.</exception>
    public void Check(Func<BatchNode, byte[]> make, bool force)
    {
        foreach (BatchNode node in Nodes.Where(n => !force && File.Exists(n.ImagePath)))
        {
            if (!IsThere(node, make(node)))
            {
                throw new InputException(
                    node.ImagePath, null, "exists already, with something else in it; --force replaces it");
            }
        }
    }

    /// <summary>Writes what is not there yet of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="make">Makes the image of a node.</param>
    /// <param name="force">Whether an image that is there may be replaced.</param>
    /// <returns>Whether the image was written.</returns>
    /// <exception cref="InputException">A file can't be written.</exception>
    public static bool Write(BatchNode node, Func<BatchNode, byte[]> make, bool force)
    {
        byte[] image = make(node);

        // The identity first: an image without it could not be made again.
        if (node.IsNew)
        {
            node.Identity.Save(node.IdentityPath, false);
        }

        if (File.Exists(node.ImagePath) && IsThere(node, image))
        {
            return false;
        }

        SecretFile.Write(node.ImagePath, image, force);
        return true;
    }

    private static BatchNode ReadNode(string label, string folder, byte[] trustRoot, ulong floor)
    {
        string path = Path.Combine(folder, $"{label}.id");
        string image = Path.Combine(folder, $"{label}.bin");
        if (!File.Exists(path))
        {
            return new BatchNode(label, NodeIdentity.Generate(trustRoot, floor), true, path, image);
        }

        NodeIdentity identity = NodeIdentity.Load(path);
        if (!identity.TrustRoot.AsSpan().SequenceEqual(trustRoot))
        {
            throw new InputException(
                path, "trust root", "this identity is there already, and believes another trust root");
        }

        return identity.Floor == floor
            ? new BatchNode(label, identity, false, path, image)
            : throw new InputException(
                path, "floor", $"this identity is there already, with a floor of {VersionText.Format(identity.Floor)}");
    }

    private static bool IsThere(BatchNode node, byte[] image) =>
        InputFile.Read(node.ImagePath, int.MaxValue).AsSpan().SequenceEqual(image);

    private static bool IsFileName(string label) =>
        label.Length > 0
        && char.IsAsciiLetterOrDigit(label[0])
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
