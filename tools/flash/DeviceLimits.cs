using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Whether nodes can hold a network whole.</summary>
internal static class DeviceLimits
{
    /// <summary>Compares a network with the limits of a node.</summary>
    /// <param name="network">The network.</param>
    /// <param name="size">The length of its entries in bytes.</param>
    /// <param name="limits">The limits.</param>
    /// <returns>What is too much, like <c>65 members (64 at most)</c>; empty if the network fits.</returns>
    public static string Excess(NetworkDescription network, int size, NodeLimits limits)
    {
        int prefixes = network.Peers.Sum(p => p.AllowedPrefixes.Count);
        List<string> excess = [];
        Add(network.Peers.Count, limits.NetworkEntries, "members");
        Add(size, limits.NetworkBytes, "bytes of entries");
        Add(prefixes, limits.Prefixes, "prefixes");
        return string.Join(", ", excess);

        void Add(int count, int most, string things)
        {
            if (count > most)
            {
                excess.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {things} ({most} at most)"));
            }
        }
    }
}
