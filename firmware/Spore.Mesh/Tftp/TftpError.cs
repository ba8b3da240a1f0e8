namespace Spore.Tftp;

/// <summary>How a transfer, a block or a request ended. From 0 up these are the codes on the wire (RFC 1350 section 5, RFC 2347); those below zero are never sent.</summary>
public static class TftpError
{
    /// <summary>No error.</summary>
    public const int Ok = -1;

    /// <summary>Not yet decided: <see cref="TftpService.Resume"/> tells.</summary>
    public const int Wait = -2;

    /// <summary>The peer fell silent.</summary>
    public const int Timeout = -3;

    /// <summary>Ended from this side: the peer's session is gone, or the peer has begun anew.</summary>
    public const int Aborted = -4;

    /// <summary>The peer has no TFTP program at that port.</summary>
    public const int PortUnreachable = -5;

    /// <summary>Now decidable, but not kept: the block is wanted once more. For <see cref="TftpService.Resume"/> only.</summary>
    public const int Repeat = -6;

    /// <summary>Not defined; the text tells.</summary>
    public const int NotDefined = 0;

    /// <summary>File not found.</summary>
    public const int FileNotFound = 1;

    /// <summary>Access violation.</summary>
    public const int AccessViolation = 2;

    /// <summary>Disk full or allocation exceeded.</summary>
    public const int DiskFull = 3;

    /// <summary>Illegal TFTP operation.</summary>
    public const int IllegalOperation = 4;

    /// <summary>Unknown transfer identifier, which is a port.</summary>
    public const int UnknownTransferId = 5;

    /// <summary>File already exists.</summary>
    public const int FileAlreadyExists = 6;

    /// <summary>No such user.</summary>
    public const int NoSuchUser = 7;

    /// <summary>The options were refused (RFC 2347).</summary>
    public const int OptionRefused = 8;

    private const int Texts = 9;

    // Those of all codes, since each string takes a piece of a device's memory.
    private static readonly string _texts =
        "Not possible now\nFile not found\nAccess violation\nDisk full or allocation exceeded\nIllegal TFTP operation\n"
        + "Unknown transfer ID\nFile already exists\nNo such user\nOptions refused\n";

    /// <summary>Writes the usual text for a code on the wire, and the zero byte that ends it.</summary>
    /// <returns>Where to go on.</returns>
    internal static int EmitText(byte[] buffer, int offset, int code)
    {
        int i = 0;
        for (int skip = code < Texts ? code : NotDefined; skip > 0; i++)
        {
            if (_texts[i] == '\n')
            {
                skip--;
            }
        }

        for (; _texts[i] != '\n'; i++)
        {
            buffer[offset++] = (byte)_texts[i];
        }

        buffer[offset] = 0;
        return offset + 1;
    }
}
