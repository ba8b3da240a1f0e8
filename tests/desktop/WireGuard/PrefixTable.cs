using System;
using System.Collections.Generic;
using System.Linq;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Many prefixes of both families, nested in each other and none twice, and a search of all that is fast
/// enough for thousands.
/// </summary>
internal sealed class PrefixTable
{
    private readonly Random _random;
    private readonly List<(UInt128 Address, int Size, int Bits)> _numbers = [];

    public PrefixTable(int count, int seed)
    {
        _random = new Random(seed);
        HashSet<string> seen = [];
        while (Bytes.Count < count)
        {
            byte[] address = Address();
            byte[] prefix = Prefix(address, _random.Next(address.Length * 8) + 1);
            if (seen.Add(Convert.ToHexString(prefix)))
            {
                Bytes.Add(prefix);
                _numbers.Add((Number(prefix.AsSpan(0, address.Length)), address.Length, prefix[^1]));
                Owners.Add(Owners.Count);
            }
        }
    }

    /// <summary>Each as it stands in an entry: its address, without bits beyond its length, and its length.</summary>
    public List<byte[]> Bytes { get; } = [];

    /// <summary>Whose each is: at first its own number.</summary>
    public List<int> Owners { get; } = [];

    public bool IsIpv6(int index) => Bytes[index].Length == 17;

    /// <summary>The owner of the longest that holds an address.</summary>
    public int Find(byte[] address)
    {
        int longest = Longest(address);
        return longest < 0 ? AllowedIps.None : Owners[longest];
    }

    /// <summary>A prefix, and an address in it that is in no longer one.</summary>
    public (int Index, byte[] Address) Pick()
    {
        for (; ; )
        {
            int index = _random.Next(Bytes.Count);
            byte[] address = Within(index, _random.Next(3));
            if (Longest(address) == index)
            {
                return (index, address);
            }
        }
    }

    /// <summary>The first address of each.</summary>
    public IEnumerable<byte[]> Firsts => Bytes.Select(b => b[..^1]);

    /// <summary>Addresses at the ends of prefixes, within them and anywhere.</summary>
    public IEnumerable<byte[]> Addresses(int count) =>
        Enumerable.Range(0, count).Select(i => i % 4 == 3 ? Address() : Within(_random.Next(Bytes.Count), i % 4));

    // The first address of a prefix, the last or another.
    private byte[] Within(int index, int which)
    {
        byte[] prefix = Bytes[index];
        byte[] host = new byte[prefix.Length - 1];
        host.AsSpan().Fill((byte)(which == 1 ? 0xFF : 0));
        if (which == 2)
        {
            _random.NextBytes(host);
        }

        return [.. host.Select((b, i) => (byte)(prefix[i] | (b & Beyond(prefix[^1], i))))];
    }

    private int Longest(byte[] address)
    {
        UInt128 sought = Number(address);
        int longest = -1;
        int most = 0;
        for (int i = 0; i < _numbers.Count; i++)
        {
            (UInt128 start, int size, int bits) = _numbers[i];
            if (size == address.Length && bits > most && (start ^ sought) >> ((size * 8) - bits) == 0)
            {
                longest = i;
                most = bits;
            }
        }

        return longest;
    }

    // In 10.0.0.0/8 or 2000::/8, where up to all but the first bytes are the same as in others.
    private byte[] Address()
    {
        byte[] address = _random.Next(2) == 0 ? [0x20, .. new byte[15]] : [10, 0, 0, 0];
        for (int i = _random.Next(1, address.Length); i < address.Length; i++)
        {
            address[i] = (byte)_random.Next(256);
        }

        return address;
    }

    private static byte[] Prefix(byte[] address, int bits) =>
        [.. address.Select((b, i) => (byte)(b & ~Beyond(bits, i))), (byte)bits];

    // The bits of a byte that are beyond a length.
    private static int Beyond(int bits, int index) => 0xFF >> Math.Clamp(bits - (index * 8), 0, 8);

    private static UInt128 Number(ReadOnlySpan<byte> address)
    {
        UInt128 number = 0;
        foreach (byte b in address)
        {
            number = (number << 8) | b;
        }

        return number;
    }
}
