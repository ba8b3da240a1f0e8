using System;
using System.Globalization;
using System.Linq;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Display;
using Spore.Signing;

namespace Spore.Hostsim.Status;

/// <summary>A <see cref="StatusFile"/> for people.</summary>
internal static class StatusView
{
    private const int Minute = 60;
    private const int Hour = 60 * Minute;
    private const int Day = 24 * Hour;

    /// <summary>Writes a status.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="name">The node's name.</param>
    /// <param name="status">The status.</param>
    public static void Write(IAnsiConsole console, string name, StatusFile status)
    {
        FieldList fields = new();
        fields.Add("Node", name);
        fields.Add("State", $"{status.State}: {status.Reason}", StyleOf(status.State));
        fields.Add("Version", Version(status.Version, "none"));
        fields.Add("Confirmed", Confirmed(status));
        fields.Add("Sessions", Number(status, "sessions"));
        fields.Add("Up", status.Number("uptime") is { } uptime ? Age(uptime) : "-");
        fields.Add("Due", Due(status));
        fields.Add("Traffic", $"{Bytes(status.Number("in"))} in, {Bytes(status.Number("out"))} out");
        fields.Add("Dropped", Dropped(status));
        fields.Add("Program", Program(status));
        fields.Write(console);
        if (status.Peers.Count > 0)
        {
            console.WriteLine();
            WritePeers(console, status);
        }

        if (status.Number("peers_omitted") is { } omitted and > 0)
        {
            console.WriteLine($"{omitted} more peers are left out: the file status has no room for them.");
        }
    }

    /// <summary>The style of a state's word on a terminal.</summary>
    /// <param name="state">The word.</param>
    public static Style StyleOf(string state) => new(state switch
    {
        "fresh" or "witness" => Color.Green,
        "unconfirmed" => Color.Yellow,
        _ => Color.Red,
    });

    /// <summary>Writes a version.</summary>
    /// <param name="version">The version, 0 for none.</param>
    /// <param name="none">What stands for none.</param>
    public static string Version(ulong version, string none) => version == 0 ? none : VersionText.Format(version);

    /// <summary>Writes a duration in its two largest units.</summary>
    /// <param name="seconds">Seconds.</param>
    public static string Age(long seconds) => seconds switch
    {
        < Minute => FormattableString.Invariant($"{seconds} s"),
        < Hour => FormattableString.Invariant($"{seconds / Minute} min {seconds % Minute} s"),
        < Day => FormattableString.Invariant($"{seconds / Hour} h {seconds % Hour / Minute} min"),
        _ => FormattableString.Invariant($"{seconds / Day} d {seconds % Day / Hour} h"),
    };

    private static void WritePeers(IAnsiConsole console, StatusFile status)
    {
        TextTable table = new(
            null,
            ("Peer", ColumnKind.Exact),
            ("Endpoint", ColumnKind.Exact),
            ("Session", ColumnKind.Number),
            ("Version", ColumnKind.Number),
            ("In", ColumnKind.Number),
            ("Out", ColumnKind.Number));
        foreach (StatusPeer peer in status.Peers.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            table.Add(
                peer.Name,
                peer.Endpoint?.ToString() ?? "-",
                peer.Session is { } session ? Age(session) : "-",
                Version(peer.Version, "-"),
                ByteSize.Describe(peer.Received),
                ByteSize.Describe(peer.Sent));
        }

        table.Write(console);
    }

    private static string Confirmed(StatusFile status) =>
        $"by {Number(status, "confirmed_by")} witnesses within the hour, "
        + $"{Number(status, "since_boot")} times since start";

    private static string Due(StatusFile status)
    {
        (string Key, string Name)[] kinds =
        [
            ("due_checks", "signatures"), ("due_secrets", "secrets"), ("due_keys", "keys"), ("due_pairs", "pairs"),
        ];
        string[] due = [.. kinds
            .Where(k => status.Number(k.Key) is > 0)
            .Select(k => $"{Number(status, k.Key)} {k.Name}")];
        return due.Length == 0 ? "nothing" : string.Join(", ", due);
    }

    private static string Dropped(StatusFile status) =>
        $"{Number(status, "invalid")} not authentic, {Number(status, "replayed")} replayed, "
        + $"{Number(status, "limited")} over a rate, {Number(status, "dropped")} inner packets";

    private static string Program(StatusFile status) => status.Number("heap") is { } heap
        ? $"{status.Firmware}, {ByteSize.Describe(heap)} of heap free"
        : status.Firmware;

    private static string Number(StatusFile status, string key) =>
        status.Number(key)?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Bytes(long? bytes) => bytes is { } number ? ByteSize.Describe(number) : "-";
}
