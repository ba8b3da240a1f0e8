using System.Net;
using System.Net.Sockets;
using Spore.Base;
using Spore.Net;

namespace Spore.Firmware;

/// <summary>
/// A place on the outer network by its name: what the flash names as rendezvous, or the network as a peer's endpoint.
/// </summary>
internal sealed class PlaceName
{
    private readonly string _host;
    private readonly int _port;

    /// <summary>Reads a name.</summary>
    /// <param name="text">A buffer with host:port in ASCII; a zero ends it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length at most.</param>
    public PlaceName(byte[] text, int offset, int length)
    {
        int colon = -1;
        int end = offset;
        while (end < offset + length && text[end] != 0)
        {
            if (text[end] == ':')
            {
                colon = end;
            }

            end++;
        }

        int port = 0;
        for (int i = colon + 1; colon > 0 && i < end; i++)
        {
            port = text[i] >= '0' && text[i] <= '9' && port <= IPEndPoint.MaxPort
                ? (port * 10) + text[i] - '0'
                : IPEndPoint.MaxPort + 1;
        }

        if (colon > offset && port > 0 && port <= IPEndPoint.MaxPort)
        {
            _host = "";
            for (int i = offset; i < colon; i++)
            {
                _host = string.Concat(_host, ((char)text[i]).ToString());
            }

            _port = port;
        }
    }

    /// <summary>Whether there is one.</summary>
    public bool IsGiven
    {
        get { return _host != null; }
    }

    /// <summary>Finds the first unicast IPv4 address of the name.</summary>
    /// <param name="endpoint">Receives the address and the port; unchanged when there is no such address.</param>
    /// <returns>Whether the name has such an address.</returns>
    public bool Resolve(Endpoint endpoint)
    {
        try
        {
            IPAddress[] found = Dns.GetHostEntry(_host).AddressList;
            for (int i = 0; i < found.Length; i++)
            {
                // A name server may answer 0.0.0.0 for a name that it blocks.
                byte[] address = found[i].GetAddressBytes();
                if (found[i].AddressFamily == AddressFamily.InterNetwork && IpPacket.IsUnicast(4, address, 0))
                {
                    endpoint.SetIpv4(address, 0, _port);
                    return true;
                }
            }

            return false;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
