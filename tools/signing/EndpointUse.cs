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
    /// This machine alone sends to it: the command line. Addresses and names; a link-local address has a zone.
    /// </summary>
    Local,

    /// <summary>
    /// This machine alone sends to it, and the client has resolved names: UAPI. As <see cref="Local"/>, without names.
    /// </summary>
    LocalAddress,

    /// <summary>
    /// This machine listens at it. As <see cref="LocalAddress"/>; 0.0.0.0 and :: mean all addresses of this machine.
    /// </summary>
    Listen,
}
