using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Spore.Base;

namespace Spore.Hostsim.Endpoints;

/// <summary>Between the core's endpoints and the system's.</summary>
internal static class EndpointAddress
{
    // sockaddr_in: family 2, port 2, address 4. sockaddr_in6: family 2, port 2, flow 4, address 16, zone 4.
    private const int PortOffset = 2;
    private const int Ipv4Offset = 4;
    private const int Ipv6Offset = 8;
    private const int ZoneOffset = 24;

    private const ulong MappedIpv4 = 0xFFFF00000000;

    /// <summary>Makes the core's form of an address.</summary>
    /// <param name="address">The system's form.</param>
    /// <returns>A new endpoint.</returns>
    public static Endpoint From(IPEndPoint address)
    {
        Endpoint endpoint = new();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            endpoint.SetIpv4(address.Address.GetAddressBytes(), 0, address.Port);
        }
        else
        {
            endpoint.SetIpv6(address.Address.GetAddressBytes(), 0, address.Port, (int)address.Address.ScopeId);
        }

        return endpoint;
    }

    /// <summary>Makes the system's form of an address.</summary>
    /// <param name="endpoint">The core's form.</param>
    /// <returns>A new address.</returns>
    public static IPEndPoint Of(Endpoint endpoint)
    {
        Span<byte> address = stackalloc byte[16];
        WriteAddress(endpoint, address);
        return endpoint.IsIpv4
            ? new IPEndPoint(new IPAddress(address[12..]), endpoint.Port)
            : new IPEndPoint(new IPAddress(address, (uint)endpoint.Zone), endpoint.Port);
    }

    /// <summary>Makes an empty address for a kind of socket, to be reused.</summary>
    /// <param name="family">The socket's family.</param>
    /// <returns>The address.</returns>
    public static SocketAddress Empty(AddressFamily family)
    {
        return new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0).Serialize();
    }

    /// <summary>Reads the system's form into the core's, without allocating.</summary>
    /// <param name="address">The bytes of the system's form.</param>
    /// <param name="isIpv4">Whether it is one of IPv4; else it is one of IPv6.</param>
    /// <param name="endpoint">The endpoint to write.</param>
    public static void Read(ReadOnlySpan<byte> address, bool isIpv4, Endpoint endpoint)
    {
        int port = BinaryPrimitives.ReadUInt16BigEndian(address[PortOffset..]);
        if (isIpv4)
        {
            endpoint.Set(0, MappedIpv4 | BinaryPrimitives.ReadUInt32BigEndian(address[Ipv4Offset..]), port, 0);
        }
        else
        {
            ulong high = BinaryPrimitives.ReadUInt64BigEndian(address[Ipv6Offset..]);
            ulong low = BinaryPrimitives.ReadUInt64BigEndian(address[(Ipv6Offset + 8)..]);
            endpoint.Set(high, low, port, BitConverter.ToInt32(address[ZoneOffset..]));
        }
    }

    /// <summary>Writes the core's form into the system's, without allocating.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="address">The bytes of an address of the same family.</param>
    public static void Write(Endpoint endpoint, Span<byte> address)
    {
        BinaryPrimitives.WriteUInt16BigEndian(address[PortOffset..], (ushort)endpoint.Port);
        if (endpoint.IsIpv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address[Ipv4Offset..], (uint)endpoint.AddressLow);
        }
        else
        {
            WriteAddress(endpoint, address[Ipv6Offset..]);
            BitConverter.TryWriteBytes(address[ZoneOffset..], endpoint.Zone);
        }
    }

    /// <summary>Tells whether an endpoint is 255.255.255.255.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns>True when it is.</returns>
    public static bool IsBroadcast(Endpoint endpoint)
    {
        return endpoint.IsIpv4 && (uint)endpoint.AddressLow == uint.MaxValue;
    }

    private static void WriteAddress(Endpoint endpoint, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, endpoint.AddressHigh);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], endpoint.AddressLow);
    }
}
