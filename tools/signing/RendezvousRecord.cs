using System;
using System.Net.Sockets;
using System.Text;

namespace Spore.Signing;

/// <summary>
/// Where a node says hello beyond its local network.
/// <code>
/// 0   8  "SPORERV1"
/// 8  64  host:port in ASCII, then zeros; all zero for none
/// </code>
/// </summary>
public static class RendezvousRecord
{
    /// <summary>The length of a record in bytes.</summary>
    public const int Size = 72;

    private const int TextOffset = 8;

    private static readonly byte[] _magic = Encoding.ASCII.GetBytes("SPORERV1");

    /// <summary>Makes the record of a place.</summary>
    /// <param name="place">Host name or IPv4 address, a colon, and a port.</param>
    /// <returns>The record.</returns>
    /// <exception cref="InputException">It is no such place, or is too long.</exception>
    public static byte[] Make(string place)
    {
        PeerEndpoint endpoint = PeerEndpoint.TryParse(place, EndpointUse.Published, out string? fault)
            ?? throw new InputException("rendezvous", null, fault!);
        if (endpoint.Address?.AddressFamily == AddressFamily.InterNetworkV6)
        {
            string what = $"{MessageText.Quote(place)} is an IPv6 address, and a board reaches only IPv4";
            throw new InputException("rendezvous", null, what);
        }

        byte[] text = Encoding.ASCII.GetBytes(endpoint.ToString());
        if (text.Length > Size - TextOffset)
        {
            throw new InputException(
                "rendezvous", null, $"has {text.Length} characters, and there is room for {Size - TextOffset}");
        }

        byte[] record = new byte[Size];
        _magic.CopyTo(record, 0);
        text.CopyTo(record, TextOffset);
        return record;
    }

    /// <summary>Tells whether an array is a place for a record, whatever is in it.</summary>
    /// <param name="array">The array.</param>
    /// <returns>Whether it has the size and the magic.</returns>
    public static bool IsPlace(ReadOnlySpan<byte> array) => array.Length == Size && array.StartsWith(_magic);

    /// <summary>Reads a record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The place, empty for none.</returns>
    public static string Read(byte[] record) =>
        Encoding.ASCII.GetString(record, TextOffset, Size - TextOffset).TrimEnd('\0');
}
