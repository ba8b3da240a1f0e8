namespace Spore.Tftp;

/// <summary>
/// The options of a request or of an acknowledgment of options: block size, timeout, transfer size, window size, and
/// the response of PROTOCOL section 8.4. Read first: RFC 2347, then RFC 2348, RFC 2349 and RFC 7440.
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

    /// <summary>The value of <see cref="Response"/> that asks for one.</summary>
    public const long WantsResponse = 1;

    /// <summary>The number of digits that a response is named by.</summary>
    public const int ResponseDigits = 16;

    /// <summary>What stands before these digits in the name of a response.</summary>
    public static readonly string ResponsePrefix = "response/";

    private const int MaxTimeout = 255;

    private static readonly string _blockSizeName = "blksize";
    private static readonly string _timeoutName = "timeout";
    private static readonly string _transferSizeName = "tsize";
    private static readonly string _windowSizeName = "windowsize";
    private static readonly string _responseName = "response";

    /// <summary>"blksize" in bytes, 8 to 65464, or <see cref="Absent"/>.</summary>
    public int BlockSize = Absent;

    /// <summary>"timeout" until a retransmission in seconds, 1 to 255, or <see cref="Absent"/>.</summary>
    public int Timeout = Absent;

    /// <summary>"tsize" in bytes, or <see cref="Absent"/>. A size above 2^31 - 1 becomes 2^31 - 1.</summary>
    public int TransferSize = Absent;

    /// <summary>"windowsize" in blocks, 1 to 65535, or <see cref="Absent"/>.</summary>
    public int WindowSize = Absent;

    /// <summary>
    /// "response": <see cref="WantsResponse"/> in a request; in its acknowledgment the number in the name of the file
    /// in which the response will be; 0 if it is absent.
    /// </summary>
    public long Response;

    /// <summary>The number of other options that <see cref="Parse"/> has found.</summary>
    public int Others;

    /// <summary>Whether there is an option to send.</summary>
    public bool Any
    {
        get
        {
            return BlockSize != Absent
                || Timeout != Absent
                || TransferSize != Absent
                || WindowSize != Absent
                || Response != 0;
        }
    }

    /// <summary>Removes all options.</summary>
    public void Clear()
    {
        BlockSize = Absent;
        Timeout = Absent;
        TransferSize = Absent;
        WindowSize = Absent;
        Response = 0;
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
            else if (Ascii.IsSameInAnyCase(buffer, name, nameLength, _responseName))
            {
                Response = number == WantsResponse
                    ? WantsResponse
                    : ParseResponseName(buffer, nameEnd + 1, valueEnd - nameEnd - 1);
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
        i = EmitOption(buffer, i, _windowSizeName, WindowSize);
        if (Response != 0)
        {
            i = Ascii.Emit(buffer, i, _responseName);
            i = Response == WantsResponse ? Ascii.EmitNumber(buffer, i, Response) : EmitResponseName(buffer, i);
        }

        return i - offset;
    }

    /// <summary>Reads the name of a response: <see cref="ResponsePrefix"/> and 16 lower-case hex digits.</summary>
    /// <param name="buffer">The buffer that holds the name.</param>
    /// <param name="offset">Where it starts, in bytes.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>The number of the response, or 0 if the name is none of a response.</returns>
    internal static long ParseResponseName(byte[] buffer, int offset, int length)
    {
        int prefix = ResponsePrefix.Length;
        if (length != prefix + ResponseDigits || !Ascii.IsSame(buffer, offset, prefix, ResponsePrefix))
        {
            return 0;
        }

        long number = 0;
        for (int i = offset + prefix; i < offset + length; i++)
        {
            int c = buffer[i];
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0)
            {
                return 0;
            }

            number = (number << 4) | (long)digit;
        }

        return number == WantsResponse ? 0 : number;
    }

    private int EmitResponseName(byte[] buffer, int offset)
    {
        // The prefix without the zero byte behind it.
        int i = Ascii.Emit(buffer, offset, ResponsePrefix) - 1;
        for (int shift = 60; shift >= 0; shift -= 4)
        {
            int digit = (int)(Response >> shift) & 15;
            buffer[i] = (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            i++;
        }

        buffer[i] = 0;
        return i + 1;
    }

    private static int EmitOption(byte[] buffer, int offset, string name, int value)
    {
        return value == Absent ? offset : Ascii.EmitNumber(buffer, Ascii.Emit(buffer, offset, name), value);
    }
}
