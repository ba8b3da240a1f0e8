using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Spore.Base;
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
    private const int Ipv4Level = 0;
    private const int Ipv4PacketInformation = 8;
    private const int Ipv6Level = 41;
    private const int Ipv6ReceivePacketInformation = 49;
    private const int Ipv6PacketInformation = 50;

    // struct in_pktinfo: interface 4, local address 4, address of the header 4. struct in6_pktinfo:
    // address 16, interface 4.
    private const int Ipv4InformationSize = 12;
    private const int Ipv4LocalOffset = 4;
    private const int Ipv6InformationSize = 20;
    private const int Ipv6InterfaceOffset = 16;
    private const byte Multicast = 0xFF;

    // fe80::/10.
    private const int LinkLocalShift = 54;
    private const ulong LinkLocal = 0xFE80 >> 6;

    private const int Interrupted = 4;
    private const int InputOutput = 5;
    private const int NoDevice = 19;
    private const int Invalid = 22;
    private const int MessageSize = 90;
    private const int AddressNotAvailable = 99;
    private const int NetworkUnreachable = 101;
    private const int ConnectionRefused = 111;
    private const int HostUnreachable = 113;

    private readonly Socket _socket;
    private readonly bool _isIpv4;
    private readonly MessageArray _received;

    // One for each thread that sends at a time.
    private readonly ConcurrentBag<MessageArray> _sent = [];
    private readonly byte[] _name;
    private readonly LocalAddresses? _locals;
    private readonly bool _joins;
    private volatile bool _cuts;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">A UDP socket that is bound.</param>
    /// <param name="bufferSize">
    /// How many bytes the kernel is to keep for it in each direction, beyond its limit where this program may.
    /// </param>
    /// <param name="locals">
    /// The addresses of the machine: datagrams to an endpoint have the source address that the endpoint sent to. Null
    /// where the machine is to choose the source address, or the socket is bound to one.
    /// </param>
    public LinuxSocket(Socket socket, int bufferSize, LocalAddresses? locals = null)
    {
        _socket = socket;
        _isIpv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        _name = EndpointAddress.Empty(socket.AddressFamily).Buffer.ToArray();
        _received = new MessageArray(Places, _name);
        SetOption(SocketLevel, ForceSendBuffer, bufferSize);
        SetOption(SocketLevel, ForceReceiveBuffer, bufferSize);
        bool informs = locals != null
            && SetOption(
                _isIpv4 ? Ipv4Level : Ipv6Level, _isIpv4 ? Ipv4PacketInformation : Ipv6ReceivePacketInformation, 1);
        _locals = informs ? locals : null;
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
    public bool Receive(DatagramsRead room)
    {
        for (int i = 0; i < Places; i++)
        {
            _received.Set(i, room.Buffer, i * DatagramsRead.PlaceSize, DatagramsRead.PlaceSize);
            _received.ExpectControls(i);
        }

        int count = ReceiveMessages(_socket.SafeHandle, _received[0], Places, WaitForOne, 0);
        for (int i = 0; i < count; i++)
        {
            int length = _received.LengthAt(i);
            ReadOnlySpan<byte> joined = _joins ? _received.FindControl(i, UdpLevel, Join) : default;
            int size = joined.Length >= sizeof(int) ? MemoryMarshal.Read<int>(joined) : 0;
            Endpoint source = room.Add(length, size > 0 ? size : length);
            EndpointAddress.Read(_received.NameAt(i), _isIpv4, source);
            source.SetLocal(LearnLocal(i));
        }

        return count < 0 && Marshal.GetLastPInvokeError() == ConnectionRefused;
    }

    /// <inheritdoc/>
    public void Send(DatagramBatch batch)
    {
        if (!_sent.TryTake(out MessageArray? messages))
        {
            messages = new MessageArray(Math.Max(DatagramBatch.MaxRuns, DatagramBatch.MaxRunCount), _name);
        }

        try
        {
            int next = 0;
            while (next < batch.Count)
            {
                if (_cuts)
                {
                    next = SendRuns(messages, batch, next);
                }
                else
                {
                    SendOneByOne(messages, batch, next++);
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The last words of a node that is ending.
        }

        _sent.Add(messages);
        batch.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
    }

    // The number of the address that a message was sent to. Of a broadcast the kernel names the interface's address.
    private int LearnLocal(int index)
    {
        ReadOnlySpan<byte> data = _locals == null ? default
            : _isIpv4 ? _received.FindControl(index, Ipv4Level, Ipv4PacketInformation)
            : _received.FindControl(index, Ipv6Level, Ipv6PacketInformation);
        if (data.Length < (_isIpv4 ? Ipv4InformationSize : Ipv6InformationSize) || (!_isIpv4 && data[0] == Multicast))
        {
            return 0;
        }

        if (_isIpv4)
        {
            uint address = BinaryPrimitives.ReadUInt32BigEndian(data[Ipv4LocalOffset..]);
            return address == 0 ? 0 : _locals!.Learn(0, address, MemoryMarshal.Read<int>(data));
        }

        return _locals!.Learn(
            BinaryPrimitives.ReadUInt64BigEndian(data),
            BinaryPrimitives.ReadUInt64BigEndian(data[sizeof(ulong)..]),
            MemoryMarshal.Read<int>(data[Ipv6InterfaceOffset..]));
    }

    // Names the source address of a message. Routes decide by which interface it leaves; a link-local address has to
    // name its own.
    private void SetSource(MessageArray messages, int index, LocalAddress local)
    {
        if (_isIpv4)
        {
            Span<byte> data = messages.AddControl(index, Ipv4Level, Ipv4PacketInformation, Ipv4InformationSize);
            BinaryPrimitives.WriteUInt32BigEndian(data[Ipv4LocalOffset..], (uint)local.Low);
            return;
        }

        Span<byte> information = messages.AddControl(index, Ipv6Level, Ipv6PacketInformation, Ipv6InformationSize);
        BinaryPrimitives.WriteUInt64BigEndian(information, local.High);
        BinaryPrimitives.WriteUInt64BigEndian(information[sizeof(ulong)..], local.Low);
        if (local.High >> LinkLocalShift == LinkLocal)
        {
            MemoryMarshal.Write(information[Ipv6InterfaceOffset..], local.Interface);
        }
    }

    // Sends the runs from one on, and tells which is the next.
    private int SendRuns(MessageArray messages, DatagramBatch batch, int first)
    {
        LocalAddress? firstLocal = null;
        for (int i = first; i < batch.Count; i++)
        {
            DatagramBatch.Run run = batch.RunAt(i);
            LocalAddress? local = Set(messages, i, batch, i, run.Offset, run.Length);
            firstLocal = i == first ? local : firstLocal;
            if (run.Count > 1)
            {
                MemoryMarshal.Write(messages.AddControl(i, UdpLevel, Cut, sizeof(ushort)), (ushort)run.Size);
            }
        }

        int sent = SendMessages(_socket.SafeHandle, messages[first], (uint)(batch.Count - first), 0);
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
            _cuts = _cuts && error != InputOutput;
        }

        if ((batch.RunAt(first).Count > 1 && error is InputOutput or Invalid or MessageSize)
            || (firstLocal != null && IsOfSource(error)))
        {
            SendOneByOne(messages, batch, first);
        }
        else
        {
            batch.Lose(first, batch.RunAt(first).Count, batch.RunAt(first).Length);
        }

        return first + 1;
    }

    private void SendOneByOne(MessageArray messages, DatagramBatch batch, int index)
    {
        DatagramBatch.Run run = batch.RunAt(index);
        LocalAddress? local = null;
        for (int i = 0; i < run.Count; i++)
        {
            local = Set(messages, i, batch, index, run.OffsetOf(i), run.LengthOf(i));
        }

        int next = 0;
        while (next < run.Count)
        {
            int sent = SendMessages(_socket.SafeHandle, messages[next], (uint)(run.Count - next), 0);
            int error = sent > 0 ? 0 : Marshal.GetLastPInvokeError();
            if (sent > 0)
            {
                next += sent;
            }
            else if (local != null && IsOfSource(error))
            {
                // The machine has lost the address since: it chooses another one.
                for (int i = next; i < run.Count; i++)
                {
                    messages.Set(i, batch.Bytes, run.OffsetOf(i), run.LengthOf(i));
                }

                local = null;
            }
            else if (error != Interrupted)
            {
                batch.Lose(index, 1, run.LengthOf(next));
                next++;
            }
        }
    }

    // Makes a message ready to be sent, and returns its source address where it names one.
    private LocalAddress? Set(MessageArray messages, int index, DatagramBatch batch, int run, int offset, int length)
    {
        Endpoint endpoint = batch.EndpointAt(run);
        messages.Set(index, batch.Bytes, offset, length);
        EndpointAddress.Write(endpoint, messages.NameAt(index));
        LocalAddress? local = _locals?.Find(endpoint);
        if (local != null)
        {
            SetSource(messages, index, local);
        }

        return local;
    }

    // Whether an error may come from the source address, so that another one may do.
    private static bool IsOfSource(int error)
    {
        return error is NoDevice or Invalid or AddressNotAvailable or NetworkUnreachable or HostUnreachable;
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
