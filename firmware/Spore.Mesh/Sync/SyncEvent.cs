using Spore.SignedNetwork;

namespace Spore.Sync;

/// <summary>What a <see cref="NetworkSync"/> reports. Smaller numbers are the tunnel's.</summary>
internal enum SyncEvent
{
    /// <summary>A newer header from the peer was verified; the value is its network version.</summary>
    HeaderVerified = 8,

    /// <summary>A header from the peer was refused; the value is a <see cref="NetworkFault"/>.</summary>
    HeaderRefused,

    /// <summary>
    /// A network was applied; the value is its network version. The peer is the one it came from, or null.
    /// </summary>
    NetworkApplied,

    /// <summary>A network file from the peer was refused; the value is a <see cref="NetworkFault"/>.</summary>
    NetworkRefused,

    /// <summary>The applied network has expired; the value is its network version.</summary>
    NetworkExpired,

    /// <summary>
    /// The applied network has not expired after all, since wall time was corrected; the value is its network version.
    /// </summary>
    NetworkRestored,

    /// <summary>The peer holds the same header; the value is the network version.</summary>
    Agreed,

    /// <summary>A witness has confirmed the network as current; the value is the network version.</summary>
    Fresh,

    /// <summary>The peer refuses to serve its newer network; the value is the version of that network.</summary>
    Behind,

    /// <summary>The peer holds another network under the same version; the value is the network version.</summary>
    Equivocation,

    /// <summary>No witness has confirmed the network for an hour; the value is the network version.</summary>
    FreshnessEnded,

    /// <summary>
    /// The network that was applied differs from the one before it in vendor fields; the value is its network version.
    /// </summary>
    VendorFieldsChanged,

    /// <summary>
    /// A sparse node holds other entries of the applied network than before, with other indices; the value is their
    /// number.
    /// </summary>
    EntriesChanged,
}
