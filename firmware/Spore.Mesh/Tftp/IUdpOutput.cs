namespace Spore.Tftp;

/// <summary>Where a <see cref="TftpService"/> builds and sends its datagrams. Read first: RFC 1350 section 3.</summary>
public interface IUdpOutput
{
    /// <summary>The buffer to write payloads to, always the same.</summary>
    byte[] Buffer { get; }

    /// <summary>
    /// Where payloads start in <see cref="Buffer"/>, in bytes: the headers have their space before it. A payload has
    /// space for 4 bytes and a block of 512 bytes, or of the service's largest block size if that is more.
    /// </summary>
    int PayloadOffset { get; }

    /// <summary>
    /// Sends the payload in <see cref="Buffer"/>. The datagram may be lost. After the call the service may write to the
    /// buffer again. The method must not call the service.
    /// </summary>
    /// <param name="source">A buffer with the source address, 16 bytes.</param>
    /// <param name="sourceOffset">Where that address starts, in bytes.</param>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destination">A buffer with the destination address, 16 bytes.</param>
    /// <param name="destinationOffset">Where that address starts, in bytes.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="payloadLength">The length of the payload in bytes.</param>
    void SendUdp(
        byte[] source,
        int sourceOffset,
        int sourcePort,
        byte[] destination,
        int destinationOffset,
        int destinationPort,
        int payloadLength);
}
