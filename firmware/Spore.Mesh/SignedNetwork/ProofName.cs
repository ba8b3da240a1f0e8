namespace Spore.SignedNetwork;

/// <summary>What the name of a proof names (PROTOCOL section 7.7).</summary>
public enum ProofName
{
    /// <summary>Nothing: it is no name of a proof.</summary>
    None,

    /// <summary>A public key, 32 bytes: <c>entry/HEX</c>.</summary>
    Entry,

    /// <summary>An IPv4 address, 4 bytes: <c>route/IP</c>.</summary>
    Ipv4,

    /// <summary>An IPv6 address, 16 bytes: <c>route/IP</c>.</summary>
    Ipv6,

    /// <summary>The number of a witness, 4 bytes, big-endian: <c>witness/N</c>.</summary>
    Witness,
}
