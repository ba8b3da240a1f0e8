using System;

namespace Spore.WireGuard;

/// <summary>
/// Cryptokey routing: finds the owner of an address by its longest prefix. A sorted list in fixed memory that refers to
/// the prefixes where they stand, and keeps no address of its own. Read first: paper section 2.
/// </summary>
public sealed class AllowedIps : ICryptokeyRouting
{
    /// <summary>The owner of an address that no prefix holds.</summary>
    public const int None = -1;

    /// <summary>The most prefixes that one object can hold.</summary>
    public const int MaxPrefixes = 65535;

    // By address, then by length; those of IPv4 come first.
    private readonly int[] _prefixes;
    private readonly short[] _owners;

    // The place of the longest other prefix that holds this one, and one more; 0 for none.
    private readonly ushort[] _parents;
    private byte[] _buffer;
    private int _count4;
    private int _count;

    /// <summary>Takes the memory.</summary>
    /// <param name="prefixes">The number of prefixes it can hold; at most <see cref="MaxPrefixes"/>.</param>
    public AllowedIps(int prefixes)
    {
        _prefixes = new int[prefixes];
        _owners = new short[prefixes];
        _parents = new ushort[prefixes];
    }

    /// <summary>Forgets all prefixes.</summary>
    /// <param name="buffer">
    /// Where those stand that will be added: each an address of 4 or 16 bytes and its length in bits, 1 byte. Not to be
    /// changed as long as they are in use; null for none.
    /// </param>
    public void Begin(byte[] buffer)
    {
        _buffer = buffer;
        _count4 = 0;
        _count = 0;
    }

    /// <summary>Adds a prefix. One that is there already keeps its owner.</summary>
    /// <param name="prefix">Where it stands; no bit is set beyond its length.</param>
    /// <param name="isIpv6">Whether the address has 16 bytes; else it has 4.</param>
    /// <param name="owner">Its owner number, a <see cref="Peer.Owner"/>.</param>
    /// <returns>False when there is no free space.</returns>
    public bool Add(int prefix, bool isIpv6, int owner)
    {
        int size = isIpv6 ? 16 : 4;
        int place = Search(_buffer, prefix, isIpv6, _buffer[prefix + size]);
        if (place > First(isIpv6) && Compare(_prefixes[place - 1], size, _buffer, prefix, _buffer[prefix + size]) == 0)
        {
            return true;
        }

        if (_count == _prefixes.Length)
        {
            return false;
        }

        Array.Copy(_prefixes, place, _prefixes, place + 1, _count - place);
        Array.Copy(_owners, place, _owners, place + 1, _count - place);
        _prefixes[place] = prefix;
        _owners[place] = (short)owner;
        _count++;
        _count4 += isIpv6 ? 0 : 1;
        return true;
    }

    /// <summary>Called when all prefixes have been added, before the first <see cref="Find"/>.</summary>
    public void Complete()
    {
        for (int i = 0; i < _count; i++)
        {
            bool isIpv6 = i >= _count4;
            _parents[i] = (ushort)(1 + Holder(i - 1, isIpv6, _buffer, _prefixes[i]));
        }
    }

    /// <inheritdoc/>
    public int Find(byte[] address, int offset, bool isIpv6)
    {
        int place = Holder(Search(address, offset, isIpv6, 128) - 1, isIpv6, address, offset);
        return place < 0 ? None : _owners[place];
    }

    private int First(bool isIpv6)
    {
        return isIpv6 ? _count4 : 0;
    }

    // The place of the first prefix that comes after an address with a length.
    private int Search(byte[] address, int offset, bool isIpv6, int bits)
    {
        int size = isIpv6 ? 16 : 4;
        int low = First(isIpv6);
        int high = isIpv6 ? _count : _count4;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (Compare(_prefixes[middle], size, address, offset, bits) > 0)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private int Compare(int prefix, int size, byte[] address, int offset, int bits)
    {
        byte[] buffer = _buffer;
        for (int i = 0; i < size; i++)
        {
            int difference = buffer[prefix + i] - address[offset + i];
            if (difference != 0)
            {
                return difference;
            }
        }

        return buffer[prefix + size] - bits;
    }

    // What lies between a prefix that holds the address and the address itself in the list, lies within that prefix.
    // So from the last one that is not after the address, the way up leads past all that hold it, the longest first.
    private int Holder(int place, bool isIpv6, byte[] address, int offset)
    {
        int first = First(isIpv6);
        while (place >= first)
        {
            if (Holds(_prefixes[place], isIpv6 ? 16 : 4, address, offset))
            {
                return place;
            }

            place = _parents[place] - 1;
        }

        return None;
    }

    private bool Holds(int prefix, int size, byte[] address, int offset)
    {
        byte[] buffer = _buffer;
        int bits = buffer[prefix + size];
        for (; bits >= 8; bits -= 8)
        {
            if (buffer[prefix++] != address[offset++])
            {
                return false;
            }
        }

        return bits == 0 || ((buffer[prefix] ^ address[offset]) >> (8 - bits)) == 0;
    }
}
