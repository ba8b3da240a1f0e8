using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>A signed network as tables.</summary>
internal static class NetworkTable
{
    private const int Indent = 2;
    private const int SummaryLimit = 100;
    private const int Day = 86400;
    private const string AddressName = "Address";

    /// <summary>Writes all that a network says.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="network">The network.</param>
    /// <param name="bytes">The bytes of its file.</param>
    /// <param name="path">The path of its file.</param>
    /// <param name="signedBy">
    /// The trust root that was found to have signed it, or null where that was not looked at.
    /// </param>
    public static void Write(
        Terminal terminal, DateTimeOffset now, NetworkDescription network, byte[] bytes, string path, byte[]? signedBy)
    {
        WriteHeader(terminal, now, network, bytes, path, signedBy);
        foreach (PeerDescription peer in network.Peers)
        {
            terminal.Console.WriteLine();
            terminal.Console.WriteLine(Label(peer), new Style(decoration: Decoration.Bold));
            FieldList fields = new(Indent);
            foreach ((string name, string value) in Details(peer))
            {
                fields.Add(name, value);
            }

            fields.Write(terminal.Console);
        }
    }

    /// <summary>Writes what was signed, a line for each of the first members.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="network">The network.</param>
    /// <param name="bytes">The bytes of its file.</param>
    /// <param name="path">The path of its file.</param>
    /// <param name="signedBy">The trust root that signed it.</param>
    public static void WriteSummary(
        Terminal terminal, DateTimeOffset now, NetworkDescription network, byte[] bytes, string path, byte[] signedBy)
    {
        WriteHeader(terminal, now, network, bytes, path, signedBy);
        TextTable table = new(
            null,
            ("Member", ColumnKind.Exact),
            ("Allowed IPs", ColumnKind.Exact),
            ("Endpoints", ColumnKind.Exact),
            ("Roles", ColumnKind.Words));
        foreach (PeerDescription peer in network.Peers.Take(SummaryLimit))
        {
            table.Add(
                peer.Label is null ? KeyText.Format(peer.PublicKey) : Label(peer),
                string.Join('\n', peer.AllowedPrefixes),
                string.Join('\n', peer.Endpoints),
                NetworkIni.FormatRoles(peer.Roles));
        }

        terminal.Console.WriteLine();
        table.Write(terminal.Console);
        if (network.Peers.Count > SummaryLimit)
        {
            int more = network.Peers.Count - SummaryLimit;
            terminal.Output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"and {more} more; flash show prints all"));
        }
    }

    /// <summary>Writes a number of things.</summary>
    public static string Count(int count, string thing) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {thing}{(count == 1 ? "" : "s")}");

    /// <summary>All that a network says about a member, but its address, which follows from its key.</summary>
    /// <param name="peer">The member.</param>
    /// <returns>Names and values. A value has a line for each item.</returns>
    public static Dictionary<string, string> Fields(PeerDescription peer) => Details(peer)
        .Where(d => d.Name != AddressName)
        .Prepend(("Label", Label(peer)))
        .GroupBy(d => d.Item1, d => d.Item2)
        .ToDictionary(g => g.Key, g => string.Join('\n', g));

    private static void WriteHeader(
        Terminal terminal, DateTimeOffset now, NetworkDescription network, byte[] bytes, string path, byte[]? signedBy)
    {
        FieldList fields = new();
        fields.Add("File", path);
        fields.Add(
            "Version",
            VersionText.Format(network.Version),
            new Style(decoration: Decoration.Bold));
        fields.Add("Issued", NetworkIni.FormatTime(network.Issued));
        AddExpiry(fields, network.Expires, now);
        fields.Add("Members", network.Peers.Count.ToString(CultureInfo.InvariantCulture));
        AddSize(fields, network, bytes.Length);
        if (signedBy is null)
        {
            fields.Add("Signature", "not checked (--root KEY does)", Color.Yellow);
        }
        else
        {
            string root = KeyText.Format(signedBy);
            string signer = NetworkHeader.Epoch(bytes, 0) == 0
                ? root
                : $"{KeyText.Format(SigningKey(bytes))}, certified by {root}";
            fields.Add("Signature", $"good, by {signer}", Color.Green);
        }

        fields.Write(terminal.Console);
    }

    private static ReadOnlySpan<byte> SigningKey(byte[] network) =>
        network.AsSpan(NetworkHeader.Size + SigningCertificate.KeyOffset, KeyText.KeySize);

    private static void AddExpiry(FieldList fields, long expires, DateTimeOffset now)
    {
        const string Name = "Expires";
        long seconds = expires - now.ToUnixTimeSeconds();
        string days = seconds < Day ? "less than a day" : Count((int)(seconds / Day), "day");
        if (expires == 0)
        {
            fields.Add(Name, "never");
        }
        else if (seconds <= 0)
        {
            fields.Add(Name, $"{NetworkIni.FormatTime(expires)}, which has passed", Color.Red);
        }
        else
        {
            fields.Add(Name, $"{NetworkIni.FormatTime(expires)}, in {days}");
        }
    }

    private static void AddSize(FieldList fields, NetworkDescription network, int size)
    {
        const string Name = "Size";
        string text = string.Create(CultureInfo.InvariantCulture, $"{size:N0} bytes");
        int entries = NetworkSigner.EntriesSize(network);
        if (DeviceLimits.Excess(network, entries, NodeLimits.Device()).Length == 0)
        {
            fields.Add(Name, text);
        }
        else if (DeviceLimits.Excess(network, entries, NodeLimits.Desktop()).Length == 0)
        {
            fields.Add(Name, $"{text}: a device holds a part of it", Color.Yellow);
        }
        else
        {
            fields.Add(Name, $"{text}: each node holds a part; some need this file as --network", Color.Yellow);
        }
    }

    /// <summary>The label of a member.</summary>
    /// <param name="peer">The member.</param>
    /// <returns>
    /// Its label, or <c>-</c>. Characters that turn the direction of text are replaced, since with them a label could
    /// look like another one.
    /// </returns>
    public static string Label(PeerDescription peer) => peer.Label is null
        ? "-"
        : string.Concat(
            peer.Label.Select(
                c => c is >= '\u200E' and <= '\u200F' or >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069'
                    ? '\uFFFD'
                    : c));

    private static IEnumerable<(string Name, string Value)> Details(PeerDescription peer)
    {
        yield return ("Public key", KeyText.Format(peer.PublicKey));
        yield return (AddressName, new IPAddress(NodeKey.LinkLocal(peer.PublicKey)).ToString());
        if (peer.AllowedPrefixes.Count > 0)
        {
            yield return ("Allowed IPs", string.Join('\n', peer.AllowedPrefixes));
        }

        if (peer.Endpoints.Count > 0)
        {
            yield return ("Endpoints", string.Join('\n', peer.Endpoints));
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
            yield return ($"Type {field.Type}", $"unknown: {Convert.ToHexStringLower(field.Value)}");
        }
    }
}
