namespace System.Net.Sockets
{
    public enum AddressFamily
    {
        Unspecified = 0,
        InterNetwork = 2,
        InterNetworkV6 = 23,
    }

    public enum SocketType
    {
        Stream = 1,
        Dgram = 2,
    }

    public enum ProtocolType
    {
        IP = 0,
        Tcp = 6,
        Udp = 17,
    }

    public enum SelectMode
    {
        SelectRead = 0,
        SelectWrite = 1,
        SelectError = 2,
    }

    [Flags]
    public enum SocketFlags
    {
        None = 0x0000,
    }

    public enum SocketOptionLevel
    {
        Socket = 0xFFFF,
        IP = ProtocolType.IP,
        Udp = ProtocolType.Udp,
    }

    public enum SocketOptionName
    {
        ReuseAddress = 0x0004,
        Broadcast = 0x0020,
        SendTimeout = 0x1005,
        ReceiveTimeout = 0x1006,
    }

    public enum SocketError : int
    {
        Success = 0,
        SocketError = -1,
        AccessDenied = 10013,
        Fault = 10014,
        InvalidArgument = 10022,
        TooManyOpenSockets = 10024,
        WouldBlock = 10035,
        NotSocket = 10038,
        MessageSize = 10040,
        ProtocolNotSupported = 10043,
        OperationNotSupported = 10045,
        AddressFamilyNotSupported = 10047,
        AddressAlreadyInUse = 10048,
        AddressNotAvailable = 10049,
        NetworkDown = 10050,
        NetworkUnreachable = 10051,
        NoBufferSpaceAvailable = 10055,
        NotConnected = 10057,
        TimedOut = 10060,
        HostUnreachable = 10065,
        HostNotFound = 11001,
    }

    public class SocketException : Exception
    {
        public extern SocketException(SocketError errorCode);
        public extern int ErrorCode { get; }
    }

    public class Socket : IDisposable
    {
        public extern Socket(AddressFamily addressFamily, SocketType socketType, ProtocolType protocolType);
        public extern int Available { get; }
        public extern EndPoint LocalEndPoint { get; }
        public extern int ReceiveTimeout { get; set; }
        public extern int SendTimeout { get; set; }
        public extern SocketType SocketType { get; }
        public extern void Bind(EndPoint localEP);
        public extern void Close();
        public extern bool Poll(int microSeconds, SelectMode mode);
        public extern int ReceiveFrom(
            byte[] buffer, int offset, int size, SocketFlags socketFlags, ref EndPoint remoteEP);
        public extern int ReceiveFrom(byte[] buffer, ref EndPoint remoteEP);
        public extern int SendTo(byte[] buffer, int offset, int size, SocketFlags socketFlags, EndPoint remoteEP);
        public extern int SendTo(byte[] buffer, EndPoint remoteEP);
        public extern void SetSocketOption(SocketOptionLevel optionLevel, SocketOptionName optionName, int optionValue);
        public extern void SetSocketOption(
            SocketOptionLevel optionLevel, SocketOptionName optionName, bool optionValue);
        protected virtual extern void Dispose(bool disposing);
        extern void IDisposable.Dispose();
    }
}
