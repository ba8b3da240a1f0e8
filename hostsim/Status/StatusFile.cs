using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Spore.Signing;

namespace Spore.Hostsim.Status;

/// <summary>
/// What a node says of itself in the file <c>status</c> (PROTOCOL section 8.3). Texts are plain lines, whatever the
/// node has sent; a number that it has not sent, or that is none, is null.
/// </summary>
internal sealed record StatusFile
{
    /// <summary>The largest file in bytes.</summary>
    public const int Largest = 65_536;

    /// <summary>The longest text in UTF-16 code units; more of it is left out.</summary>
    internal const int LongestText = 256;

    private Dictionary<string, string> Fields { get; init; } = [];

    /// <summary>
    /// The state: <c>none</c>, <c>unconfirmed</c>, <c>witness</c>, <c>fresh</c>, <c>behind</c> or <c>expired</c>.
    /// </summary>
    public string State => Fields.GetValueOrDefault("state", string.Empty);

    /// <summary>Why, in words.</summary>
    public string Reason => Fields.GetValueOrDefault("reason", string.Empty);

    /// <summary>The version of the applied network; 0 for none.</summary>
    public ulong Version => VersionText.TryParse(Fields.GetValueOrDefault("version", string.Empty)) ?? 0;

    /// <summary>The version of the node's program.</summary>
    public string Firmware => Fields.GetValueOrDefault("firmware", string.Empty);

    /// <summary>A line for each peer with a slot.</summary>
    public IReadOnlyList<StatusPeer> Peers { get; private init; } = [];

    /// <summary>Reads the file.</summary>
    /// <param name="bytes">Its bytes.</param>
    /// <returns>What it says; unknown keys are skipped, and of a peer the first line counts.</returns>
    /// <exception cref="InvalidDataException">It does not say a state.</exception>
    public static StatusFile Read(ReadOnlySpan<byte> bytes)
    {
        Dictionary<string, string> fields = [];
        List<StatusPeer> peers = [];
        HashSet<string> keys = [];
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n').Select(l => l.TrimEnd('\r')))
        {
            int equals = line.IndexOf('=');
            if (line.StartsWith("peer=", StringComparison.Ordinal))
            {
                if (StatusPeer.TryRead(line) is { } peer && keys.Add(peer.Key))
                {
                    peers.Add(peer);
                }
            }
            else if (equals > 0)
            {
                fields.TryAdd(line[..equals], Text(line[(equals + 1)..]));
            }
        }

        return fields.ContainsKey("state")
            ? new StatusFile { Fields = fields, Peers = peers }
            : throw new InvalidDataException("it says no state");
    }

    /// <summary>A text of any length and content as a part of one plain line.</summary>
    /// <param name="text">The text.</param>
    internal static string Text(string text) => MessageText.OneLine(
        text.Length <= LongestText ? text : $"{text[..LongestText]}...");

    /// <summary>A number of the file.</summary>
    /// <param name="key">Its key.</param>
    public long? Number(string key) => NumberOf(Fields.GetValueOrDefault(key));

    /// <summary>Reads a number.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The number, or null.</returns>
    internal static long? NumberOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
