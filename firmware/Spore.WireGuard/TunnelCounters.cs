namespace Spore.WireGuard;

/// <summary>What a tunnel has counted since it was made. The counters only grow; the caller reads them.</summary>
public class TunnelCounters
{
    /// <summary>Datagrams received from the outer network.</summary>
    public long DatagramsReceived;

    /// <summary>Bytes of the datagrams received.</summary>
    public long BytesReceived;

    /// <summary>Datagrams sent to the outer network.</summary>
    public long DatagramsSent;

    /// <summary>Bytes of the datagrams sent.</summary>
    public long BytesSent;

    /// <summary>Datagrams that were no message of this protocol, or did not verify.</summary>
    public long Invalid;

    /// <summary>Datagrams that verified but had been seen before.</summary>
    public long Replayed;

    /// <summary>Datagrams dropped by a rate limit or because a table was full.</summary>
    public long Limited;

    /// <summary>Inner packets dropped: not valid, not allowed for their sender, or without a destination.</summary>
    public long InnerDropped;
}
