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

    /// <summary>The members. Their order has no meaning.</summary>
    public List<PeerDescription> Peers { get; } = [];
}
