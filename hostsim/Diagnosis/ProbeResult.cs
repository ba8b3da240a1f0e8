namespace Spore.Hostsim.Diagnosis;

/// <summary>What this machine's kernel reports of one datagram to an endpoint.</summary>
internal enum ProbeResult
{
    /// <summary>Nothing was sent.</summary>
    NotTried,

    /// <summary>Nothing: it may have arrived.</summary>
    Silent,

    /// <summary>There is no route.</summary>
    NoRoute,

    /// <summary>The machine at that address does not exist, or is off.</summary>
    HostUnreachable,

    /// <summary>The machine at that address is there, and nothing listens at the port.</summary>
    PortUnreachable,

    /// <summary>A firewall of this machine refuses it.</summary>
    NotPermitted,
}
