namespace Spore.Signing;

/// <summary>What an endpoint is for. This decides which texts <see cref="PeerEndpoint.TryParse"/> accepts.</summary>
public enum EndpointUse
{
    /// <summary>
    /// Other machines send to it: a signed network, and the rendezvous of a board. Addresses and names; no link-local
    /// addresses.
    /// </summary>
    Published,

    /// <summary>
    /// This machine alone sends to it: the command line and UAPI. Addresses and names; a link-local address has a zone.
    /// </summary>
    Local,

    /// <summary>
    /// This machine alone sends to it, and the name is resolved: the answer of a name server. As <see cref="Local"/>,
    /// without names.
    /// </summary>
    LocalAddress,

    /// <summary>
    /// This machine listens at it. As <see cref="LocalAddress"/>; 0.0.0.0 and :: mean all addresses of this machine.
    /// </summary>
    Listen,
}
