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

    /// <summary>Waits for datagrams.</summary>
    /// <param name="room">An empty room, that stays so where nothing came but an error of an earlier datagram.</param>
    /// <exception cref="ObjectDisposedException">The socket is not there any more.</exception>
    void Receive(DatagramsRead room);

    /// <summary>
    /// Sends datagrams, and forgets them. One that can't be sent is lost, and the batch reports it
    /// (<see cref="DatagramBatch.Loss"/>).
    /// </summary>
    /// <param name="batch">The datagrams.</param>
    void Send(DatagramBatch batch);
}
