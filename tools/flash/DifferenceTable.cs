using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spore.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>The difference between two networks as tables.</summary>
internal static class DifferenceTable
{
    private const string Added = "added";
    private const string Removed = "removed";
    private const string Changed = "changed";
    private const string None = "-";

    // Fields without a meaning here follow, in the order of their types.
    private static readonly string[] _order =
        ["Label", "Public key", "Allowed IPs", "Endpoints", "Keepalive", "Roles", "Vendor"];

    /// <summary>Writes what differs: the header's values, then a row for each field of a member.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="before">The old network.</param>
    /// <param name="after">The new network.</param>
    public static void Write(Terminal terminal, NetworkDescription before, NetworkDescription after)
    {
        FieldList fields = new();
        AddField(fields, "Version", VersionText.Format(before.Version), VersionText.Format(after.Version));
        AddField(fields, "Issued", NetworkIni.FormatTime(before.Issued), NetworkIni.FormatTime(after.Issued));
        AddField(fields, "Expires", Expiry(before), Expiry(after));
        AddField(fields, "Members", Count(before), Count(after));
        fields.Write(terminal.Console);

        TextTable table = new(
            null,
            ("Change", ColumnKind.Words),
            ("Member", ColumnKind.Exact),
            ("Field", ColumnKind.Words),
            ("Before", ColumnKind.Exact),
            ("After", ColumnKind.Exact));
        Dictionary<string, int> changes = new() { [Added] = 0, [Removed] = 0, [Changed] = 0 };
        Dictionary<string, PeerDescription> old = before.Peers.ToDictionary(Key);
        Dictionary<string, PeerDescription> present = after.Peers.ToDictionary(Key);
        foreach (string key in old.Keys.Union(present.Keys).Order(StringComparer.Ordinal))
        {
            PeerDescription? from = old.GetValueOrDefault(key);
            PeerDescription? to = present.GetValueOrDefault(key);
            string change = from is null ? Added : to is null ? Removed : Changed;
            if (AddRows(table, change, from, to))
            {
                changes[change]++;
            }
        }

        terminal.Output.WriteLine();
        if (changes.Values.All(c => c == 0))
        {
            terminal.Output.WriteLine("no member differs");
            return;
        }

        table.Write(terminal.Console);
        terminal.Output.WriteLine();
        terminal.Output.WriteLine(string.Join(", ", changes.Select(c => $"{c.Value} {c.Key}")));
    }

    private static void AddField(FieldList fields, string name, string before, string after) =>
        fields.Add(name, before == after ? before : $"{before} -> {after}");

    private static string Expiry(NetworkDescription network) =>
        network.Expires == 0 ? "never" : NetworkIni.FormatTime(network.Expires);

    private static string Count(NetworkDescription network) =>
        network.Peers.Count.ToString(CultureInfo.InvariantCulture);

    private static string Key(PeerDescription peer) => Convert.ToHexString(peer.PublicKey);

    // Only the first row of a member names it.
    private static bool AddRows(TextTable table, string change, PeerDescription? from, PeerDescription? to)
    {
        Dictionary<string, string> before = from is null ? [] : NetworkTable.Fields(from);
        Dictionary<string, string> after = to is null ? [] : NetworkTable.Fields(to);
        bool isFirst = true;
        foreach (string name in before.Keys.Union(after.Keys).OrderBy(Place))
        {
            string old = before.GetValueOrDefault(name, None);
            string present = after.GetValueOrDefault(name, None);
            if (old != present)
            {
                table.Add(isFirst ? change : "", isFirst ? Name(to ?? from!) : "", name, old, present);
                isFirst = false;
            }
        }

        return !isFirst;
    }

    private static int Place(string field) =>
        Array.IndexOf(_order, field) is >= 0 and int place ? place : _order.Length;

    private static string Name(PeerDescription peer) =>
        peer.Label is null ? KeyText.Format(peer.PublicKey) : NetworkTable.Label(peer);
}
