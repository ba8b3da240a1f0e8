namespace System.Net.NetworkInformation
{
    public enum NetworkInterfaceType
    {
        Unknown = 1,
        Ethernet = 6,
        Wireless80211 = 71,
        WirelessAP = 72,
    }

    public class NetworkInterface
    {
        protected extern NetworkInterface(int interfaceIndex);
        public static extern bool GetIsNetworkAvailable();
        public static extern NetworkInterface[] GetAllNetworkInterfaces();
        public extern string IPv4Address { get; }
        public extern string IPv4SubnetMask { get; }
        public extern string IPv4GatewayAddress { get; }
        public extern bool IsDhcpEnabled { get; }
        public extern NetworkInterfaceType NetworkInterfaceType { get; }
        public extern byte[] PhysicalAddress { get; set; }
    }

    public static class IPGlobalProperties
    {
        public static extern IPAddress GetIPAddress();
    }
}
