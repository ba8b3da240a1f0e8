using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace Spore.Signing;

/// <summary>
/// Gives each member without a prefix of a range's family the address that follows from its key. An address that
/// another member has is refused and never replaced, so that no member's address changes when another one joins.
/// </summary>
internal sealed class AddressAssignment
{
    private readonly AllowedPrefix _range;
    private readonly IReadOnlyDictionary<AllowedPrefix, int> _written;

    // Lengths of written prefixes that lie within the range.
    private readonly int[] _lengths;

    private AddressAssignment(AllowedPrefix range, IReadOnlyDictionary<AllowedPrefix, int> written)
    {
        _range = range;
        _written = written;
        _lengths = [.. written.Keys.Where(p => p.Length > range.Length && p.Overlaps(range)).Select(p => p.Length)
            .Distinct()];
    }

    /// <summary>Adds the address that a member would get, where it has no prefix of the range's family.</summary>
    /// <param name="peer">The member.</param>
    /// <param name="range">The range.</param>
    public static void Complete(PeerDescription peer, AllowedPrefix range)
    {
        if (Lacks(peer, range))
        {
            peer.AllowedPrefixes.Add(KeyAddress.Of(peer.PublicKey, range));
        }
    }

    /// <summary>Gives addresses to the members of a network.</summary>
    /// <param name="range">The range.</param>
    /// <param name="written">The prefixes that are written down, and the line of each.</param>
    /// <param name="peers">The members and the lines of their sections.</param>
    /// <returns>What is wrong and the line to change, or null; then nothing was changed.</returns>
    public static (int Line, string What)? Assign(
        AllowedPrefix range,
        IReadOnlyDictionary<AllowedPrefix, int> written,
        IReadOnlyList<(PeerDescription Peer, int Line)> peers)
    {
        AddressAssignment assignment = new(range, written);
        List<(PeerDescription Peer, int Line)> lacking = [.. peers.Where(p => Lacks(p.Peer, range))];
        List<AllowedPrefix> addresses = [.. lacking.Select(p => KeyAddress.Of(p.Peer.PublicKey, range))];
        HashSet<AllowedPrefix> all = [.. addresses];
        Dictionary<AllowedPrefix, int> owners = [];
        for (int i = 0; i < lacking.Count; i++)
        {
            int line = lacking[i].Line;
            if (assignment.Holder(addresses[i]) is AllowedPrefix holder)
            {
                // The later line is most often the new one, and the member of the other one keeps its address.
                int other = written[holder];
                string advice = other > line && !holder.IsHost ? "choose another prefix" : assignment.Advice(all);
                return other > line
                    ? (other, $"{holder} holds the address of the member on line {line}, {addresses[i]}, which follows "
                        + $"from its key; {advice}")
                    : (line, $"the address that follows from its key, {addresses[i]}, is in {holder} of line {other}; "
                        + advice);
            }

            if (!owners.TryAdd(addresses[i], line))
            {
                return (
                    line,
                    $"the address that follows from its key, {addresses[i]}, is that of the member on line "
                    + $"{owners[addresses[i]]} too; {assignment.Advice(all)}");
            }
        }

        for (int i = 0; i < lacking.Count; i++)
        {
            lacking[i].Peer.AllowedPrefixes.Add(addresses[i]);
        }

        return null;
    }

    private static bool Lacks(PeerDescription peer, AllowedPrefix range) =>
        !peer.AllowedPrefixes.Exists(p => p.Address.AddressFamily == range.Address.AddressFamily);

    // A written prefix that has the whole range in it, as a default route, takes no address from it.
    private AllowedPrefix? Holder(AllowedPrefix address) => _lengths
        .Select(l => new AllowedPrefix(address.Address, l).Whole())
        .FirstOrDefault(_written.ContainsKey);

    private string Advice(HashSet<AllowedPrefix> assigned)
    {
        BigInteger count = KeyAddress.HostCount(_range);
        for (BigInteger host = 1; host <= count; host++)
        {
            AllowedPrefix address = KeyAddress.At(_range, host);
            if (!assigned.Contains(address) && Holder(address) is null)
            {
                return $"write down a free one: AllowedIPs = {address}";
            }
        }

        return $"{_range} has no free address, so choose a shorter one for Assign";
    }
}
