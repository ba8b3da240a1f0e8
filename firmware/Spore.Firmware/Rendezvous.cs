using System.Net;
using System.Net.Sockets;

namespace Spore.Firmware;

/// <summary>The place to say hello to beyond the local network, if the flash names one.</summary>
internal sealed class Rendezvous
{
    private readonly string _host;
    private readonly int _port;

    /// <summary>Reads the record.</summary>
    /// <param name="record">"SPORERV1" and 64 bytes of host:port, zeros after it.</param>
    public Rendezvous(byte[] record)
    {
        int colon = -1;
        int end = FlashRecords.RendezvousOffset;
        while (end < FlashRecords.RendezvousSize && record[end] != 0)
        {
            if (record[end] == ':')
            {
                colon = end;
            }

            end++;
        }

        int port = 0;
        for (int i = colon + 1; colon > 0 && i < end; i++)
        {
            port = record[i] >= '0' && record[i] <= '9' && port <= IPEndPoint.MaxPort ? (port * 10) + record[i] - '0' : IPEndPoint.MaxPort + 1;
        }

        if (colon > FlashRecords.RendezvousOffset && port > 0 && port <= IPEndPoint.MaxPort)
        {
            _host = "";
            for (int i = FlashRecords.RendezvousOffset; i < colon; i++)
            {
                _host = string.Concat(_host, ((char)record[i]).ToString());
            }

            _port = port;
        }
    }

    /// <summary>Whether there is one.</summary>
    public bool IsGiven
    {
        get { return _host != null; }
    }

    /// <summary>Finds its address.</summary>
    /// <param name="endpoint">Takes it.</param>
    /// <returns>Whether the name was found.</returns>
    public bool Resolve(Endpoint endpoint)
    {
        try
        {
            IPAddress[] found = Dns.GetHostEntry(_host).AddressList;
            for (int i = 0; i < found.Length; i++)
            {
                if (found[i].AddressFamily == AddressFamily.InterNetwork)
                {
                    endpoint.SetIpv4(found[i].GetAddressBytes(), 0, _port);
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
