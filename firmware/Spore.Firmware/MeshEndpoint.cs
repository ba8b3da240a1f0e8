using System.Net;
using Spore.Crypto;
using Spore.Net;
using Spore.SignedNetwork;

namespace Spore.Firmware;

/// <summary>An inner address and a UDP port: where a datagram goes to in the mesh, or came from.</summary>
public sealed class MeshEndpoint
{
    private const int Ipv4Start = Ipv6.AddressSize - Ipv4.AddressSize;

    /// <summary>The address, 16 bytes; one of IPv4 as ::ffff:a.b.c.d.</summary>
    public readonly byte[] Address = new byte[Ipv6.AddressSize];

    /// <summary>The UDP port.</summary>
    public int Port;

    /// <summary>Whether the address is one of IPv4.</summary>
    public bool IsIpv4
    {
        get { return Address[10] == 0xFF && Address[11] == 0xFF && Address[0] == 0; }
    }

    /// <summary>Sets the address.</summary>
    /// <param name="address">An inner address of IPv4 or IPv6.</param>
    public void SetAddress(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        Set(bytes, 0, bytes.Length);
    }

    /// <summary>Sets the address to the link-local one of a public key.</summary>
    /// <param name="publicKey">A buffer with the 32-byte key.</param>
    /// <param name="offset">Where it starts.</param>
    public void SetKey(byte[] publicKey, int offset)
    {
        LinkLocalAddress.FromKey(new Blake2s(), publicKey, offset, Address, 0);
    }

    /// <summary>Takes over another one's value.</summary>
    /// <param name="other">The other.</param>
    public void CopyFrom(MeshEndpoint other)
    {
        Set(other.Address, 0, Ipv6.AddressSize);
        Port = other.Port;
    }

    /// <summary>Sets the address.</summary>
    /// <param name="bytes">A buffer with it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="size">4 or 16.</param>
    internal void Set(byte[] bytes, int offset, int size)
    {
        if (size == Ipv4.AddressSize)
        {
            System.Array.Clear(Address, 0, Ipv6.AddressSize);
            Address[10] = 0xFF;
            Address[11] = 0xFF;
        }

        System.Array.Copy(bytes, offset, Address, Ipv6.AddressSize - size, size);
    }

    /// <summary>Where in <see cref="Address"/> the address starts as it stands in a packet.</summary>
    internal int Start
    {
        get { return IsIpv4 ? Ipv4Start : 0; }
    }
}
