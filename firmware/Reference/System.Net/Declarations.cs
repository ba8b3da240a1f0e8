// The part of nanoFramework.System.Net 1.11.54 that Spore uses, as declarations; docs/reference.md says what
// it was checked against.

using System;
using System.Reflection;

[assembly: AssemblyVersion("1.11.54.0")]

namespace System.Net
{
    public abstract class EndPoint
    {
        public abstract SocketAddress Serialize();
        public abstract EndPoint Create(SocketAddress socketAddress);
    }

    public class SocketAddress
    {
        public extern SocketAddress(Sockets.AddressFamily family, int size);
        public extern Sockets.AddressFamily Family { get; }
        public extern int Size { get; }
    }

    public class IPAddress
    {
        public static readonly IPAddress Any;
        public static readonly IPAddress Loopback;
        public static readonly IPAddress Broadcast;
        public extern IPAddress(long newAddress);
        public extern IPAddress(byte[] address);
        public extern Sockets.AddressFamily AddressFamily { get; }
        public extern bool Equals(IPAddress other);
        public override extern bool Equals(object other);
        public override extern int GetHashCode();
        public extern byte[] GetAddressBytes();
        public static extern IPAddress Parse(string ipString);
        public override extern string ToString();
    }

    public class IPEndPoint : EndPoint
    {
        public const int MinPort = 0x00000000;
        public const int MaxPort = 0x0000FFFF;
        public extern IPEndPoint(long address, int port);
        public extern IPEndPoint(IPAddress address, int port);
        public extern IPAddress Address { get; }
        public extern Sockets.AddressFamily AddressFamily { get; }
        public extern int Port { get; }
        public override extern SocketAddress Serialize();
        public override extern EndPoint Create(SocketAddress socketAddress);
        public override extern bool Equals(object obj);
        public override extern int GetHashCode();
        public override extern string ToString();
    }

    public class IPHostEntry
    {
        public extern string HostName { get; }
        public extern IPAddress[] AddressList { get; }
    }

    public static class Dns
    {
        public static extern IPHostEntry GetHostEntry(string hostNameOrAddress);
    }
}
