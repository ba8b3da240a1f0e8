namespace Spore.WireGuard;

/// <summary>
/// The sizes of everything that a tunnel takes memory for, all of it at construction, and the rates that it keeps.
/// </summary>
public class TunnelLimits
{
    /// <summary>Slots for peers, provisional ones included. A node sets it from its own limits.</summary>
    public int Slots;

    /// <summary>
    /// Sessions' keys at one time: one for each slot, one spare, and at least one more for the time in which a
    /// session replaces another.
    /// </summary>
    public int Keypairs;

    /// <summary>Initiations under way at one time.</summary>
    public int Initiations;

    /// <summary>The tunnel's MTU: the largest inner packet in bytes, at least 1280 (RFC 8200 section 5).</summary>
    public int Mtu;

    /// <summary>Sources of handshakes, and above the tunnel of hellos, that are rate limited one by one.</summary>
    public int RateLimitSources;

    /// <summary>The milliseconds that are counted for the work on one handshake message; 0 for none.</summary>
    public int HandshakeInterval;

    /// <summary>
    /// The milliseconds of such work that may wait. With more than that a node is under load, and asks for cookies.
    /// </summary>
    public int HandshakeBacklog;

    /// <summary>
    /// Under load: the milliseconds in which one source is given another handshake. Also always those in which another
    /// unknown key is, whatever its source.
    /// </summary>
    public int SourceInterval;

    /// <summary>How many handshakes a source is given at once.</summary>
    public int SourceBurst;

    /// <summary>
    /// The milliseconds that a scalar multiplication takes; 0 on a desktop. The response to an initiation that can't be
    /// answered in time is deferred.
    /// </summary>
    public int MultiplicationTime;

    /// <summary>Limits for a device that is the peer of one server, as <c>wg-quick</c> sets one up.</summary>
    /// <returns>A new object, free to be changed before a tunnel is made with it.</returns>
    public static TunnelLimits OnePeer()
    {
        return new TunnelLimits
        {
            Slots = 1,
            Keypairs = 4,
            Initiations = 2,
            Mtu = 1420,
            RateLimitSources = 4,
            HandshakeInterval = 2500,
            HandshakeBacklog = 3000,
            SourceInterval = 2000,
            SourceBurst = 1,
            MultiplicationTime = 800,
        };
    }
}
