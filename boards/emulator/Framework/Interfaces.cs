using System;
using System.Net;

namespace Spore.Emulator;

/// <content>
/// The network interface: one, of Wi-Fi, which joins by itself with the configuration that the device keeps.
/// </content>
internal static unsafe partial class Framework
{
    private const string InterfaceType = "System.Net.NetworkInformation.NetworkInterface";
    private const string AdapterType = "System.Device.Wifi.WifiAdapter";
    private const int Wireless80211 = 71;
    private const int Dhcp = 1;

    // Blocks of a NetworkInterface, counted from its header.
    private const int MacField = 2;
    private const int AddressModeField = 3;
    private const int Ipv4Field = 6;
    private const int MaskField = 7;
    private const int TypeField = 16;
    private const int MacLength = 6;

    private static void AddInterfaces()
    {
        Add(
            $"{InterfaceType}::GetIsNetworkAvailable()",
            (m, a) => a[0].Set(DataType.I4, m.Surroundings.IsLinkUp ? 1 : 0));
        Add($"{InterfaceType}::GetAllNetworkInterfaces()", (m, a) =>
        {
            HeapBlock all = m.MakeArray(InterfaceType, 1);
            m.Hold(all);
            HeapBlock made = m.Make(InterfaceType);
            *HeapBlock.ElementBlocks(all.Target) = made;
            made.Target[AddressModeField].I4 = Dhcp;
            made.Target[Ipv4Field].U4 = m.Surroundings.HasNetwork
                ? BitConverter.ToUInt32(m.Surroundings.Address.GetAddressBytes())
                : 0;
            made.Target[MaskField].U4 = m.Surroundings.HasNetwork ? 0x00FFFFFFu : 0;
            made.Target[TypeField].I4 = Wireless80211;
            made.Target[MacField].Store(m.MakeArray("System.Byte", MacLength));
            a[0] = all;
        }, 24);
        AddInterfaceText("get_IPv4Address", Ipv4Field);
        AddInterfaceText("get_IPv4SubnetMask", MaskField);
        AddInterfaceText("get_IPv4GatewayAddress", MaskField + 1);
        Add(
            $"{InterfaceType}::get_IsDhcpEnabled()",
            (_, a) => a[0].Set(DataType.I4, a[0].Target[AddressModeField].I4 == Dhcp ? 1 : 0),
            5);
        Add(
            $"{InterfaceType}::get_NetworkInterfaceType()",
            (_, a) => a[0].Set(DataType.I4, a[0].Target[TypeField].I4),
            3);
        Add($"{InterfaceType}::get_PhysicalAddress()", (_, a) => a[0] = a[0].Target[MacField], 3);

        // Where there is no address, the one object that stands for any is given back.
        Add("System.Net.NetworkInformation.IPGlobalProperties::GetIPAddress()", (m, a) =>
        {
            HeapBlock made = MakeAddress(m, m.Surroundings.Address, false);
            a[0] = m.Surroundings.HasNetwork ? made : *m.Static(AddressType, "Any");
        });

        Add($"{AdapterType}::FindAllAdapters()", (m, a) =>
        {
            HeapBlock all = m.MakeArray(AdapterType, 1);
            m.Hold(all);
            *HeapBlock.ElementBlocks(all.Target) = m.Make(AdapterType);
            a[0] = all;
        }, 50);
        Add($"{AdapterType}::get_NetworkInterface()", (_, a) => a[0].Set(DataType.I4, a[0].Target[1].I4), 3);
        Add($"{AdapterType}::Connect(System.String,System.Device.Wifi.WifiReconnectionKind,System.String)", (m, a) =>
        {
            const int Success = 3;
            m.Surroundings.IsLinkUp = true;
            a[0] = m.Make("System.Device.Wifi.WifiConnectionResult");
            a[0].Target[1].I4 = Success;
        }, 30);
        Add($"{AdapterType}::Disconnect()", (m, _) => m.Surroundings.IsLinkUp = false, 3);
        Add($"{AdapterType}::Dispose()", (_, _) => { }, 20);
        Add(
            "System.Device.Wifi.WifiConnectionResult::get_ConnectionStatus()",
            (_, a) => a[0].Set(DataType.I4, a[0].Target[1].I4),
            3);
    }

    private static void AddInterfaceText(string property, int field) =>
        Add(
            $"{InterfaceType}::{property}()",
            (m, a) => a[0] = m.MakeString(new IPAddress(a[0].Target[field].U4).ToString()),
            4);
}
