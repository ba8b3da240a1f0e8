namespace Spore.SignedNetwork;

/// <summary>Why an identity record was refused.</summary>
public enum IdentityFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>It is shorter than <see cref="IdentityRecord.Size"/>.</summary>
    Truncated,

    /// <summary>It is longer than <see cref="IdentityRecord.Size"/>.</summary>
    TrailingBytes,

    /// <summary>It does not begin with "SPOREID1".</summary>
    Magic,

    /// <summary>Its private key is all zero: nothing was ever written into it.</summary>
    Unprovisioned,

    /// <summary>Its checksum does not agree with its bytes: it is damaged.</summary>
    Checksum,

    /// <summary>Its trust root is all zero: it could never verify a network.</summary>
    NoTrustRoot,
}
