using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Spore.Crypto;

namespace Spore.Signing;

/// <summary>
/// Addresses that follow from keys. The host part of a key's address in a range is 1 + x mod n. Here x is the 32 bytes
/// of BLAKE2s(key || range's first address, 4 or 16 bytes || range's length, 1 byte) as a big-endian number, and n is
/// the number of host parts that may be used: all but the first and the last one in IPv4, where they are the network's
/// and the broadcast address, and all but the first one in IPv6.
/// </summary>
public static class KeyAddress
{
    private const int LeastLength = 8;
    private const int LeastHostBits = 2;

    /// <summary>Reads ranges, at most one of each family.</summary>
    /// <param name="text">Prefixes with commas between.</param>
    /// <param name="fault">What is wrong, or null.</param>
    /// <returns>The ranges, or null when something is wrong.</returns>
    public static IReadOnlyList<AllowedPrefix>? TryParseRanges(string text, out string? fault)
    {
        List<AllowedPrefix> ranges = [];
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries))
        {
            AllowedPrefix? range = TryParseRange(item, out fault);
            if (range is null)
            {
                return null;
            }

            if (ranges.Find(r => r.Address.AddressFamily == range.Address.AddressFamily) is AllowedPrefix other)
            {
                fault = $"{range} is of the same family as {other}; there is one range for each";
                return null;
            }

            ranges.Add(range);
        }

        fault = null;
        return ranges;
    }

    /// <summary>Computes the address of a key.</summary>
    /// <param name="publicKey">The public key, 32 bytes.</param>
    /// <param name="range">The range to take it from.</param>
    /// <returns>The address, as a /32 or /128.</returns>
    public static AllowedPrefix Of(byte[] publicKey, AllowedPrefix range)
    {
        byte[] first = range.Address.GetAddressBytes();
        byte[] digest = new byte[Blake2s.DigestSize];
        Blake2s hash = new();
        hash.Begin(Blake2s.DigestSize);
        hash.Update(publicKey, 0, publicKey.Length);
        hash.Update(first, 0, first.Length);
        hash.Update([(byte)range.Length], 0, 1);
        hash.Finish(digest, 0);
        return At(range, 1 + (new BigInteger(digest, true, true) % HostCount(range)));
    }

    /// <summary>Counts the host parts that may be used.</summary>
    /// <param name="range">The range.</param>
    /// <returns>Their number.</returns>
    internal static BigInteger HostCount(AllowedPrefix range)
    {
        int leftOut = range.Address.AddressFamily == AddressFamily.InterNetwork ? 2 : 1;
        return (BigInteger.One << (Bits(range) - range.Length)) - leftOut;
    }

    /// <summary>The address of a host part.</summary>
    /// <param name="range">The range.</param>
    /// <param name="host">The host part, from 1 to their number.</param>
    /// <returns>The address, as a /32 or /128.</returns>
    internal static AllowedPrefix At(AllowedPrefix range, BigInteger host)
    {
        byte[] bytes = range.Address.GetAddressBytes();
        byte[] low = host.ToByteArray(true, true);
        for (int i = 1; i <= low.Length; i++)
        {
            bytes[^i] |= low[^i];
        }

        return new AllowedPrefix(new IPAddress(bytes), Bits(range));
    }

    private static AllowedPrefix? TryParseRange(string text, out string? fault)
    {
        AllowedPrefix? range = AllowedPrefix.TryParse(text, out fault);
        if (range is null)
        {
            return null;
        }

        int longest = Bits(range) - LeastHostBits;
        if (range.Length < LeastLength || range.Length > longest)
        {
            fault = $"{MessageText.Quote(text)} has no prefix length from {LeastLength} to {longest}, as a range of "
                + "addresses has";
            return null;
        }

        return range;
    }

    private static int Bits(AllowedPrefix prefix) => prefix.Address.GetAddressBytes().Length * 8;
}
