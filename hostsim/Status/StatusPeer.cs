using System;
using System.Linq;
using System.Net;
using Spore.Hostsim.Display;
using Spore.Signing;

namespace Spore.Hostsim.Status;

/// <summary>The line of a peer in the file <c>status</c>.</summary>
/// <param name="Key">Its public key, in base64.</param>
/// <param name="Label">Its label, or null.</param>
/// <param name="Endpoint">Its endpoint, or null.</param>
/// <param name="Session">The age of the session in seconds; null where there is none.</param>
/// <param name="Version">The network version that it has shown; 0 for none.</param>
/// <param name="Received">Bytes received from it.</param>
/// <param name="Sent">Bytes sent to it.</param>
internal sealed record StatusPeer(
    string Key, string? Label, IPEndPoint? Endpoint, long? Session, ulong Version, long Received, long Sent)
{
    private const int KeyDigits = 64;

    /// <summary>Its label, or the start of its key.</summary>
    public string Name => PeerName.Of(Key, Label);

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, which begins with <c>peer=</c>.</param>
    /// <returns>The peer; null where the line has no key.</returns>
    public static StatusPeer? TryRead(string line)
    {
        ILookup<string, string> parts = line.Split(' ')
            .Select(p => p.Split('=', 2))
            .Where(p => p.Length == 2)
            .ToLookup(p => p[0], p => p[1]);
        string Part(string name) => parts[name].FirstOrDefault(string.Empty);
        string key = Part("peer");
        return key.Length != KeyDigits || !key.All(char.IsAsciiHexDigit)
            ? null
            : new StatusPeer(
                KeyText.Format(Convert.FromHexString(key)),
                Part("label") is { Length: > 0 } label ? StatusFile.Text(Uri.UnescapeDataString(label)) : null,
                IPEndPoint.TryParse(Part("endpoint"), out IPEndPoint? endpoint) ? endpoint : null,
                StatusFile.NumberOf(Part("session")),
                VersionText.TryParse(Part("version")) ?? 0,
                StatusFile.NumberOf(Part("in")) ?? 0,
                StatusFile.NumberOf(Part("out")) ?? 0);
    }
}
