using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using Spectre.Console;
using Spectre.Console.Rendering;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>A signed network as tables.</summary>
internal static class NetworkTable
{
    /// <summary>Writes all that a network says.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="network">The network.</param>
    /// <param name="size">The size of its file in bytes.</param>
    /// <param name="path">The path of its file.</param>
    /// <param name="signedBy">
    /// The trust root that was found to have signed it, or null where that was not looked at.
    /// </param>
    public static void Write(
        Terminal terminal, DateTimeOffset now, NetworkDescription network, int size, string path, byte[]? signedBy)
    {
        WriteHeader(terminal, now, network, size, path, signedBy);
        Table table = new Table().Border(TableBorder.Rounded).ShowRowSeparators().HideHeaders();
        table.AddColumn(new TableColumn("Label").Width(Math.Clamp(network.Peers.Max(p => Label(p).Length), 1, 20)));
        table.AddColumn("Entry");
        foreach (PeerDescription peer in network.Peers)
        {
            Grid grid = NewGrid();
            foreach ((string name, string value) in Details(peer))
            {
                grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value));
            }

            table.AddRow(new Text(Label(peer), new Style(decoration: Decoration.Bold)), grid);
        }

        terminal.Console.Write(table);
    }

    /// <summary>Writes what was signed, a line for each member.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="network">The network.</param>
    /// <param name="size">The size of its file in bytes.</param>
    /// <param name="path">The path of its file.</param>
    /// <param name="signedBy">The trust root that signed it.</param>
    public static void WriteSummary(
        Terminal terminal, DateTimeOffset now, NetworkDescription network, int size, string path, byte[] signedBy)
    {
        WriteHeader(terminal, now, network, size, path, signedBy);
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("Member", "Allowed IPs", "Endpoints", "Roles");
        foreach (PeerDescription peer in network.Peers)
        {
            table.AddRow(
                new Text(peer.Label is null ? $"{KeyText.Format(peer.PublicKey)[..8]}…" : Label(peer)),
                new Text(string.Join('\n', peer.AllowedPrefixes)),
                new Text(string.Join('\n', peer.Endpoints)),
                new Text(NetworkIni.FormatRoles(peer.Roles)));
        }

        terminal.Console.Write(table);
    }

    /// <summary>Writes a number of things.</summary>
    public static string Count(int count, string thing) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {thing}{(count == 1 ? "" : "s")}");

    private static void WriteHeader(
        Terminal terminal, DateTimeOffset now, NetworkDescription network, int size, string path, byte[]? signedBy)
    {
        Grid grid = NewGrid();
        void Add(string name, IRenderable value) => grid.AddRow(new Text(name, new Style(Color.Grey)), value);

        Add("File", new Text(path));
        Add(
            "Version",
            new Text(network.Version.ToString(CultureInfo.InvariantCulture), new Style(decoration: Decoration.Bold)));
        Add("Issued", new Text(NetworkIni.FormatTime(network.Issued)));
        Add("Expires", Expiry(network.Expires, now));
        Add("Members", new Text(network.Peers.Count.ToString(CultureInfo.InvariantCulture)));
        Add("Size", Size(network, size));
        Add("Signature", signedBy is null
            ? new Text("not checked (--root KEY does)", new Style(Color.Yellow))
            : new Text($"good, by {KeyText.Format(signedBy)}", new Style(Color.Green)));
        terminal.Console.Write(grid);
    }

    private static Grid NewGrid()
    {
        Grid grid = new();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        return grid;
    }

    private static Text Expiry(long expires, DateTimeOffset now)
    {
        if (expires == 0)
        {
            return new Text("never");
        }

        long days = (expires - now.ToUnixTimeSeconds()) / 86400;
        return expires <= now.ToUnixTimeSeconds()
            ? new Text($"{NetworkIni.FormatTime(expires)}, which has passed", new Style(Color.Red))
            : new Text(
                $"{NetworkIni.FormatTime(expires)}, in {(days == 0 ? "less than a day" : Count((int)days, "day"))}");
    }

    private static Text Size(NetworkDescription network, int size)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{size:N0} bytes");
        if (Fits(network, size, NodeLimits.Device()))
        {
            return new Text(text);
        }

        return Fits(network, size, NodeLimits.Desktop())
            ? new Text($"{text}: too large for a device to hold whole", new Style(Color.Yellow))
            : new Text($"{text}: too large for any node with the usual limits", new Style(Color.Red));
    }

    private static bool Fits(NetworkDescription network, int size, NodeLimits limits) =>
        size <= limits.NetworkBytes
        && network.Peers.Count <= limits.NetworkEntries
        && network.Peers.Sum(p => p.AllowedPrefixes.Count) <= limits.Prefixes;

    // Characters that turn the direction of text could make a label look like another one.
    private static string Label(PeerDescription peer) => peer.Label is null
        ? "-"
        : string.Concat(
            peer.Label.Select(
                c => c is >= '\u200E' and <= '\u200F' or >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069'
                    ? '\uFFFD'
                    : c));

    private static IEnumerable<(string Name, string Value)> Details(PeerDescription peer)
    {
        yield return ("Public key", KeyText.Format(peer.PublicKey));
        yield return ("Address", new IPAddress(NodeKey.LinkLocal(peer.PublicKey)).ToString());
        if (peer.AllowedPrefixes.Count > 0)
        {
            yield return ("Allowed IPs", string.Join(", ", peer.AllowedPrefixes));
        }

        if (peer.Endpoints.Count > 0)
        {
            yield return ("Endpoints", string.Join(", ", peer.Endpoints));
        }

        if (peer.Keepalive != 0)
        {
            yield return ("Keepalive", $"every {Count(peer.Keepalive, "second")}");
        }

        if (peer.Roles != 0)
        {
            string unknown = (peer.Roles
                & ~(EntryRoles.Witness | EntryRoles.LeaseServer | EntryRoles.HoldsWhole)) is int bits
                and not 0
                ? $"unknown 0x{bits:x2}"
                : "";
            yield return (
                "Roles",
                string.Join(", ", new[] { NetworkIni.FormatRoles(peer.Roles), unknown }.Where(t => t.Length > 0)));
        }

        foreach (VendorField vendor in peer.VendorFields)
        {
            yield return (
                "Vendor",
                string.Create(
                    CultureInfo.InvariantCulture, $"{vendor.Enterprise}:{Convert.ToHexStringLower(vendor.Value)}"));
        }

        foreach (UnknownField field in peer.UnknownFields)
        {
            yield return ($"Type {field.Type}", $"unknown, {Count(field.Value.Length, "byte")}");
        }
    }
}
