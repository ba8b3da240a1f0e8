using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spore.Signing;

namespace Spore.Hostsim.Status;

/// <summary>A <see cref="StatusFile"/> as an object of JSON, with the names of the file.</summary>
internal static class StatusJson
{
    private static readonly string[] _numbers =
    [
        "sessions", "confirmed_by", "since_boot", "heap", "uptime", "due_checks", "due_secrets", "due_keys",
        "due_pairs", "in", "out", "invalid", "replayed", "limited", "dropped", "peers_omitted",
    ];

    /// <summary>Makes the object.</summary>
    /// <param name="status">The status.</param>
    /// <returns>Names and values for a serializer.</returns>
    public static Dictionary<string, object?> Of(StatusFile status)
    {
        Dictionary<string, object?> json = new()
        {
            ["state"] = status.State,
            ["reason"] = status.Reason,
            ["version"] = Version(status.Version),
            ["version_number"] = status.Version.ToString(CultureInfo.InvariantCulture),
            ["firmware"] = status.Firmware,
        };
        foreach (string name in _numbers)
        {
            json[name] = status.Number(name);
        }

        json["peers"] = status.Peers.Select(p => new Dictionary<string, object?>
        {
            ["peer"] = p.Key,
            ["label"] = p.Label,
            ["endpoint"] = p.Endpoint?.ToString(),
            ["session"] = p.Session,
            ["version"] = p.Version == 0 ? null : Version(p.Version),
            ["in"] = p.Received,
            ["out"] = p.Sent,
        });
        return json;
    }

    /// <summary>Makes the object, with the name of who has answered.</summary>
    /// <param name="name">The name of the node for people.</param>
    /// <param name="status">The status.</param>
    /// <returns>Names and values for a serializer.</returns>
    public static Dictionary<string, object?> Of(string name, StatusFile status) =>
        new([KeyValuePair.Create<string, object?>("name", name), .. Of(status)]);

    private static string Version(ulong version) => version == 0 ? "0" : VersionText.Format(version);
}
