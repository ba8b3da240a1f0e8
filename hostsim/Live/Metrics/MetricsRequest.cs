using System;
using System.Linq;
using System.Net;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>A request by HTTP/1.1 or HTTP/1.0 (RFC 9112), as its head says.</summary>
/// <param name="Status">The status of the answer; 200 where the metrics are wanted.</param>
/// <param name="WantsBody">Whether the answer has a body.</param>
internal sealed record MetricsRequest(int Status, bool WantsBody)
{
    /// <summary>Where the metrics are.</summary>
    public const string Path = "/metrics";

    /// <summary>What is no request.</summary>
    public static MetricsRequest Bad { get; } = new(400, true);

    /// <summary>Reads the head of a request.</summary>
    /// <param name="head">Its lines with CR LF behind each, without the empty line.</param>
    /// <param name="isLoopback">
    /// Whether only this machine can ask. A web page could ask too, under a name of its own that it points to this
    /// machine (DNS rebinding), so names other than <c>localhost</c> are refused there.
    /// </param>
    /// <returns>The request.</returns>
    public static MetricsRequest Parse(string head, bool isLoopback)
    {
        string[] lines = head.Split("\r\n")[..^1];
        string[] words = lines.Length == 0 ? [] : lines[0].Split(' ');
        if (words.Length != 3
            || words.Any(w => w.Length == 0)
            || !words[2].StartsWith("HTTP/", StringComparison.Ordinal))
        {
            return Bad;
        }

        if (words[2] is not "HTTP/1.1" and not "HTTP/1.0")
        {
            return new MetricsRequest(505, true);
        }

        string[] hosts =
        [
            .. lines.Skip(1)
                .Where(l => l.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))
                .Select(l => l["Host:".Length..].Trim(' ', '\t')),
        ];
        if (hosts.Length > 1 || (hosts.Length == 0 && words[2] == "HTTP/1.1"))
        {
            return Bad;
        }

        string target = words[1];
        string? host = hosts.FirstOrDefault();
        if (target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            // RFC 9112 section 3.2.2: then the field is ignored.
            string rest = target["http://".Length..];
            int slash = rest.IndexOf('/');
            host = slash < 0 ? rest : rest[..slash];
            target = slash < 0 ? "/" : rest[slash..];
        }

        bool wantsBody = words[0] != "HEAD";
        int query = target.IndexOf('?');
        int status = isLoopback && host != null && !IsOwnName(host) ? 421
            : words[0] is not "GET" and not "HEAD" ? 405
            : (query < 0 ? target : target[..query]) == Path ? 200
            : 404;
        return new MetricsRequest(status, wantsBody);
    }

    private static bool IsOwnName(string host)
    {
        int colon = host.LastIndexOf(':');
        string name = colon > host.LastIndexOf(']') ? host[..colon] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (name.StartsWith('[') && name.EndsWith(']') && IPAddress.TryParse(name[1..^1], out _))
            || (name.Contains('.') && IPAddress.TryParse(name, out _));
    }
}
