namespace Spore.Signing;

/// <summary>What a <see cref="KeyFile"/> holds.</summary>
public enum KeyFileKind
{
    /// <summary>The trust root.</summary>
    TrustRoot,

    /// <summary>A signing key, with its certificate or without one yet.</summary>
    SigningKey,

    /// <summary>The certificate of a signing key, without a secret.</summary>
    Certificate,
}
