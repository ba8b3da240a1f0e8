using Spore.Base;

namespace Spore.Tftp;

/// <summary>The packets of TFTP in a UDP payload: parse and emit. Read first: RFC 1350 section 5, RFC 2347.</summary>
public static class TftpPacket
{
    /// <summary>The UDP port of a server, to which requests are sent.</summary>
    public const int Port = 69;

    /// <summary>Opcode of a read request.</summary>
    public const int ReadRequest = 1;

    /// <summary>Opcode of a write request.</summary>
    public const int WriteRequest = 2;

    /// <summary>Opcode of a block of data.</summary>
    public const int Data = 3;

    /// <summary>Opcode of an acknowledgment.</summary>
    public const int Acknowledgment = 4;

    /// <summary>Opcode of an error, which ends the transfer.</summary>
    public const int Error = 5;

    /// <summary>Opcode of an acknowledgment of options.</summary>
    public const int OptionAcknowledgment = 6;

    /// <summary>The length of the header of a block of data, of an acknowledgment and of an error, in bytes.</summary>
    public const int DataHeaderSize = 4;

    /// <summary>The block size in bytes if none was negotiated.</summary>
    public const int DefaultBlockSize = 512;

    private static readonly string _octet = "octet";
    private static readonly string _netascii = "netascii";

    /// <summary>Reads the opcode, and checks that the packet has the numbers that belong to it.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts, in bytes.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>One of the opcodes, or -1 if the packet is not valid.</returns>
    public static int Opcode(byte[] buffer, int offset, int length)
    {
        if (length < 2)
        {
            return -1;
        }

        int opcode = BigEndian.ReadUInt16(buffer, offset);
        if (opcode < ReadRequest || opcode > OptionAcknowledgment)
        {
            return -1;
        }

        bool hasNumber = opcode == Data || opcode == Acknowledgment || opcode == Error;
        return hasNumber && length < DataHeaderSize ? -1 : opcode;
    }

    /// <summary>Reads the block number of data or of an acknowledgment, or the code of an error.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts, in bytes.</param>
    /// <returns>The number, 0 to 65535.</returns>
    public static int Number(byte[] buffer, int offset)
    {
        return BigEndian.ReadUInt16(buffer, offset + 2);
    }

    /// <summary>Parses a read or write request.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts, in bytes; the name starts 2 bytes later.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="nameLength">The length of the file's name in bytes.</param>
    /// <param name="mode">The mode, whose name may be in upper or lower case.</param>
    /// <param name="optionsOffset">Where the options start in the buffer, in bytes.</param>
    /// <returns>False if the name or the mode has no zero byte at its end.</returns>
    public static bool ParseRequest(
        byte[] buffer,
        int offset,
        int length,
        out int nameLength,
        out TftpMode mode,
        out int optionsOffset)
    {
        int end = offset + length;
        int name = offset + 2;
        int nameEnd = Ascii.End(buffer, name, end);
        int modeName = nameEnd + 1;
        int modeEnd = nameEnd < 0 ? -1 : Ascii.End(buffer, modeName, end);
        if (modeEnd < 0)
        {
            nameLength = 0;
            mode = TftpMode.Other;
            optionsOffset = end;
            return false;
        }

        nameLength = nameEnd - name;
        mode = Ascii.IsSameInAnyCase(buffer, modeName, modeEnd - modeName, _octet) ? TftpMode.Octet
            : Ascii.IsSameInAnyCase(buffer, modeName, modeEnd - modeName, _netascii) ? TftpMode.Netascii
            : TftpMode.Other;
        optionsOffset = modeEnd + 1;
        return true;
    }

    /// <summary>Writes a request with mode "octet".</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the packet starts, in bytes.</param>
    /// <param name="opcode"><see cref="ReadRequest"/> or <see cref="WriteRequest"/>.</param>
    /// <param name="name">The file's name in ASCII, without a zero byte in it.</param>
    /// <param name="options">The options to ask for.</param>
    /// <returns>The length of the packet in bytes.</returns>
    public static int EmitRequest(byte[] buffer, int offset, int opcode, string name, TftpOptions options)
    {
        return EmitMode(buffer, offset, EmitName(buffer, offset, opcode, name), options);
    }

    /// <summary>Begins a request.</summary>
    /// <returns>Where the rest of the name can be written, in bytes.</returns>
    internal static int EmitName(byte[] buffer, int offset, int opcode, string name)
    {
        BigEndian.WriteUInt16(buffer, offset, opcode);
        return Ascii.Emit(buffer, offset + 2, name) - 1;
    }

    /// <summary>Ends a request, whose name ends before <paramref name="nameEnd"/>.</summary>
    /// <returns>The length of the packet in bytes.</returns>
    internal static int EmitMode(byte[] buffer, int offset, int nameEnd, TftpOptions options)
    {
        buffer[nameEnd] = 0;
        int i = Ascii.Emit(buffer, nameEnd + 1, _octet);
        return i - offset + options.Emit(buffer, i);
    }

    /// <summary>Writes the header of a block of data.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the packet starts, in bytes; the data starts 4 bytes later.</param>
    /// <param name="block">The block number, of which the lower 16 bits are sent.</param>
    public static void EmitDataHeader(byte[] buffer, int offset, int block)
    {
        BigEndian.WriteUInt16(buffer, offset, Data);
        BigEndian.WriteUInt16(buffer, offset + 2, block);
    }

    /// <summary>Writes an acknowledgment.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the packet starts, in bytes.</param>
    /// <param name="block">The block number, of which the lower 16 bits are sent.</param>
    /// <returns>The length of the packet in bytes.</returns>
    public static int EmitAcknowledgment(byte[] buffer, int offset, int block)
    {
        BigEndian.WriteUInt16(buffer, offset, Acknowledgment);
        BigEndian.WriteUInt16(buffer, offset + 2, block);
        return DataHeaderSize;
    }

    /// <summary>Writes an acknowledgment of options.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the packet starts, in bytes.</param>
    /// <param name="options">The options that were accepted.</param>
    /// <returns>The length of the packet in bytes.</returns>
    public static int EmitOptionAcknowledgment(byte[] buffer, int offset, TftpOptions options)
    {
        BigEndian.WriteUInt16(buffer, offset, OptionAcknowledgment);
        return 2 + options.Emit(buffer, offset + 2);
    }

    /// <summary>Writes an error.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the packet starts, in bytes.</param>
    /// <param name="code">The code, 0 to 65535.</param>
    /// <param name="text">The text for people, in ASCII; null for the usual text of the code.</param>
    /// <returns>The length of the packet in bytes.</returns>
    public static int EmitError(byte[] buffer, int offset, int code, string text)
    {
        BigEndian.WriteUInt16(buffer, offset, Error);
        BigEndian.WriteUInt16(buffer, offset + 2, code);
        int start = offset + DataHeaderSize;
        return (text != null ? Ascii.Emit(buffer, start, text) : TftpError.EmitText(buffer, start, code)) - offset;
    }
}
