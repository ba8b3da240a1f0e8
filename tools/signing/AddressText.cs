using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace Spore.Signing;

/// <summary>IP addresses as text, without the liberties that the runtime's parser takes.</summary>
public static class AddressText
{
    /// <summary>Reads an address: IPv4 as four decimal numbers, IPv6 without brackets, port or zone.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The address, or null when the text is not one.</returns>
    public static IPAddress? TryParse(string text)
    {
        // The runtime also reads "10" as 0.0.0.10, octal and hexadecimal numbers, "[::1]:80" and "::1/64".
        bool isPlain = text.All(c => char.IsAsciiHexDigit(c) || c is '.' or ':');
        if (!isPlain || !IPAddress.TryParse(text, out IPAddress? address))
        {
            return null;
        }

        // An IPv6 address may end in an IPv4 address.
        string ipv4 = text[(text.LastIndexOf(':') + 1)..];
        bool isStrict = address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text
            : !ipv4.Contains('.') || TryParse(ipv4) is { AddressFamily: AddressFamily.InterNetwork };
        return isStrict ? address : null;
    }
}
