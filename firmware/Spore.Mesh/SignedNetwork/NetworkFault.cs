namespace Spore.SignedNetwork;

/// <summary>Why a network header, file or entry was refused.</summary>
public enum NetworkFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>It ends before it is complete.</summary>
    Truncated,

    /// <summary>It goes on after its end.</summary>
    TrailingBytes,

    /// <summary>It does not begin with "spore-1\n".</summary>
    Magic,

    /// <summary>A field that must be zero is not.</summary>
    NotZero,

    /// <summary>It has more entries or bytes than this node can hold.</summary>
    TooLarge,

    /// <summary>Its number of entries is zero or can't fit its length.</summary>
    Count,

    /// <summary>It was not signed by the trust root, or by a signing key that the trust root certified.</summary>
    Signature,

    /// <summary>Its version is below the one already held.</summary>
    Older,

    /// <summary>Its version is below the oldest that this node may ever accept.</summary>
    BelowFloor,

    /// <summary>It has expired.</summary>
    Expired,

    /// <summary>It differs from the network held under the same version.</summary>
    Equivocation,

    /// <summary>
    /// Its revision is zero, a time in it is beyond the year 9999, or it expires before it was issued.
    /// </summary>
    HeaderValue,

    /// <summary>An entry's length does not fit.</summary>
    EntryLength,

    /// <summary>The entries are not in strictly ascending order of key.</summary>
    Order,

    /// <summary>A field's length does not fit its type.</summary>
    FieldLength,

    /// <summary>A field has a value that is not allowed.</summary>
    FieldValue,

    /// <summary>The fields of an entry are not in ascending order of type.</summary>
    FieldOrder,

    /// <summary>A field that may occur once occurs twice.</summary>
    FieldRepeated,

    /// <summary>A field has an unknown type that may not be skipped.</summary>
    CriticalField,

    /// <summary>The entries do not hash to the root in the header.</summary>
    Root,

    /// <summary>The same header was refused before.</summary>
    AlreadyRefused,

    /// <summary>The public key of an entry is of small order, as zero is.</summary>
    Key,

    /// <summary>Its certificate is malformed, or is for another epoch.</summary>
    Certificate,

    /// <summary>The entries have another number of witnesses than the header states.</summary>
    Witnesses,

    /// <summary>It is a proof for a network of another version.</summary>
    OtherVersion,

    /// <summary>It is the proof of an entry beyond the last one of the network.</summary>
    Index,
}
