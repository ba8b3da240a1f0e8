namespace Spore.Hostsim.Uapi;

/// <summary>
/// How an operation ended, as numbers of Linux's errno.h. They are told negated, as wireguard-go does: that is what
/// <c>wg</c> makes its messages of.
/// </summary>
internal enum Errno
{
    /// <summary>All was done.</summary>
    None = 0,

    /// <summary>EPERM: the identity or the signed network says otherwise.</summary>
    NotPermitted = 1,

    /// <summary>EINVAL: the operation is not well formed.</summary>
    Invalid = 22,

    /// <summary>ENOSPC: the node has no room for as much.</summary>
    NoSpace = 28,

    /// <summary>EOPNOTSUPP: this program can't do that.</summary>
    NotSupported = 95,
}
