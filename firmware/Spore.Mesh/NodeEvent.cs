using Spore.SignedNetwork;
using Spore.Sync;
using Spore.WireGuard;

namespace Spore.Mesh;

/// <summary>
/// What a node reports to its host: the events of its tunnel and of its network, with the same numbers, then its own.
/// </summary>
public enum NodeEvent
{
    /// <summary>A handshake initiation was sent to the peer; the value is 1 when it was provoked, else 0.</summary>
    InitiationSent = (int)TunnelEvent.InitiationSent,

    /// <summary>An initiation of the peer was answered.</summary>
    ResponseSent = (int)TunnelEvent.ResponseSent,

    /// <summary>
    /// Handshakes come faster than they can be worked on: who initiates is asked for a cookie
    /// first. Told when it begins.
    /// </summary>
    UnderLoad = (int)TunnelEvent.UnderLoad,

    /// <summary>The peer is under load and has sent a cookie, to be used from now on.</summary>
    CookieReceived = (int)TunnelEvent.CookieReceived,

    /// <summary>
    /// The peer has answered no initiation for 15 s; the value is how many were sent.
    /// <see cref="Node.EventEndpoint"/> is where they went.
    /// </summary>
    Unanswered = (int)TunnelEvent.Unanswered,

    /// <summary>
    /// The peer has answered no initiation for 90 s: no more are sent until a session is wanted again.
    /// <see cref="Node.EventEndpoint"/> is where they went.
    /// </summary>
    GivenUp = (int)TunnelEvent.GivenUp,

    /// <summary>A newer network header from the peer was verified; the value is its version.</summary>
    HeaderVerified = (int)SyncEvent.HeaderVerified,

    /// <summary>A network header from the peer was refused; the value is a <see cref="NetworkFault"/>.</summary>
    HeaderRefused = (int)SyncEvent.HeaderRefused,

    /// <summary>
    /// A network was applied; the value is its version. The key is that of the peer it came from, or null.
    /// </summary>
    NetworkApplied = (int)SyncEvent.NetworkApplied,

    /// <summary>A network file from the peer was refused; the value is a <see cref="NetworkFault"/>.</summary>
    NetworkRefused = (int)SyncEvent.NetworkRefused,

    /// <summary>The applied network has expired: its members are no longer trusted; the value is its version.</summary>
    NetworkExpired = (int)SyncEvent.NetworkExpired,

    /// <summary>
    /// The applied network has not expired after all, since wall time was corrected: its members are trusted again.
    /// The value is its version.
    /// </summary>
    NetworkRestored = (int)SyncEvent.NetworkRestored,

    /// <summary>The peer holds the same network header; the value is the version.</summary>
    Agreed = (int)SyncEvent.Agreed,

    /// <summary>A witness has confirmed the network as current; the value is its version.</summary>
    Fresh = (int)SyncEvent.Fresh,

    /// <summary>This node may not have the newer network that the peer has; the value is its version.</summary>
    Behind = (int)SyncEvent.Behind,

    /// <summary>The peer holds another network under the same version; the value is the version.</summary>
    Equivocation = (int)SyncEvent.Equivocation,

    /// <summary>No witness has confirmed the network for an hour; the value is its version.</summary>
    FreshnessEnded = (int)SyncEvent.FreshnessEnded,

    /// <summary>
    /// The network that was applied differs from the one before it in vendor fields, of this node's entry or of
    /// another one; the value is its version. See <see cref="Node.ReadVendorField"/>.
    /// </summary>
    VendorFieldsChanged = (int)SyncEvent.VendorFieldsChanged,

    /// <summary>
    /// A sparse node holds other entries of the applied network than before: entries in <see cref="Node.Network"/> have
    /// other indices. The value is their number.
    /// </summary>
    EntriesChanged = (int)SyncEvent.EntriesChanged,

    /// <summary>A hello was broadcast; the value is the network version in it.</summary>
    HelloSent,

    /// <summary>An authentic hello of another node was heard; the value is the network version in it.</summary>
    HelloHeard,

    /// <summary>
    /// A hello is not answered, since its key is no known peer's and its network version is not newer; the value is the
    /// network version in it.
    /// </summary>
    HelloIgnored,

    /// <summary>
    /// A hello with this node's own key was heard that it did not send: another machine has the same identity, or
    /// somebody repeats old hellos of this node. <see cref="Node.EventEndpoint"/> is where it came from.
    /// </summary>
    OwnKeyHeard,

    /// <summary>A session with the peer is up; the value is 1 where this node initiated, else 0.</summary>
    SessionUp,

    /// <summary>The last session with the peer has ended.</summary>
    SessionDown,

    /// <summary>An unknown key was let in as a guest.</summary>
    GuestAdmitted,

    /// <summary>A guest or a peer that is no longer in the network was dropped.</summary>
    PeerRemoved,
}
