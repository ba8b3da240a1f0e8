namespace Spore.Tftp;

/// <summary>The way out for datagrams inside the tunnel.</summary>
public interface IUdpOutput
{
    /// <summary>The buffer to write payloads to, always the same.</summary>
    byte[] Buffer { get; }

    /// <summary>Where payloads start in it, after room for headers. At least 4 bytes and a block follow, a block being the service's largest or 512 bytes.</summary>
    int PayloadOffset { get; }

    /// <summary>Sends the payload in the buffer. It may be lost; the buffer is the service's again on return. Must not call back into the service.</summary>
    /// <param name="source">A buffer with the source address, 16 bytes.</param>
    /// <param name="sourceOffset">Where it starts.</param>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destination">A buffer with the destination address, 16 bytes.</param>
    /// <param name="destinationOffset">Where it starts.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="payloadLength">The length of the payload in bytes.</param>
    void SendUdp(byte[] source, int sourceOffset, int sourcePort, byte[] destination, int destinationOffset, int destinationPort, int payloadLength);
}
