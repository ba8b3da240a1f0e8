using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Spore.Base;

namespace Spore.Tests.WireGuard;

/// <summary>The state of a tunnel as text, one line a field, to be compared with another one.</summary>
internal static class TunnelState
{
    private const BindingFlags Fields =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy;

    /// <summary>What was counted, the timers, and all that belongs to sessions.</summary>
    public static string[] Of(TunnelEnd end) => [.. Counters(end), .. Sessions(end)];

    /// <summary>What was counted.</summary>
    public static string[] Counters(TunnelEnd end) => [.. Of(end.Counters, "Counters")];

    /// <summary>The timers, and all that belongs to peers and their sessions.</summary>
    public static string[] Sessions(TunnelEnd end) =>
    [
        $"NextDeadline {end.NextDue}",
        .. end.Tunnel.Peers.SelectMany(p => Of(p, $"Peers[{p.Slot}]")),
        .. Of(end.Tunnel.Peers[0].Keypairs, "Keypairs"),
        .. end.Events.Select((e, i) => $"Events[{i}] {e}"),
    ];

    private static IEnumerable<string> Of(object owner, string name) =>
        owner.GetType().GetFields(Fields)
            .Select(f => (f.Name, Value: Text(f.GetValue(owner))))
            .Where(f => f.Value is not null)
            .Select(f => $"{name}.{f.Name} {f.Value}");

    private static string? Text(object? value) => value switch
    {
        null => "null",
        byte[] bytes => Convert.ToHexString(bytes),
        int[] numbers => string.Join(' ', numbers),
        long[] numbers => string.Join(' ', numbers),
        short[] numbers => string.Join(' ', numbers),
        ulong[] numbers => string.Join(' ', numbers),
        bool[] flags => string.Join(' ', flags),
        Endpoint endpoint => $"{endpoint.AddressHigh:x} {endpoint.AddressLow:x} {endpoint.Port} {endpoint.Zone}",
        _ => value.GetType().IsPrimitive ? $"{value}" : null,
    };
}
