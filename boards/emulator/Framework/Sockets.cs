using System;
using System.Net;
using System.Net.Sockets;

namespace Spore.Emulator;

/// <content>
/// Sockets of UDP (System.Net 1.11.54 over nf-interpreter's sys_net_native_System_Net_Sockets_NativeSocket.cpp).
/// </content>
internal static unsafe partial class Framework
{
    private const string SocketType = "System.Net.Sockets.Socket";

    // Blocks of a Socket, counted from its header.
    private const int HandleField = 1;
    private const int BlockingField = 2;
    private const int LocalEndpointField = 3;
    private const int ReceiveTimeoutField = 4;
    private const int SendTimeoutField = 5;
    private const int SocketTypeField = 6;
    private const int RightEndpointField = 7;
    private const int Disposed = -1;
    private const int Forever = -1;
    private const int Dgram = 2;

    private static void AddSockets()
    {
        const string Flags = "System.Net.Sockets.SocketFlags";
        const string Level = "System.Net.Sockets.SocketOptionLevel";
        const string Name = "System.Net.Sockets.SocketOptionName";
        Add(
            $"{SocketType}::.ctor(System.Net.Sockets.AddressFamily,System.Net.Sockets.SocketType,"
            + "System.Net.Sockets.ProtocolType)",
            Open,
            28);
        Add($"{SocketType}::Bind(System.Net.EndPoint)", Bind, 86);
        Add($"{SocketType}::Close()", (m, a) => Close(m, a), 20);
        Add($"{SocketType}::System.IDisposable.Dispose()", (m, a) => Close(m, a), 17);
        Add($"{SocketType}::Dispose(System.Boolean)", (m, a) => Close(m, a), 11);
        Add($"{SocketType}::Poll(System.Int32,System.Net.Sockets.SelectMode)", Poll, 9);
        Add(
            $"{SocketType}::get_Available()",
            (m, a) => a[0].Set(DataType.I4, m.Network.Peek(Handle(a))?.Bytes.Length ?? 0),
            12);
        Add($"{SocketType}::get_LocalEndPoint()", (m, a) =>
        {
            int port = m.Network.PortOf(Handle(a));
            a[0] = MakeEndpoint(m, new IPEndPoint(IPAddress.Any, port));
        }, 30);
        Add(
            $"{SocketType}::get_ReceiveTimeout()",
            (_, a) => a[0].Set(DataType.I4, a[0].Target[ReceiveTimeoutField].I4),
            3);
        Add($"{SocketType}::set_ReceiveTimeout(System.Int32)", (_, a) => SetTimeout(a, ReceiveTimeoutField), 10);
        Add($"{SocketType}::get_SendTimeout()", (_, a) => a[0].Set(DataType.I4, a[0].Target[SendTimeoutField].I4), 3);
        Add($"{SocketType}::set_SendTimeout(System.Int32)", (_, a) => SetTimeout(a, SendTimeoutField), 10);
        Add($"{SocketType}::get_SocketType()", (_, a) => a[0].Set(DataType.I4, a[0].Target[SocketTypeField].I4), 3);
        Add(
            $"{SocketType}::SendTo(System.Byte[],System.Int32,System.Int32,{Flags},System.Net.EndPoint)",
            (m, a) => SendTo(m, a, a[2].I4, a[3].I4, a[5]),
            21);
        Add(
            $"{SocketType}::SendTo(System.Byte[],System.Net.EndPoint)",
            (m, a) => SendTo(m, a, 0, LengthOf(a), a[2]),
            33);
        Add(
            $"{SocketType}::ReceiveFrom(System.Byte[],System.Int32,System.Int32,{Flags},System.Net.EndPoint&)",
            (m, a) => ReceiveFrom(m, a, a[2].I4, a[3].I4, a[5]),
            163);
        Add(
            $"{SocketType}::ReceiveFrom(System.Byte[],System.Net.EndPoint&)",
            (m, a) => ReceiveFrom(m, a, 0, LengthOf(a), a[2]),
            175);
        Add($"{SocketType}::SetSocketOption({Level},{Name},System.Int32)", SetOption, 46);
        Add($"{SocketType}::SetSocketOption({Level},{Name},System.Boolean)", SetOption, 54);
        Add(
            "System.Net.Sockets.SocketException::.ctor(System.Net.Sockets.SocketError)",
            (_, a) => a[0].Target[a[0].Target->Blocks - 1].I4 = a[1].I4,
            10);
        Add(
            "System.Net.Sockets.SocketException::get_ErrorCode()",
            (_, a) => a[0].Set(DataType.I4, a[0].Target[a[0].Target->Blocks - 1].I4),
            3);
    }

    private static void Open(Machine machine, HeapBlock* arguments)
    {
        if (arguments[1].I4 != InterNetwork)
        {
            throw new DeviceException(SocketError.AddressFamilyNotSupported);
        }

        if (arguments[2].I4 != Dgram)
        {
            throw new ProgramException(SocketType, "the emulator has sockets of UDP only");
        }

        HeapBlock* socket = arguments[0].Target;
        socket[HandleField].I4 = machine.Network.Create();
        socket[BlockingField].I4 = 1;
        socket[ReceiveTimeoutField].I4 = Forever;
        socket[SendTimeoutField].I4 = Forever;
        socket[SocketTypeField].I4 = arguments[2].I4;
    }

    private static int Handle(HeapBlock* arguments)
    {
        if (arguments[0].U8 == 0)
        {
            throw new DeviceException(Fault.NullReference);
        }

        int handle = arguments[0].Target[HandleField].I4;
        return handle == Disposed ? throw new DeviceException(Fault.ObjectDisposed) : handle;
    }

    private static void Bind(Machine machine, HeapBlock* arguments)
    {
        int handle = Handle(arguments);
        IPEndPoint at = HostEndpoint(arguments[1]);
        MakeSnapshot(machine, arguments[1]);
        machine.Network.Bind(handle, at.Address, at.Port);
        arguments[0].Target[RightEndpointField].Store(arguments[1]);
        arguments[0].Target[LocalEndpointField].Store(arguments[1]);
    }

    private static void Close(Machine machine, HeapBlock* arguments)
    {
        HeapBlock* handle = arguments[0].Target + HandleField;
        if (handle->I4 != Disposed)
        {
            machine.Network.Close(handle->I4);
            handle->I4 = Disposed;
        }
    }

    private static void Poll(Machine machine, HeapBlock* arguments)
    {
        const int SelectRead = 0;
        const int SelectWrite = 1;
        int handle = Handle(arguments);
        int mode = arguments[2].I4;
        long deadline = machine.DeadlineIn(arguments[1].I4 < 0 ? Forever : arguments[1].I4);
        HeapBlock* socket = arguments[0].Target;
        bool isDue = mode == SelectWrite || (mode == SelectRead && machine.Network.Peek(handle) is not null);
        if (!isDue && machine.Wait(deadline, () => mode == SelectRead && HasDatagram(machine, socket)))
        {
            return;
        }

        arguments[0].Set(DataType.I4, isDue ? 1 : 0);
    }

    // A thread that waits for a socket which another closes is woken, to see that it is gone.
    private static bool HasDatagram(Machine machine, HeapBlock* socket)
    {
        int handle = socket[HandleField].I4;
        return handle == Disposed || machine.Network.Peek(handle) is not null;
    }

    private static void SetTimeout(HeapBlock* arguments, int field)
    {
        int value = arguments[1].I4;
        arguments[0].Target[field].I4 = value < Forever
            ? throw new DeviceException(Fault.OutOfRange)
            : value == 0 ? Forever : value;
    }

    private static int LengthOf(HeapBlock* arguments) => arguments[1].U8 == 0 ? 0 : ArrayAt(arguments, 1)->Head;

    private static void CheckRange(HeapBlock* buffer, int offset, int count)
    {
        if ((ulong)(uint)offset + (uint)count > (uint)buffer->Head)
        {
            throw new DeviceException(Fault.IndexOutOfRange);
        }
    }

    private static void SendTo(Machine machine, HeapBlock* arguments, int offset, int count, HeapBlock endpoint)
    {
        int handle = Handle(arguments);
        HeapBlock* buffer = ArrayAt(arguments, 1);
        CheckRange(buffer, offset, count);

        // The loop that sends is over before it begins where there is nothing to send.
        if (count > 0)
        {
            machine.Network.Send(
                handle,
                new Span<byte>(HeapBlock.Elements(buffer) + offset, count).ToArray(),
                HostEndpoint(endpoint),
                machine.Now);
        }

        HeapBlock* right = arguments[0].Target + RightEndpointField;
        if (right->U8 == 0)
        {
            right->Store(endpoint);
        }

        arguments[0].Set(DataType.I4, count);
    }

    private static void ReceiveFrom(Machine machine, HeapBlock* arguments, int offset, int count, HeapBlock reference)
    {
        int handle = Handle(arguments);
        HeapBlock* socket = arguments[0].Target;
        if (socket[RightEndpointField].U8 == 0)
        {
            throw new DeviceException(SocketError.NotConnected);
        }

        HeapBlock remote = machine.Dereference(reference);
        if (!machine.HasWaited)
        {
            MakeSnapshot(machine, remote);
            machine.LetGo();
        }

        HeapBlock* buffer = ArrayAt(arguments, 1);
        CheckRange(buffer, offset, count);
        if (remote.U8 == 0 || reference.Type != DataType.ByRef)
        {
            throw new DeviceException(remote.U8 == 0 ? Fault.NullReference : Fault.WrongType);
        }

        int length = 0;
        if (count > 0)
        {
            int timeout = socket[ReceiveTimeoutField].I4;
            long deadline = machine.DeadlineIn(timeout < 0 ? Forever : timeout * 1000L);
            if (machine.Network.Peek(handle) is not Datagram datagram)
            {
                if (machine.Wait(deadline, () => HasDatagram(machine, socket)))
                {
                    return;
                }

                throw new DeviceException(SocketError.TimedOut);
            }

            // What doesn't fit is lost, as lwIP does it.
            length = Math.Min(count, datagram.Bytes.Length);
            datagram.Bytes.AsSpan(0, length).CopyTo(new Span<byte>(HeapBlock.Elements(buffer) + offset, length));
            machine.Network.Take(handle);
            *reference.Target = MakeEndpoint(machine, datagram.From);
        }

        arguments[0].Set(DataType.I4, length);
    }

    // Bind and ReceiveFrom copy the endpoint that they are given.
    private static void MakeSnapshot(Machine machine, in HeapBlock endpoint)
    {
        if (endpoint.U8 != 0)
        {
            MakeAddress(machine, HostAddress(endpoint.Target[EndpointAddressField]), true);
            machine.Make(EndpointType);
        }
    }

    private static HeapBlock MakeEndpoint(Machine machine, IPEndPoint endpoint)
    {
        HeapBlock address = MakeAddress(machine, endpoint.Address, false);
        HeapBlock made = machine.Make(EndpointType);
        FillEndpoint(made, address, endpoint.Port);
        return made;
    }

    private static void SetOption(Machine machine, HeapBlock* arguments)
    {
        const int SendTimeout = 0x1005;
        const int ReceiveTimeout = 0x1006;
        _ = Handle(arguments);
        machine.MakeArray("System.Byte", sizeof(int));
        int field = arguments[2].I4 switch
        {
            SendTimeout => SendTimeoutField,
            ReceiveTimeout => ReceiveTimeoutField,
            _ => 0,
        };
        if (field != 0)
        {
            arguments[0].Target[field].I4 = arguments[3].I4;
        }
    }
}
