namespace Spore.WireGuard;

/// <summary>The layout of WireGuard's messages (paper section 5.4). Integers are little-endian.</summary>
public static class Message
{
    /// <summary>Type of the first message: the handshake initiation.</summary>
    public const int Initiation = 1;

    /// <summary>Type of the second message: the handshake response.</summary>
    public const int Response = 2;

    /// <summary>Type of the cookie reply.</summary>
    public const int CookieReply = 3;

    /// <summary>Type of the transport data message.</summary>
    public const int Transport = 4;

    /// <summary>Length of an initiation in bytes.</summary>
    public const int InitiationSize = 148;

    /// <summary>Length of a response in bytes.</summary>
    public const int ResponseSize = 92;

    /// <summary>Length of a cookie reply in bytes.</summary>
    public const int CookieReplySize = 64;

    /// <summary>Bytes before the packet in a transport message: type, receiver, counter.</summary>
    public const int TransportHeaderSize = 16;

    /// <summary>Where the 8-byte counter stands in a transport message.</summary>
    public const int TransportCounter = 8;

    /// <summary>Length of a transport message without a packet: a keepalive.</summary>
    public const int KeepaliveSize = TransportHeaderSize + TagSize;

    /// <summary>Length of an authentication tag in bytes.</summary>
    public const int TagSize = 16;

    /// <summary>Packets are padded with zeros to a multiple of this.</summary>
    public const int PaddingMultiple = 16;

    /// <summary>Length of each of the two MACs at the end of a handshake message.</summary>
    public const int MacSize = 16;

    internal const int KeySize = 32;
    internal const int TimestampSize = 12;

    internal const int InitiationSender = 4;
    internal const int InitiationEphemeral = 8;
    internal const int InitiationStatic = 40;
    internal const int InitiationTimestamp = 88;

    internal const int ResponseSender = 4;
    internal const int ResponseReceiver = 8;
    internal const int ResponseEphemeral = 12;
    internal const int ResponseEmpty = 44;

    internal const int CookieReceiver = 4;
    internal const int CookieNonce = 8;
    internal const int CookieSealed = 32;

    internal const int TransportReceiver = 4;

    /// <summary>Reads the type of a datagram, whose three following bytes must be zero.</summary>
    /// <param name="buffer">The buffer that holds the datagram.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>The type, or 0 when there is none.</returns>
    public static int TypeOf(byte[] buffer, int offset, int length)
    {
        if (length < 4 || buffer[offset + 1] != 0 || buffer[offset + 2] != 0 || buffer[offset + 3] != 0)
        {
            return 0;
        }

        return buffer[offset];
    }

    internal static void WriteIndex(byte[] buffer, int offset, int index)
    {
        buffer[offset] = (byte)index;
        buffer[offset + 1] = (byte)(index >> 8);
        buffer[offset + 2] = (byte)(index >> 16);
        buffer[offset + 3] = (byte)(index >> 24);
    }

    internal static void WriteCounter(byte[] buffer, int offset, ulong counter)
    {
        uint low = (uint)counter;
        uint high = (uint)(counter >> 32);
        buffer[offset] = (byte)low;
        buffer[offset + 1] = (byte)(low >> 8);
        buffer[offset + 2] = (byte)(low >> 16);
        buffer[offset + 3] = (byte)(low >> 24);
        buffer[offset + 4] = (byte)high;
        buffer[offset + 5] = (byte)(high >> 8);
        buffer[offset + 6] = (byte)(high >> 16);
        buffer[offset + 7] = (byte)(high >> 24);
    }
}
