using System;
using System.Net;

namespace Spore.Emulator;

/// <content>Addresses of IPv4, and names.</content>
internal static unsafe partial class Framework
{
    private const string AddressType = "System.Net.IPAddress";
    private const string EndpointType = "System.Net.IPEndPoint";
    private const int InterNetwork = 2;
    private const int LabelsOfIpv6 = 8;

    // Blocks of an IPAddress and of an IPEndPoint, counted from the header.
    private const int AddressField = 1;
    private const int FamilyField = 2;
    private const int NumbersField = 3;
    private const int EndpointAddressField = 1;
    private const int EndpointPortField = 2;

    /// <summary>Gives the framework's static fields their values.</summary>
    /// <param name="machine">The device.</param>
    public static void SetStatics(Machine machine)
    {
        SetAddress(machine, "Any", IPAddress.Any);
        SetAddress(machine, "Loopback", IPAddress.Loopback);
        SetAddress(machine, "Broadcast", IPAddress.Broadcast);
        HeapBlock* epoch = machine.Static("System.DateTime", "UnixEpoch");
        if (epoch != null)
        {
            epoch->I8 = DateTime.UnixEpoch.Ticks - Origin;
        }
    }

    private static void AddAddresses()
    {
        Add($"{AddressType}::.ctor(System.Int64)", (m, a) =>
        {
            Fill(
                m,
                a[0],
                a[1].I8 is >= 0 and <= uint.MaxValue ? (uint)a[1].I8 : throw new DeviceException(Fault.OutOfRange));
            GiveNumbers(m, a[0]);
        }, 25);
        Add($"{AddressType}::.ctor(System.Byte[])", (m, a) =>
        {
            HeapBlock* bytes = a[1].U8 == 0 ? throw new DeviceException(Fault.ArgumentNull) : ArrayAt(a, 1);
            Fill(
                m,
                a[0],
                bytes->Head == 4
                    ? *(uint*)HeapBlock.Elements(bytes)
                    : throw new DeviceException(bytes->Head == 16 ? Fault.NotSupported : Fault.Argument));
            GiveNumbers(m, a[0]);
        }, 48);
        Add($"{AddressType}::get_AddressFamily()", (_, a) => a[0].Set(DataType.I4, a[0].Target[FamilyField].I4), 3);
        Add(
            $"{AddressType}::Equals({AddressType})",
            (_, a) => a[0].Set(DataType.I4, SameAddress(a[0], a[1]) ? 1 : 0),
            31);
        Add(
            $"{AddressType}::Equals(System.Object)",
            (m, a) => a[0].Set(DataType.I4, IsA(m, a[1], AddressType) && SameAddress(a[0], a[1]) ? 1 : 0),
            40);
        Add(
            $"{AddressType}::GetHashCode()",
            (_, a) => a[0].Set(DataType.I4, (int)(uint)a[0].Target[AddressField].I8),
            8);
        Add($"{AddressType}::GetAddressBytes()", (m, a) =>
        {
            uint address = (uint)a[0].Target[AddressField].I8;
            a[0] = m.MakeArray("System.Byte", 4);
            *(uint*)HeapBlock.Elements(a[0].Target) = address;
        }, 37);
        Add($"{AddressType}::Parse(System.String)", (m, a) =>
        {
            IPAddress address =
                IPAddress.TryParse(Text(m, a, 0), out IPAddress? parsed) && parsed.GetAddressBytes().Length == 4
                    ? parsed
                    : throw new DeviceException(Fault.Argument);
            a[0] = MakeAddress(m, address, true);
        }, 34);
        Add($"{AddressType}::ToString()", (m, a) => a[0] = m.MakeString(HostAddress(a[0]).ToString()), 9);

        Add($"{EndpointType}::.ctor({AddressType},System.Int32)", (_, a) => FillEndpoint(a[0], a[1], a[2].I4), 13);
        Add($"{EndpointType}::.ctor(System.Int64,System.Int32)", (m, a) =>
        {
            HeapBlock address = m.Make(AddressType);
            m.Hold(address);
            Fill(m, address, (uint)a[1].I8);
            GiveNumbers(m, address);
            FillEndpoint(a[0], address, a[2].I4);
        }, 39);
        Add($"{EndpointType}::get_Address()", (_, a) => a[0] = a[0].Target[EndpointAddressField], 3);
        Add($"{EndpointType}::get_Port()", (_, a) => a[0].Set(DataType.I4, a[0].Target[EndpointPortField].I4), 3);
        Add(
            $"{EndpointType}::get_AddressFamily()",
            (_, a) => a[0].Set(DataType.I4, a[0].Target[EndpointAddressField].Target[FamilyField].I4),
            7);
        Add($"{EndpointType}::Equals(System.Object)", (m, a) =>
            a[0].Set(
                DataType.I4, IsA(m, a[1], EndpointType) && HostEndpoint(a[0]).Equals(HostEndpoint(a[1])) ? 1 : 0), 57);
        Add($"{EndpointType}::ToString()", (m, a) => a[0] = m.MakeString(HostEndpoint(a[0]).ToString()), 16);

        Add("System.Net.Dns::GetHostEntry(System.String)", Resolve, 85);
        Add("System.Net.IPHostEntry::get_HostName()", (_, a) => a[0] = a[0].Target[1], 3);
        Add("System.Net.IPHostEntry::get_AddressList()", (_, a) => a[0] = a[0].Target[2], 3);
    }

    private static void Resolve(Machine machine, HeapBlock* arguments)
    {
        string name = Text(machine, arguments, 0);
        IPAddress[] found = !machine.Surroundings.HasNetwork ? []
            : IPAddress.TryParse(name, out IPAddress? literal) ? [literal]
            : machine.Surroundings.Resolve(name);
        if (found.Length == 0)
        {
            throw new DeviceException(System.Net.Sockets.SocketError.HostNotFound);
        }

        HeapBlock list = machine.MakeArray(AddressType, found.Length);
        machine.Hold(list);
        for (int i = 0; i < found.Length; i++)
        {
            HeapBlock.ElementBlocks(list.Target)[i] = MakeAddress(machine, found[i], true);
        }

        HeapBlock entry = machine.Make("System.Net.IPHostEntry");
        entry.Target[1].Store(arguments[0]);
        entry.Target[2].Store(list);
        arguments[0] = entry;
    }

    private static void SetAddress(Machine machine, string field, IPAddress address)
    {
        HeapBlock* slot = machine.Static(AddressType, field);
        if (slot != null)
        {
            slot->Store(MakeAddress(machine, address, true));
        }

        machine.LetGo();
    }

    // What the constructor makes has an array for IPv6; what the runtime makes has none.
    private static HeapBlock MakeAddress(Machine machine, IPAddress address, bool byConstructor)
    {
        HeapBlock made = machine.Make(AddressType);
        Fill(machine, made, BitConverter.ToUInt32(address.GetAddressBytes()));
        machine.Hold(made);
        if (byConstructor)
        {
            GiveNumbers(machine, made);
        }

        return made;
    }

    private static void GiveNumbers(Machine machine, in HeapBlock address) =>
        address.Target[NumbersField].Store(machine.MakeArray("System.UInt16", LabelsOfIpv6));

    private static void Fill(Machine machine, in HeapBlock address, uint value)
    {
        address.Target[AddressField].I8 = value;
        address.Target[FamilyField].I4 = InterNetwork;
    }

    private static void FillEndpoint(in HeapBlock endpoint, in HeapBlock address, int port)
    {
        endpoint.Target[EndpointAddressField].Store(address);
        endpoint.Target[EndpointPortField].I4 = port;
    }

    private static bool SameAddress(in HeapBlock a, in HeapBlock b) =>
        b.U8 != 0 && a.Target[AddressField].I8 == b.Target[AddressField].I8;

    private static bool IsA(Machine machine, in HeapBlock reference, string type) =>
        reference.U8 != 0
        && reference.Target->Type == DataType.Class
        && machine.Program.Types[reference.Target->Head].Name == type;

    private static IPAddress HostAddress(in HeapBlock address) =>
        address.U8 == 0
            ? throw new DeviceException(Fault.NullReference)
            : new IPAddress(BitConverter.GetBytes((uint)address.Target[AddressField].I8));

    private static IPEndPoint HostEndpoint(in HeapBlock endpoint) =>
        endpoint.U8 == 0
            ? throw new DeviceException(Fault.NullReference)
            : new IPEndPoint(
                HostAddress(endpoint.Target[EndpointAddressField]),
                endpoint.Target[EndpointPortField].I4 & ushort.MaxValue);
}
