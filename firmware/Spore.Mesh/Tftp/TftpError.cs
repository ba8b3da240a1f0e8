namespace Spore.Tftp;

/// <summary>
/// The error codes on the wire, and their texts. Read first: RFC 1350 section 5 and its appendix, RFC 2347.
/// </summary>
public static class TftpError
{
    /// <summary>Not defined: the text of the packet gives the reason.</summary>
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

    // One string for all codes, because each string takes memory of its own on a device.
    private static readonly string _texts =
        "Not possible now\nFile not found\nAccess violation\nDisk full or allocation exceeded\nIllegal TFTP operation\n"
        + "Unknown transfer ID\nFile already exists\nNo such user\nOptions refused\n";

    /// <summary>Writes the usual text of a code, and the zero byte that ends it.</summary>
    /// <returns>The offset behind it, in bytes.</returns>
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
