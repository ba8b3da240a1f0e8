namespace Spore.Base;

/// <summary>The one way out of a node: the outer network's datagrams.</summary>
public interface ITransport
{
    /// <summary>Sends a datagram. It may be lost; the buffer is the node's again on return.</summary>
    /// <param name="buffer">The buffer that holds the datagram.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="endpoint">
    /// Where to; 255.255.255.255 and ff02::1 mean every neighbour. Only valid during the call.
    /// </param>
    void Send(byte[] buffer, int offset, int length, Endpoint endpoint);
}
