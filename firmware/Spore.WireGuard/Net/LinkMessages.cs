namespace Spore.Net;

/// <summary>
/// ICMP messages by which hosts and routers of one link configure each other: neighbour discovery (RFC 4861 section
/// 4: router solicitation and advertisement, neighbour solicitation and advertisement, redirect) and the redirect of
/// RFC 792. A tunnel is no such link, so none of them crosses it: a machine behind it would take routes and
/// addresses from a peer.
/// </summary>
public static class LinkMessages
{
    private const int Redirect = 5;
    private const int FirstOfDiscovery = 133;
    private const int LastOfDiscovery = 137;

    /// <summary>Tells whether a packet is such a message.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="header">Its upper-layer header by <see cref="UpperLayer.Find"/>.</param>
    /// <param name="end">Where the packet ends in the buffer.</param>
    /// <returns>
    /// True for such a message, and for a packet in whose fragments one could hide since its chain of
    /// headers is incomplete.
    /// </returns>
    public static bool Contains(byte[] buffer, int header, int end)
    {
        int protocol = UpperLayer.Protocol(header);
        if (protocol != IpProtocol.Icmpv6 && protocol != IpProtocol.Icmp)
        {
            return header == UpperLayer.Incomplete;
        }

        int start = UpperLayer.Start(header);
        if (start >= end)
        {
            return true;
        }

        int type = buffer[start];
        return protocol == IpProtocol.Icmp ? type == Redirect : type >= FirstOfDiscovery && type <= LastOfDiscovery;
    }
}
