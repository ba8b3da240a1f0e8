namespace Spore.Tftp;

/// <summary>How the bytes of a file travel. Read first: RFC 1350 section 1.</summary>
public enum TftpMode
{
    /// <summary>Neither of the other two, as "mail".</summary>
    Other,

    /// <summary>The bytes as they are.</summary>
    Octet,

    /// <summary>Text, whose lines end with CR LF (RFC 764).</summary>
    Netascii,
}
