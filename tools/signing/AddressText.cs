using System;
using System.Net;
using System.Net.Sockets;

namespace Spore.Signing;

/// <summary>IP addresses as text, without the liberties that the runtime's parser takes.</summary>
internal static class AddressText
{
    /// <summary>Reads an address: IPv4 as four decimal numbers, IPv6 without brackets, port or zone.</summary>
    /// <returns>The address, or null when it is none.</returns>
    public static IPAddress? TryParse(string text)
    {
        // The runtime also takes "10" for 0.0.0.10, octal and hexadecimal numbers, and "[::1]:80".
        if (!IPAddress.TryParse(text, out IPAddress? address))
        {
            return null;
        }

        bool strict = address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString() == text
            : text.AsSpan().IndexOfAny("[]%/") < 0;
        return strict ? address : null;
    }
}
