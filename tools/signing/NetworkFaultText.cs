using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>Network faults in plain words.</summary>
public static class NetworkFaultText
{
    /// <summary>Describes a fault.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>A short sentence without a full stop.</returns>
    public static string Describe(NetworkFault fault) => fault switch
    {
        NetworkFault.None => "nothing is wrong",
        NetworkFault.Truncated => "it ends before it is complete",
        NetworkFault.TrailingBytes => "it goes on after its end",
        NetworkFault.Magic => "it does not begin with \"spore-1\": this is not a signed network",
        NetworkFault.NotZero => "bytes that must be zero are not",
        NetworkFault.HeaderValue =>
            "the revision is zero, a time is beyond the year 9999, or it expires before it was issued",
        NetworkFault.TooLarge => "it has more entries, prefixes or bytes than can be held",
        NetworkFault.Count => "the number of entries is zero or does not fit their length",
        NetworkFault.Signature => "neither the trust root nor a key that it certified signed this",
        NetworkFault.Older => "its version is below the one already held",
        NetworkFault.BelowFloor => "its version is below the oldest that the node may accept",
        NetworkFault.Expired => "it has expired",
        NetworkFault.Equivocation => "it differs from the network held under the same version",
        NetworkFault.EntryLength => "its length does not fit",
        NetworkFault.Order => "its key is not above that of the entry before it",
        NetworkFault.FieldLength => "a field's length does not fit its type",
        NetworkFault.FieldValue => "a field has a value that is not allowed",
        NetworkFault.FieldRepeated => "a field that may occur once occurs twice",
        NetworkFault.FieldOrder => "its fields are not in ascending order of type",
        NetworkFault.CriticalField => "it has a field of an unknown type that may not be skipped",
        NetworkFault.Root => "the entries do not hash to the root in the header",
        NetworkFault.AlreadyRefused => "the same header was refused before",
        NetworkFault.Key => "its public key is of small order",
        NetworkFault.Certificate => "its certificate is malformed, or is for another epoch",
        NetworkFault.Witnesses => "the header states another number of witnesses than the entries have",
        NetworkFault.OtherVersion => "it is for another version of the network",
        NetworkFault.Index => "it is for an entry beyond the last one of the network",
        _ => fault.ToString(),
    };
}
