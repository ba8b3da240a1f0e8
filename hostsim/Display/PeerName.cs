using System;
using System.Collections.Generic;
using System.Linq;

namespace Spore.Hostsim.Display;

/// <summary>What peers are called in output for people.</summary>
internal static class PeerName
{
    private const int ShortKey = 8;
    private const int MostNamed = 5;

    /// <summary>The name of a peer.</summary>
    /// <param name="key">Its public key, in base64.</param>
    /// <param name="label">Its label, or null.</param>
    /// <returns>The label, or else the key's start.</returns>
    public static string Of(string key, string? label) => label ?? key[..ShortKey] + "...";

    /// <summary>Which labels there are, for who has named another one.</summary>
    /// <param name="labels">The label of each member, or null.</param>
    /// <returns>A part of a sentence, which begins with a semicolon.</returns>
    public static string Labels(IEnumerable<string?> labels)
    {
        string[] all = [.. labels.OfType<string>().Order(StringComparer.Ordinal)];
        string more = all.Length > MostNamed ? ", ..." : string.Empty;
        return all.Length == 0
            ? "; no member has one"
            : $"; there are {string.Join(", ", all.Take(MostNamed))}{more}";
    }
}
