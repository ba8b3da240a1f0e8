namespace Spore.Tests.Interop;

/// <summary>The addresses of a wire.</summary>
public enum Outer
{
    /// <summary>IPv4 and IPv6.</summary>
    Both,

    /// <summary>IPv4 alone.</summary>
    Ipv4,

    /// <summary>No address but the link-local IPv6 ones that the kernel makes.</summary>
    LinkLocal,
}
