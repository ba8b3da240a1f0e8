using System;
using System.Net;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>A UDP socket that sends and receives many datagrams at one time, where the system lets it.</summary>
internal interface IDatagramSocket : IDisposable
{
    /// <summary>Where it is bound.</summary>
    EndPoint LocalEndPoint { get; }

    /// <summary>Makes room for what can be received at one time.</summary>
    /// <returns>The room.</returns>
    DatagramsRead NewRoom();

    /// <summary>Waits for datagrams, as long as the socket's timeout says.</summary>
    /// <param name="room">An empty room, that stays so where nothing came but an error of an earlier datagram.</param>
    /// <returns>Whether an earlier datagram was refused: ICMP has reported "port unreachable".</returns>
    /// <exception cref="ObjectDisposedException">The socket is not there any more.</exception>
    bool Receive(DatagramsRead room);

    /// <summary>
    /// Sends datagrams, and forgets them. One that can't be sent is lost, and the batch reports it
    /// (<see cref="DatagramBatch.Loss"/>).
    /// </summary>
    /// <param name="batch">The datagrams.</param>
    void Send(DatagramBatch batch);
}
