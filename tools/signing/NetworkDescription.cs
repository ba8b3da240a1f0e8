using System.Collections.Generic;

namespace Spore.Signing;

/// <summary>All that a signed network says, in the order and form in which people think of it.</summary>
public sealed class NetworkDescription
{
    /// <summary>The network's version, at least 1; the highest wins.</summary>
    public ulong Version { get; set; }

    /// <summary>When it was issued, in Unix seconds.</summary>
    public long Issued { get; set; }

    /// <summary>When it expires, in Unix seconds; 0 for never.</summary>
    public long Expires { get; set; }

    /// <summary>
    /// The ranges, at most one of each family, from which members without a prefix of that family get an address that
    /// follows from their key. They are text for people: in a network that was parsed, those addresses are among the
    /// members' prefixes, and a signed network has no ranges.
    /// </summary>
    public List<AllowedPrefix> Assign { get; } = [];

    /// <summary>The members. Their order has no meaning.</summary>
    public List<PeerDescription> Peers { get; } = [];

    /// <summary>A member with the addresses that the ranges give it.</summary>
    /// <param name="peer">The member, as it is written.</param>
    /// <returns>A copy. Whether another member has such an address is not looked at.</returns>
    public PeerDescription WithAddresses(PeerDescription peer)
    {
        PeerDescription copy = peer.Copy();
        foreach (AllowedPrefix range in Assign)
        {
            AddressAssignment.Complete(copy, range);
        }

        return copy;
    }
}
