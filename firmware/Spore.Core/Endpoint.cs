using System;

namespace Spore;

/// <summary>An address and port of the outer network. IPv4 is held as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).</summary>
public sealed class Endpoint
{
    /// <summary>The length of <see cref="Address"/> in bytes.</summary>
    public const int AddressSize = 16;

    /// <summary>The IPv6 or IPv4-mapped address, 16 bytes in network order.</summary>
    public readonly byte[] Address = new byte[AddressSize];

    /// <summary>The UDP port, 0 when no endpoint is known.</summary>
    public int Port;

    /// <summary>The zone of a link-local outer address (RFC 4007), 0 where there is none.</summary>
    public int Zone;

    /// <summary>Whether an endpoint is known at all.</summary>
    public bool IsKnown
    {
        get { return Port != 0; }
    }

    /// <summary>Whether the address is an IPv4-mapped one.</summary>
    public bool IsIpv4
    {
        get
        {
            byte[] a = Address;
            for (int i = 0; i < 10; i++)
            {
                if (a[i] != 0)
                {
                    return false;
                }
            }

            return a[10] == 0xFF && a[11] == 0xFF;
        }
    }

    /// <summary>Makes this endpoint an IPv4 one.</summary>
    /// <param name="address">A buffer with the four bytes of the address.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="port">The UDP port.</param>
    public void SetIpv4(byte[] address, int offset, int port)
    {
        Array.Clear(Address, 0, 10);
        Address[10] = 0xFF;
        Address[11] = 0xFF;
        Array.Copy(address, offset, Address, 12, 4);
        Port = port;
        Zone = 0;
    }

    /// <summary>Makes this endpoint an IPv6 one.</summary>
    /// <param name="address">A buffer with the sixteen bytes of the address.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="port">The UDP port.</param>
    /// <param name="zone">The zone of a link-local address, else 0.</param>
    public void SetIpv6(byte[] address, int offset, int port, int zone)
    {
        Array.Copy(address, offset, Address, 0, AddressSize);
        Port = port;
        Zone = zone;
    }

    /// <summary>Takes over another endpoint's value.</summary>
    /// <param name="other">The endpoint to copy.</param>
    public void CopyFrom(Endpoint other)
    {
        Array.Copy(other.Address, 0, Address, 0, AddressSize);
        Port = other.Port;
        Zone = other.Zone;
    }

    /// <summary>Forgets the value: afterwards no endpoint is known.</summary>
    public void Clear()
    {
        Array.Clear(Address, 0, AddressSize);
        Port = 0;
        Zone = 0;
    }

    /// <summary>Compares two endpoints by value.</summary>
    /// <param name="other">The endpoint to compare with.</param>
    /// <returns>True when address, port and zone are the same.</returns>
    public bool IsSame(Endpoint other)
    {
        if (Port != other.Port || Zone != other.Zone)
        {
            return false;
        }

        for (int i = 0; i < AddressSize; i++)
        {
            if (Address[i] != other.Address[i])
            {
                return false;
            }
        }

        return true;
    }
}
