using System;

namespace Spore.WireGuard;

/// <summary>Cryptokey routing: finds the owner of an address by its longest prefix, in a binary trie with path compression in fixed memory.</summary>
/// <remarks>A packet to or from fe80::/10 matches only a /128, whatever wider prefix there is.</remarks>
public sealed class AllowedIps
{
    /// <summary>The owner of an address that no prefix holds.</summary>
    public const int None = -1;

    private const int NoNode = -1;
    private const int AddressSize = 16;

    // Node n has its prefix at 16 n of _addresses, zero beyond _bits[n], and its children at 2 n and 2 n + 1 of _children.
    private readonly byte[] _addresses;
    private readonly short[] _bits;
    private readonly short[] _owners;
    private readonly short[] _children;
    private int _count;
    private int _root4;
    private int _root6;

    /// <summary>Takes the memory.</summary>
    /// <param name="prefixes">The number of prefixes it can hold; at most 16383.</param>
    public AllowedIps(int prefixes)
    {
        int nodes = prefixes * 2;
        _addresses = new byte[nodes * AddressSize];
        _bits = new short[nodes];
        _owners = new short[nodes];
        _children = new short[nodes * 2];
        Clear();
    }

    /// <summary>Forgets all prefixes.</summary>
    public void Clear()
    {
        _count = 0;
        _root4 = NoNode;
        _root6 = NoNode;
    }

    /// <summary>Adds a prefix. One that is there already keeps its owner.</summary>
    /// <param name="address">The buffer that holds the address.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isIpv6">Whether it has 16 bytes; else it has 4.</param>
    /// <param name="bits">The length of the prefix, at most 128 or 32.</param>
    /// <param name="owner">Its owner, not negative.</param>
    /// <returns>False when there is no room left.</returns>
    public bool Add(byte[] address, int offset, bool isIpv6, int bits, int owner)
    {
        int parent = NoNode;
        int node = isIpv6 ? _root6 : _root4;
        int common = 0;
        while (node != NoNode)
        {
            int limit = _bits[node] < bits ? _bits[node] : bits;
            common = CommonBits(node, address, offset, limit);
            if (common < _bits[node])
            {
                break;
            }

            if (_bits[node] == bits)
            {
                if (_owners[node] == None)
                {
                    _owners[node] = (short)owner;
                }

                return true;
            }

            parent = node;
            node = _children[(node * 2) + Bit(address, offset, _bits[node])];
        }

        if (_count + 2 > _bits.Length)
        {
            return false;
        }

        int added = NewNode(address, offset, bits, owner);
        int top = added;
        if (node != NoNode)
        {
            // The new prefix ends inside this node's: it becomes the parent, or both get a new one without an owner.
            if (common < bits)
            {
                top = NewNode(address, offset, common, None);
                _children[(top * 2) + Bit(address, offset, common)] = (short)added;
            }

            _children[(top * 2) + Bit(_addresses, node * AddressSize, common)] = (short)node;
        }

        if (parent != NoNode)
        {
            _children[(parent * 2) + Bit(address, offset, _bits[parent])] = (short)top;
        }
        else if (isIpv6)
        {
            _root6 = top;
        }
        else
        {
            _root4 = top;
        }

        return true;
    }

    /// <summary>Finds the owner of the longest prefix that holds an address.</summary>
    /// <param name="address">The buffer that holds the address.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isIpv6">Whether it has 16 bytes; else it has 4.</param>
    /// <returns>The owner, or <see cref="None"/>.</returns>
    public int Find(byte[] address, int offset, bool isIpv6)
    {
        int length = isIpv6 ? 128 : 32;
        int best = NoNode;
        int node = isIpv6 ? _root6 : _root4;
        while (node != NoNode && CommonBits(node, address, offset, _bits[node]) == _bits[node])
        {
            if (_owners[node] != None)
            {
                best = node;
            }

            if (_bits[node] == length)
            {
                break;
            }

            node = _children[(node * 2) + Bit(address, offset, _bits[node])];
        }

        if (best == NoNode)
        {
            return None;
        }

        bool linkLocal = isIpv6 && address[offset] == 0xFE && (address[offset + 1] & 0xC0) == 0x80;
        return linkLocal && _bits[best] != length ? None : _owners[best];
    }

    private int NewNode(byte[] address, int offset, int bits, int owner)
    {
        int node = _count++;
        int start = node * AddressSize;
        int bytes = (bits + 7) >> 3;
        Array.Clear(_addresses, start, AddressSize);
        Array.Copy(address, offset, _addresses, start, bytes);
        if ((bits & 7) != 0)
        {
            _addresses[start + bytes - 1] &= (byte)(0xFF << (8 - (bits & 7)));
        }

        _bits[node] = (short)bits;
        _owners[node] = (short)owner;
        _children[node * 2] = NoNode;
        _children[(node * 2) + 1] = NoNode;
        return node;
    }

    private int CommonBits(int node, byte[] address, int offset, int limit)
    {
        int start = node * AddressSize;
        int common = 0;
        while (common < limit)
        {
            int difference = _addresses[start + (common >> 3)] ^ address[offset + (common >> 3)];
            if (difference == 0)
            {
                common += 8;
                continue;
            }

            while ((difference & 0x80) == 0)
            {
                difference <<= 1;
                common++;
            }

            break;
        }

        return common < limit ? common : limit;
    }

    private static int Bit(byte[] address, int offset, int bit)
    {
        return (address[offset + (bit >> 3)] >> (7 - (bit & 7))) & 1;
    }
}
