namespace Spore.Hostsim.Diagnosis;

/// <summary>Why a peer can't be reached.</summary>
internal enum Cause
{
    /// <summary>It can be reached.</summary>
    None,

    /// <summary>The peer is this machine's own node.</summary>
    Self,

    /// <summary>The key was mistyped.</summary>
    KeyMistyped,

    /// <summary>A newer network has removed it.</summary>
    Removed,

    /// <summary>No network names it.</summary>
    NotMember,

    /// <summary>The network has expired.</summary>
    Expired,

    /// <summary>A clock is wrong.</summary>
    Clock,

    /// <summary>This node has no network.</summary>
    NoNetwork,

    /// <summary>This node's network is old, and it may not have the newer one.</summary>
    Behind,

    /// <summary>Two machines have one identity.</summary>
    DuplicateIdentity,

    /// <summary>The trust root has signed two networks of one version.</summary>
    Equivocation,

    /// <summary>The peer has another network.</summary>
    OtherNetwork,

    /// <summary>Where the peer is, is not known.</summary>
    NoEndpoint,

    /// <summary>The peer is elsewhere.</summary>
    WrongEndpoint,

    /// <summary>This machine has no route.</summary>
    NoRoute,

    /// <summary>This machine's firewall drops datagrams.</summary>
    OwnFirewall,

    /// <summary>Datagrams pass in one direction only.</summary>
    OneWay,

    /// <summary>A NAT has forgotten the peer.</summary>
    Nat,

    /// <summary>Large packets are lost.</summary>
    Mtu,

    /// <summary>The peer asks for cookies.</summary>
    UnderLoad,

    /// <summary>The peer does not run.</summary>
    Stopped,

    /// <summary>The peer does not answer, and nobody can tell more.</summary>
    Silent,
}
