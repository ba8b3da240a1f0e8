using System;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using Spore.Hostsim.Endpoints;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// A socket that sends and receives many datagrams in one call (sendmmsg, recvmmsg), and as one those that belong
/// together where the kernel can cut and join them (UDP_SEGMENT, UDP_GRO; udp(7)).
/// </summary>
internal sealed partial class LinuxSocket : IDatagramSocket
{
    private const int Places = 8;
    private const int SocketLevel = 1;
    private const int ForceSendBuffer = 32;
    private const int ForceReceiveBuffer = 33;
    private const int UdpLevel = 17;
    private const int Cut = 103;
    private const int Join = 104;
    private const int WaitForOne = 0x10000;

    private const int Interrupted = 4;
    private const int InputOutput = 5;
    private const int Invalid = 22;
    private const int MessageSize = 90;

    private readonly Socket _socket;
    private readonly bool _isIpv4;
    private readonly MessageArray _received;
    private readonly MessageArray _sent;
    private readonly Lock _sending = new();
    private readonly bool _joins;
    private bool _cuts;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">A UDP socket that is bound.</param>
    /// <param name="bufferSize">
    /// How many bytes the kernel is to keep for it in each direction, beyond its limit where this program may.
    /// </param>
    public LinuxSocket(Socket socket, int bufferSize)
    {
        _socket = socket;
        _isIpv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        ReadOnlySpan<byte> name = EndpointAddress.Empty(socket.AddressFamily).Buffer.Span;
        _received = new MessageArray(Places, name);
        _sent = new MessageArray(Math.Max(DatagramBatch.MaxRuns, DatagramBatch.MaxRunCount), name);
        SetOption(SocketLevel, ForceSendBuffer, bufferSize);
        SetOption(SocketLevel, ForceReceiveBuffer, bufferSize);
        _joins = SetOption(UdpLevel, Join, 1);
        _cuts = SetOption(UdpLevel, Cut, 0);
    }

    /// <inheritdoc/>
    public EndPoint LocalEndPoint => _socket.LocalEndPoint!;

    /// <inheritdoc/>
    public DatagramsRead NewRoom()
    {
        return new DatagramsRead(Places);
    }

    /// <inheritdoc/>
    public void Receive(DatagramsRead room)
    {
        for (int i = 0; i < Places; i++)
        {
            _received.Set(i, room.Buffer, i * DatagramsRead.PlaceSize, DatagramsRead.PlaceSize);
            if (_joins)
            {
                _received.ExpectSegmentSize(i);
            }
        }

        int count = ReceiveMessages(_socket.SafeHandle, _received[0], Places, WaitForOne, 0);
        for (int i = 0; i < count; i++)
        {
            int length = _received.LengthAt(i, Join, out int size);
            EndpointAddress.Read(_received.NameAt(i), _isIpv4, room.Add(length, size));
        }
    }

    /// <inheritdoc/>
    public void Send(DatagramBatch batch)
    {
        lock (_sending)
        {
            try
            {
                int next = 0;
                while (next < batch.Count)
                {
                    if (_cuts)
                    {
                        next = SendRuns(batch, next);
                    }
                    else
                    {
                        SendOneByOne(batch, next++);
                    }
                }
            }
            catch (ObjectDisposedException)
            {
                // The last words of a node that is ending.
            }
        }

        batch.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
    }

    // Sends the runs from one on, and tells which is the next.
    private int SendRuns(DatagramBatch batch, int first)
    {
        for (int i = first; i < batch.Count; i++)
        {
            DatagramBatch.Run run = batch.RunAt(i);
            _sent.Set(i, batch.Bytes, run.Offset, run.Length);
            EndpointAddress.Write(batch.EndpointAt(i), _sent.NameAt(i));
            if (run.Count > 1)
            {
                _sent.SetSegmentSize(i, Cut, run.Size);
            }
        }

        int sent = SendMessages(_socket.SafeHandle, _sent[first], (uint)(batch.Count - first), 0);
        if (sent > 0)
        {
            return first + sent;
        }

        int error = Marshal.GetLastPInvokeError();
        if (error == Interrupted)
        {
            return first;
        }

        if (batch.RunAt(first).Count > 1)
        {
            // The interface can't make the checksums (then none after it is tried), or its MTU is
            // smaller than a datagram.
            _cuts &= error != InputOutput;
            if (error is InputOutput or Invalid or MessageSize)
            {
                SendOneByOne(batch, first);
            }
        }

        return first + 1;
    }

    private void SendOneByOne(DatagramBatch batch, int index)
    {
        DatagramBatch.Run run = batch.RunAt(index);
        for (int i = 0; i < run.Count; i++)
        {
            _sent.Set(i, batch.Bytes, run.OffsetOf(i), run.LengthOf(i));
            EndpointAddress.Write(batch.EndpointAt(index), _sent.NameAt(i));
        }

        int next = 0;
        while (next < run.Count)
        {
            int sent = SendMessages(_socket.SafeHandle, _sent[next], (uint)(run.Count - next), 0);
            if (sent > 0)
            {
                next += sent;
            }
            else if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                next++;
            }
        }
    }

    private bool SetOption(int level, int name, int value)
    {
        return SetOption(_socket.SafeHandle, level, name, value, sizeof(int)) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(SafeSocketHandle socket, int level, int name, in int value, uint length);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMessages(SafeSocketHandle socket, nint messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMessages(
        SafeSocketHandle socket, nint messages, uint count, int flags, nint timeout);
}
