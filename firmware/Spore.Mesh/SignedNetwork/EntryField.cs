namespace Spore.SignedNetwork;

/// <summary>
/// A field of an entry (PROTOCOL section 7.2): the types there are, and a cursor over those of one entry. One object
/// serves any number of entries in turn.
/// </summary>
public sealed class EntryField
{
    /// <summary>
    /// An allowed prefix: an IPv4 or IPv6 address, 4 or 16 bytes, and its length in bits, 1 byte. May repeat.
    /// </summary>
    public const int Prefix = 1;

    /// <summary>An endpoint: an IPv4 or IPv6 address, 4 or 16 bytes, and a UDP port, 2 bytes. May repeat.</summary>
    public const int EndpointAddress = 2;

    /// <summary>An endpoint by name, "host:port" in ASCII. May repeat.</summary>
    public const int EndpointName = 3;

    /// <summary>A name for people, 1 to 64 bytes of UTF-8.</summary>
    public const int Label = 4;

    /// <summary>
    /// The seconds at which others keep their session with this member alive, 2 bytes; 0 means they don't.
    /// </summary>
    public const int Keepalive = 5;

    /// <summary>
    /// What the member does for others: 1 byte of <see cref="EntryRoles"/>, and more that are skipped.
    /// </summary>
    public const int Roles = 6;

    /// <summary>A vendor's own: an IANA enterprise number, 4 bytes, then anything. May repeat.</summary>
    public const int Vendor = 32;

    /// <summary>
    /// The lowest type that restricts: where it is unknown, its entry gives the rights of a guest. A restriction that a
    /// node can't keep must not fail open.
    /// </summary>
    public const int FirstRestrictive = 96;

    /// <summary>The lowest type that makes a file unusable where it is unknown.</summary>
    public const int FirstCritical = 128;

    private byte[] _entry;
    private int _next;
    private int _end;

    /// <summary>The type of the current field, one of the constants here or an unknown one.</summary>
    public int Type;

    /// <summary>Where the value of the current field starts, in the buffer that the entry is in.</summary>
    public int ValueOffset;

    /// <summary>The length of the current field's value in bytes.</summary>
    public int ValueLength;

    /// <summary>
    /// Starts before the first field of an entry that was checked (<see cref="NetworkEntry.Check"/>).
    /// </summary>
    /// <param name="entry">A buffer that holds the entry, which must stay as it is during the walk.</param>
    /// <param name="offset">Where it starts.</param>
    public void Begin(byte[] entry, int offset)
    {
        _entry = entry;
        _next = offset + NetworkEntry.FieldsOffset;
        _end = offset + NetworkEntry.Length(entry, offset);
    }

    /// <summary>Goes on to the next field.</summary>
    /// <returns>False when there is none.</returns>
    public bool Next()
    {
        if (_next >= _end)
        {
            return false;
        }

        Type = _entry[_next];
        ValueLength = _entry[_next + 1];
        ValueOffset = _next + 2;
        _next = ValueOffset + ValueLength;
        return true;
    }
}
