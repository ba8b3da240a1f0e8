using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using Spore.Tests.Network;
using static Spore.Tests.Protocol.VectorBytes;

namespace Spore.Tests.Protocol;

/// <summary>docs/vectors/entries.json: PROTOCOL section 7.2.</summary>
internal static class EntryVectors
{
    public static object Make() => new
    {
        comment = "PROTOCOL section 7.2: entries with keys and endpoints, valid and not; each with what is in it.",
        entry = Entries(),
    };

    // Entries by the rules of section 7.2 for keys and endpoints.
    private static IEnumerable<object> Entries()
    {
        byte[] key = Count(1, 32);
        byte[] port = [0xCA, 0x6C];
        string[] goodAddresses = ["192.0.2.1", "127.0.0.1", "::ffff:192.0.2.1", "::1", "2001:db8::1"];
        string[] badAddresses =
        [
            "0.0.0.0", "0.1.2.3", "224.0.0.1", "240.0.0.1", "255.255.255.255",
            "::ffff:0.0.0.0", "::ffff:224.0.0.1", "::", "fe80::1", "ff02::1",
        ];
        string[] goodNames = ["gate.example.org:51820", "0x7f.example:1"];
        string[] badNames =
        [
            "192.0.2.1:51820", "010.0.0.1:51820", "0x7f.1:1", "a.0x7F:1", "0x:1", "gate.:1", "gate:0", "gate:051820",
        ];
        return
        [
            new { entry = Hex(NetworkBytes.Entry(key)), valid = true },
            new { entry = Hex(NetworkBytes.Entry(new byte[32])), valid = false },
            .. goodAddresses.Select(a => Address(a, port, true)),
            .. badAddresses.Select(a => Address(a, port, false)),
            Address("192.0.2.1", [0, 0], false),
            .. goodNames.Select(n => Name(n, true)),
            .. badNames.Select(n => Name(n, false)),
        ];

        object Address(string address, byte[] port, bool valid)
        {
            byte[] field = NetworkBytes.Field(2, [.. IPAddress.Parse(address).GetAddressBytes(), .. port]);
            return new { address, entry = Hex(NetworkBytes.Entry(key, field)), valid };
        }

        object Name(string name, bool valid)
        {
            byte[] field = NetworkBytes.Field(3, Encoding.ASCII.GetBytes(name));
            return new { name, entry = Hex(NetworkBytes.Entry(key, field)), valid };
        }
    }
}
