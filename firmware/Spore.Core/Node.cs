using Spore.Network;

namespace Spore;

/// <summary>A mesh node: WireGuard, the hello, and the signed network in one state machine without I/O.</summary>
public sealed class Node
{
    /// <summary>Makes a node and takes all memory it will ever use.</summary>
    /// <param name="limits">The sizes of everything.</param>
    /// <param name="identity">A sound identity record, 84 bytes.</param>
    /// <param name="transport">The way out.</param>
    /// <param name="entropy">The source of chance.</param>
    /// <param name="host">What takes inner packets and events.</param>
    /// <param name="buildTime">When the firmware was built, in Unix seconds: the first wall time.</param>
    /// <param name="now">The monotonic clock in milliseconds.</param>
    public Node(NodeLimits limits, byte[] identity, ITransport transport, IEntropy entropy, INodeHost host, long buildTime, long now)
    {
    }

    /// <summary>When <see cref="Advance"/> is to be called next, on the clock that <c>now</c> comes from.</summary>
    public long NextDeadline
    {
        get { return 0; }
    }

    /// <summary>Whether the application answers ICMP echo to this node's addresses itself, as a machine behind a TUN does. Guests are always answered by the node.</summary>
    public bool HostAnswersEcho;

    /// <summary>Where to say hello beyond the local network; unknown at first. The caller resolves its name.</summary>
    public readonly Endpoint Rendezvous = new Endpoint();

    /// <summary>This node's public key, 32 bytes; not to be changed.</summary>
    public readonly byte[] PublicKey = new byte[32];

    /// <summary>This node's link-local address, 16 bytes; not to be changed.</summary>
    public readonly byte[] LinkLocal = new byte[16];

    /// <summary>Where ephemeral keys are logged, or null (the default).</summary>
    public IKeyLog KeyLog;

    /// <summary>The version of the applied network, 0 when there is none.</summary>
    public ulong NetworkVersion
    {
        get { return 0; }
    }

    /// <summary>The index of this node's own entry in <see cref="Network"/>, or -1.</summary>
    public int OwnEntry
    {
        get { return -1; }
    }

    /// <summary>Whether a witness confirmed the applied network within the last hour, in a session still live (DESIGN section 11).</summary>
    public bool IsFresh(long now)
    {
        return false;
    }

    /// <summary>The number of members whose head equalled ours in a session still live.</summary>
    public int AgreeingMembers(long now)
    {
        return 0;
    }

    /// <summary>The number of peers with a session that can carry packets.</summary>
    public int SessionCount(long now)
    {
        return 0;
    }

    /// <summary>What came in and went out, was dropped and why.</summary>
    public readonly NodeCounters Counters = new NodeCounters();

    /// <summary>A datagram came in from the outer network. The buffer is used for decryption in place.</summary>
    public void Receive(byte[] buffer, int offset, int length, Endpoint endpoint, long now)
    {
    }

    /// <summary>Time has passed: timers fire, idle work goes on.</summary>
    public void Advance(long now)
    {
    }

    /// <summary>The application sends an inner IP packet; it is copied.</summary>
    /// <returns>False when no peer has the destination or the packet is not sound.</returns>
    public bool Send(byte[] buffer, int offset, int length, long now)
    {
        return false;
    }

    /// <summary>Configures a peer by hand: it is known from the start and initiated to. Endpoint may be null.</summary>
    /// <returns>False when there is no slot left, or the key is this node's own.</returns>
    public bool AddPeer(byte[] publicKey, int offset, Endpoint endpoint, long now)
    {
        return false;
    }

    /// <summary>The operator gives a network file; it is verified as one from a peer is, and applied.</summary>
    public NetworkFault Load(byte[] file, int offset, int length, long now)
    {
        return NetworkFault.None;
    }

    /// <summary>Feeds wall time, from SNTP or a clock.</summary>
    public void SetWallClock(long unixMilliseconds, long now)
    {
    }
}
