namespace Spore.Tftp;

/// <summary>
/// Completes the names of files that are read from a peer and whose names are computed: of those that end in '/'. A
/// device can make no new strings. Read first: RFC 1350 section 5.
/// </summary>
internal interface ITftpNames
{
    /// <summary>Called each time that a request is sent: writes the rest of its file's name.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the rest starts, in bytes.</param>
    /// <returns>
    /// The offset behind it, in bytes. The name has at most <see cref="TftpTransfer.MaxNameLength"/> bytes in all.
    /// </returns>
    int EmitRest(TftpTransfer transfer, byte[] buffer, int offset);
}
