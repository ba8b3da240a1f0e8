using System;
using System.Collections.Generic;
using System.Linq;

namespace Spore.Tests.Architecture;

/// <summary>
/// The layers of Spore's sources. A layer is a namespace with all namespaces in it, unless a longer row has them. It
/// may use itself, and the layers that its row names.
/// </summary>
internal static class Layers
{
    private static readonly string[] _tunnel = ["Spore.Crypto", "Spore.Base", "Spore.Net", "Spore.WireGuard"];
    private static readonly string[] _codecs = [.. _tunnel, "Spore.SignedNetwork", "Spore.Tftp"];
    private static readonly string[] _mesh =
        [.. _codecs, "Spore.Discovery", "Spore.Sync", "Spore.Services", "Spore.Mesh"];

    // What each part of hostsim may use, and what stands beside them because more than one needs it.
    private static readonly string[] _desktop = [.. _mesh, "Spore.Signing", "Spore.CommandLine", "Spore.Hostsim"];
    private static readonly string[] _beside =
        ["Spore.Hostsim.Crypto", "Spore.Hostsim.Endpoints", "Spore.Hostsim.Display"];

    private static readonly string[] _sockets =
        ["Spore.Hostsim.Sockets", "Spore.Hostsim.Uapi", "Spore.Hostsim.Control"];

    // From the lowest to the highest. Layers of one row in docs/ARCHITECTURE.md do not use each other.
    private static readonly Dictionary<string, string[]> _mayUse = new()
    {
        ["Spore.Crypto"] = [],
        ["Spore.Base"] = ["Spore.Crypto"],
        ["Spore.Net"] = ["Spore.Crypto", "Spore.Base"],
        ["Spore.WireGuard"] = ["Spore.Crypto", "Spore.Base", "Spore.Net"],
        ["Spore.SignedNetwork"] = _tunnel,
        ["Spore.Tftp"] = _tunnel,
        ["Spore.Discovery"] = _codecs,
        ["Spore.Sync"] = _codecs,
        ["Spore.Services"] = _codecs,
        ["Spore.Mesh"] = _mesh,
        ["Spore.Firmware"] = _mesh,
        ["Spore.Signing"] = _mesh,
        ["Spore.CommandLine"] = [.. _mesh, "Spore.Signing"],
        ["Spore.Hostsim"] = [.. _desktop, "Spore.Hostsim.Commands"],
        ["Spore.Hostsim.Crypto"] = _tunnel,
        ["Spore.Hostsim.Endpoints"] = _tunnel,
        ["Spore.Hostsim.Display"] = _mesh,
        ["Spore.Hostsim.Sockets"] = _desktop,
        ["Spore.Hostsim.Uapi"] = _desktop,
        ["Spore.Hostsim.Control"] = [.. _desktop, "Spore.Hostsim.Sockets"],
        ["Spore.Hostsim.Bench"] = [.. _desktop, "Spore.Hostsim.Crypto", "Spore.Hostsim.Live"],
        ["Spore.Hostsim.Simulation"] = [.. _desktop, .. _beside],
        ["Spore.Hostsim.Live"] = [.. _desktop, .. _beside, .. _sockets],
        ["Spore.Hostsim.Transfers"] = [.. _desktop, .. _beside, "Spore.Hostsim.Live"],
        ["Spore.Hostsim.Status"] =
            [.. _desktop, .. _beside, .. _sockets, "Spore.Hostsim.Live", "Spore.Hostsim.Transfers"],
        ["Spore.Hostsim.Diagnosis"] =
            [
                .. _desktop, "Spore.Hostsim.Display", "Spore.Hostsim.Control", "Spore.Hostsim.Transfers",
                "Spore.Hostsim.Status",
            ],
        ["Spore.Hostsim.Commands"] =
            [
                .. _desktop,
                .. _beside,
                "Spore.Hostsim.Control",
                "Spore.Hostsim.Diagnosis",
                "Spore.Hostsim.Status",
                "Spore.Hostsim.Bench",
                "Spore.Hostsim.Simulation",
                "Spore.Hostsim.Live",
                "Spore.Hostsim.Transfers",
            ],
    };

    /// <summary>The layer of a namespace.</summary>
    /// <param name="space">The namespace.</param>
    /// <returns>The longest row that holds it, or the namespace itself where no row does.</returns>
    public static string Of(string space) =>
        _mayUse.Keys
            .Where(l => space == l || space.StartsWith(l + ".", StringComparison.Ordinal))
            .MaxBy(l => l.Length) ?? space;

    /// <summary>Whether a row holds a namespace.</summary>
    /// <param name="space">The namespace.</param>
    /// <returns>True when it has a layer.</returns>
    public static bool Holds(string space) => _mayUse.ContainsKey(Of(space));

    /// <summary>Whether a namespace may use another one. All may use what is not Spore's.</summary>
    /// <param name="user">The namespace that uses the other one.</param>
    /// <param name="used">The other one.</param>
    /// <returns>False for a violation.</returns>
    public static bool MayUse(string user, string used)
    {
        if (used != "Spore" && !used.StartsWith("Spore.", StringComparison.Ordinal))
        {
            return true;
        }

        string layer = Of(user);
        return layer == Of(used) || (_mayUse.TryGetValue(layer, out string[]? lower) && lower.Contains(Of(used)));
    }
}
