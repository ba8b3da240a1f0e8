using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Spore.Signing;

/// <summary>An IPv4 or IPv6 prefix.</summary>
/// <param name="Address">Its first address.</param>
/// <param name="Length">Its length in bits.</param>
public sealed record AllowedPrefix(IPAddress Address, int Length)
{
    // The length of a prefix with which people write all addresses in parts, as 0.0.0.0/1 and 128.0.0.0/1.
    private const int LargePart = 3;

    private static readonly AllowedPrefix[] _refused =
    [
        new(IPAddress.Parse("224.0.0.0"), 4),
        new(IPAddress.Parse("fe80::"), 10),
        new(IPAddress.Parse("ff00::"), 8),
    ];

    /// <summary>Whether it is a single address.</summary>
    public bool IsHost => Length == Address.GetAddressBytes().Length * 8;

    /// <summary>The prefix that every key has: its link-local address.</summary>
    /// <param name="publicKey">The public key, 32 bytes.</param>
    /// <returns>A /128.</returns>
    public static AllowedPrefix LinkLocalOf(byte[] publicKey) => new(new IPAddress(NodeKey.LinkLocal(publicKey)), 128);

    /// <summary>Reads a prefix as <c>wg</c> does, but strictly; an address alone means its host prefix.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fault">What is wrong with it, or null.</param>
    /// <returns>The prefix, or null when something is wrong.</returns>
    public static AllowedPrefix? TryParse(string text, out string? fault)
    {
        int slash = text.IndexOf('/');
        IPAddress? address = AddressText.TryParse(slash < 0 ? text : text[..slash]);
        if (address is null)
        {
            fault = $"{MessageText.Quote(text)} is not an IP address or prefix";
            return null;
        }

        int bits = address.GetAddressBytes().Length * 8;
        int length = bits;
        if (slash >= 0
            && (!DecimalText.TryParse(text[(slash + 1)..], bits, out length)))
        {
            fault = $"{MessageText.Quote(text)} has no prefix length from 0 to {bits}";
            return null;
        }

        AllowedPrefix prefix = new(address, length);
        AllowedPrefix whole = prefix.Whole();
        if (prefix != whole)
        {
            fault = $"{MessageText.Quote(text)} has bits set beyond its length; the prefix is {whole}";
            return null;
        }

        foreach (AllowedPrefix refused in _refused)
        {
            if (length > 0 && prefix.Overlaps(refused))
            {
                string what = refused.Address.AddressFamily == AddressFamily.InterNetworkV6 && refused.Length == 10
                    ? "; link-local addresses follow from the keys"
                    : ", which is multicast";
                string hint = length <= LargePart
                    ? "; all addresses are 0.0.0.0/0 and ::/0, which are allowed"
                    : "";
                fault = $"{MessageText.Quote(text)} touches {refused}{what}{hint}";
                return null;
            }
        }

        fault = null;
        return prefix;
    }

    /// <summary>Writes the prefix as address/length.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Address}/{Length.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The prefix without the bits beyond its length.</summary>
    /// <returns>It, or another one where there are such bits.</returns>
    public AllowedPrefix Whole() => new(First(Address, Length), Length);

    /// <summary>Tells whether two prefixes have an address in common.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>True when one holds the other.</returns>
    public bool Overlaps(AllowedPrefix other)
    {
        int common = Math.Min(Length, other.Length);
        return Address.AddressFamily == other.Address.AddressFamily
            && First(Address, common).Equals(First(other.Address, common));
    }

    private static IPAddress First(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = length; i < bytes.Length * 8; i++)
        {
            bytes[i / 8] &= (byte)~(0x80 >> (i % 8));
        }

        return new IPAddress(bytes);
    }
}
