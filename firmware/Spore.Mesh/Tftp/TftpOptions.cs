namespace Spore.Tftp;

/// <summary>
/// The options of a request or of an acknowledgment of options: block size, timeout, transfer size and window size.
/// Read first: RFC 2347, then RFC 2348, RFC 2349 and RFC 7440.
/// </summary>
public sealed class TftpOptions
{
    /// <summary>The smallest block size in bytes (RFC 2348).</summary>
    public const int MinBlockSize = 8;

    /// <summary>The largest block size in bytes (RFC 2348).</summary>
    public const int MaxBlockSize = 65464;

    /// <summary>The largest window size in blocks (RFC 7440).</summary>
    public const int MaxWindowSize = 65535;

    /// <summary>The value of an option that is absent.</summary>
    public const int Absent = -1;

    private const int MaxTimeout = 255;

    private static readonly string _blockSizeName = "blksize";
    private static readonly string _timeoutName = "timeout";
    private static readonly string _transferSizeName = "tsize";
    private static readonly string _windowSizeName = "windowsize";

    /// <summary>"blksize" in bytes, 8 to 65464, or <see cref="Absent"/>.</summary>
    public int BlockSize = Absent;

    /// <summary>"timeout" until a retransmission in seconds, 1 to 255, or <see cref="Absent"/>.</summary>
    public int Timeout = Absent;

    /// <summary>"tsize" in bytes, or <see cref="Absent"/>. A size above 2^31 - 1 becomes 2^31 - 1.</summary>
    public int TransferSize = Absent;

    /// <summary>"windowsize" in blocks, 1 to 65535, or <see cref="Absent"/>.</summary>
    public int WindowSize = Absent;

    /// <summary>The number of other options that <see cref="Parse"/> has found.</summary>
    public int Others;

    /// <summary>Whether there is an option to send.</summary>
    public bool Any
    {
        get
        {
            return BlockSize != Absent || Timeout != Absent || TransferSize != Absent || WindowSize != Absent;
        }
    }

    /// <summary>Removes all options.</summary>
    public void Clear()
    {
        BlockSize = Absent;
        Timeout = Absent;
        TransferSize = Absent;
        WindowSize = Absent;
        Others = 0;
    }

    /// <summary>
    /// Reads the options from pairs of strings. An option whose value is out of range is absent, so that an answer
    /// leaves it out. If an option is given twice, the last value counts. A pair that does not end is skipped.
    /// </summary>
    /// <param name="buffer">The buffer that holds the pairs.</param>
    /// <param name="offset">Where they start, in bytes.</param>
    /// <param name="length">Their length in bytes.</param>
    public void Parse(byte[] buffer, int offset, int length)
    {
        Clear();
        int end = offset + length;
        int name = offset;
        while (true)
        {
            int nameEnd = Ascii.End(buffer, name, end);
            int valueEnd = nameEnd < 0 ? -1 : Ascii.End(buffer, nameEnd + 1, end);
            if (valueEnd < 0)
            {
                return;
            }

            int nameLength = nameEnd - name;
            int number = Ascii.Number(buffer, nameEnd + 1, valueEnd - nameEnd - 1);
            if (Ascii.IsSameInAnyCase(buffer, name, nameLength, _blockSizeName))
            {
                BlockSize = number < MinBlockSize ? Absent : number > MaxBlockSize ? MaxBlockSize : number;
            }
            else if (Ascii.IsSameInAnyCase(buffer, name, nameLength, _timeoutName))
            {
                Timeout = number < 1 || number > MaxTimeout ? Absent : number;
            }
            else if (Ascii.IsSameInAnyCase(buffer, name, nameLength, _transferSizeName))
            {
                TransferSize = number;
            }
            else if (Ascii.IsSameInAnyCase(buffer, name, nameLength, _windowSizeName))
            {
                WindowSize = number < 1 || number > MaxWindowSize ? Absent : number;
            }
            else
            {
                Others++;
            }

            name = valueEnd + 1;
        }
    }

    /// <summary>Writes the options that are not absent, as pairs of strings.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where they start, in bytes.</param>
    /// <returns>Their length in bytes.</returns>
    public int Emit(byte[] buffer, int offset)
    {
        int i = EmitOption(buffer, offset, _transferSizeName, TransferSize);
        i = EmitOption(buffer, i, _blockSizeName, BlockSize);
        i = EmitOption(buffer, i, _timeoutName, Timeout);
        return EmitOption(buffer, i, _windowSizeName, WindowSize) - offset;
    }

    private static int EmitOption(byte[] buffer, int offset, string name, int value)
    {
        return value == Absent ? offset : Ascii.EmitNumber(buffer, Ascii.Emit(buffer, offset, name), value);
    }
}
