using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text.Json;

namespace Spore.Hostsim.Diagnosis;

/// <summary>
/// Finds the rules of nftables that drop the datagrams of a node (<c>nft -j list ruleset</c>, libnftables-json(5)). A
/// match that it does not know counts as one that may fit.
/// </summary>
/// <param name="json">The ruleset.</param>
internal sealed class FirewallRules(JsonDocument json)
{
    private const int Udp = 17;

    /// <summary>Finds what drops datagrams between a port of this machine and an endpoint.</summary>
    /// <param name="port">The port of the node.</param>
    /// <param name="endpoint">The peer's endpoint.</param>
    /// <returns>The chains and rules as text, in the order of the ruleset.</returns>
    public IReadOnlyList<string> Dropping(int port, IPEndPoint endpoint)
    {
        List<string> found = [];
        JsonElement[] all = [.. json.RootElement.GetProperty("nftables").EnumerateArray()];
        foreach (JsonElement element in all)
        {
            if (!element.TryGetProperty("chain", out JsonElement chain))
            {
                continue;
            }

            string? hook = Text(chain, "hook");
            if (hook is not ("input" or "output") || Text(chain, "type") is "nat" || !IsFamily(chain, endpoint))
            {
                continue;
            }

            string place = $"{Text(chain, "family")} {Text(chain, "table")} {Text(chain, "name")}";
            JsonElement[] rules = [.. all
                .Where(e => e.TryGetProperty("rule", out _))
                .Select(e => e.GetProperty("rule"))
                .Where(r => (Text(r, "family"), Text(r, "table"), Text(r, "chain"))
                    == (Text(chain, "family"), Text(chain, "table"), Text(chain, "name")))];
            Datagram datagram = new(hook == "input", port, endpoint);
            if (Verdict(rules, datagram) is { } rule)
            {
                found.Add($"{place}, {rule}");
            }
            else if (Text(chain, "policy") == "drop" && !rules.Any(r => MayAccept(r, datagram)))
            {
                found.Add($"{place}, policy drop");
            }
        }

        return found;
    }

    // The first rule that drops, unless one before it surely accepts.
    private static string? Verdict(JsonElement[] rules, Datagram datagram)
    {
        foreach (JsonElement rule in rules)
        {
            JsonElement[] parts = Parts(rule);
            bool?[] fits = [.. parts.Where(p => p.TryGetProperty("match", out _)).Select(p => Fits(p, datagram))];
            if (fits.Contains(false))
            {
                continue;
            }

            if (parts.Any(p => p.TryGetProperty("drop", out _) || p.TryGetProperty("reject", out _)))
            {
                return $"handle {rule.GetProperty("handle").GetInt64().ToString(CultureInfo.InvariantCulture)}";
            }

            if (parts.Any(p => p.TryGetProperty("accept", out _)) && !fits.Contains(null))
            {
                return null;
            }
        }

        return null;
    }

    // A jump leads to rules that are not followed: they may accept.
    private static bool MayAccept(JsonElement rule, Datagram datagram) =>
        Parts(rule).Any(p => p.TryGetProperty("accept", out _) || p.TryGetProperty("jump", out _)
            || p.TryGetProperty("goto", out _) || p.TryGetProperty("vmap", out _))
        && !Parts(rule).Any(p => p.TryGetProperty("match", out _) && Fits(p, datagram) == false);

    private static JsonElement[] Parts(JsonElement rule) =>
        rule.TryGetProperty("expr", out JsonElement parts) ? [.. parts.EnumerateArray()] : [];

    private static bool IsFamily(JsonElement chain, IPEndPoint endpoint) => Text(chain, "family") switch
    {
        "inet" => true,
        "ip" => endpoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork,
        "ip6" => endpoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        _ => false,
    };

    private static bool? Fits(JsonElement part, Datagram datagram)
    {
        JsonElement match = part.GetProperty("match");
        bool? isEqual = Compare(match.GetProperty("left"), match.GetProperty("right"), datagram);
        return Text(match, "op") switch
        {
            "==" or "in" => isEqual,
            "!=" => !isEqual,
            _ => null,
        };
    }

    private static bool? Compare(JsonElement left, JsonElement right, Datagram datagram)
    {
        if (left.TryGetProperty("payload", out JsonElement payload))
        {
            return (Text(payload, "protocol"), Text(payload, "field")) switch
            {
                ("udp" or "th", "dport") => Holds(right, datagram.To.Port),
                ("udp" or "th", "sport") => Holds(right, datagram.From.Port),
                ("ip" or "ip6", "daddr") => datagram.IsInput ? null : Holds(right, datagram.To.Address),
                ("ip" or "ip6", "saddr") => datagram.IsInput ? Holds(right, datagram.From.Address) : null,
                ("ip", "protocol") or ("ip6", "nexthdr") => Names(right, "udp", Udp),
                ("tcp" or "icmp" or "icmpv6" or "sctp", _) => false,
                _ => null,
            };
        }

        if (left.TryGetProperty("ct", out JsonElement connection) && Text(connection, "key") == "state")
        {
            return IsState(right, datagram.IsInput ? "established" : "new");
        }

        return left.TryGetProperty("meta", out JsonElement meta) && Text(meta, "key") == "l4proto"
            ? Names(right, "udp", Udp)
            : null;
    }

    // What is asked for is an answer to this node's initiation: it goes out as new, and the answer comes in as
    // established.
    private static bool? IsState(JsonElement right, string state) => right.ValueKind switch
    {
        JsonValueKind.String => right.GetString() == state,
        JsonValueKind.Array => right.EnumerateArray().Any(e => IsState(e, state) == true),
        JsonValueKind.Object when right.TryGetProperty("set", out JsonElement set) => IsState(set, state),
        _ => null,
    };

    private static bool? Names(JsonElement right, string name, int number) => right.ValueKind switch
    {
        JsonValueKind.String => right.GetString() == name,
        JsonValueKind.Number => right.GetInt32() == number,
        JsonValueKind.Object when right.TryGetProperty("set", out JsonElement set) =>
            set.EnumerateArray().Any(e => Names(e, name, number) == true),
        _ => null,
    };

    private static bool? Holds(JsonElement right, int port) => right.ValueKind switch
    {
        JsonValueKind.Number => right.GetInt32() == port,
        JsonValueKind.Object when right.TryGetProperty("range", out JsonElement range)
            && range.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number) =>
            range[0].GetInt32() <= port && port <= range[1].GetInt32(),
        JsonValueKind.Object when right.TryGetProperty("set", out JsonElement set) => Any(set, e => Holds(e, port)),
        _ => null,
    };

    private static bool? Holds(JsonElement right, IPAddress address) => right.ValueKind switch
    {
        JsonValueKind.String =>
            IPAddress.TryParse(right.GetString(), out IPAddress? other) ? other.Equals(address) : null,
        JsonValueKind.Object when right.TryGetProperty("prefix", out JsonElement prefix)
            && IPNetwork.TryParse(
                $"{Text(prefix, "addr")}/{prefix.GetProperty("len").GetInt32()}", out IPNetwork network) =>
            network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address),
        JsonValueKind.Object when right.TryGetProperty("set", out JsonElement set) => Any(set, e => Holds(e, address)),
        _ => null,
    };

    private static bool? Any(JsonElement set, Func<JsonElement, bool?> holds)
    {
        bool?[] results = [.. set.EnumerateArray().Select(holds)];
        return results.Contains(true) ? true : results.Contains(null) ? null : false;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // Of this machine only the port is known; its addresses are many.
    private sealed class Datagram(bool isInput, int port, IPEndPoint endpoint)
    {
        private readonly IPEndPoint _own = new(IPAddress.None, port);

        public bool IsInput => isInput;

        public IPEndPoint From => isInput ? endpoint : _own;

        public IPEndPoint To => isInput ? _own : endpoint;
    }
}
