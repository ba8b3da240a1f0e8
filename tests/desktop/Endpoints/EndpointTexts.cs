using System;
using System.Linq;
using System.Net;
using CsCheck;

namespace Spore.Tests.Endpoints;

/// <summary>Texts that are endpoints or addresses, nearly are, or are anything else.</summary>
internal static class EndpointTexts
{
    private static readonly Gen<string> _part = Gen.OneOf(
        "0", "00", "1", "01", "9", "10", "127", "224", "240", "255", "256", "0x", "0x7f", "0X1", "a", "f", "g", "x",
        "ab-c", "_", "-", "example", "fe80", "ff02", "2001:db8", "ffff", ".", "..", ":", "::", ":::", "[", "]", "]:",
        "%", "%1", "%lo", "%nosuch", "@", "/", "/64", "+", " ", "\0", "\t", "\n", "\u001b", "\uff15", "\u00e4",
        "\ud800", "51820", "65535", "65536");

    private static readonly Gen<string> _seed = Gen.OneOf(
        "192.0.2.1:51820", "0.0.0.0:1", "255.255.255.255:1", "127.1:5", "[2001:db8::1]:51820", "[::ffff:192.0.2.1]:1",
        "[::ffff:0.0.0.0]:1", "[fe80::1%1]:1", "[fe80::1%lo]:1", "[::1]:1", "[::]:1", "[ff02::1]:1", "host:1",
        "gate.example.org:51820", "0x7f.1:1", "a.0x7f:1");

    private static readonly Gen<string> _joined = _part.Array[0, 12].Select(p => string.Concat(p));

    private static readonly Gen<string> _host = _joined.Select(host => host + ":1");

    private static readonly Gen<string> _long = Gen.Select(
        _part,
        Gen.Int[1, 400],
        _joined,
        (part, count, tail) => string.Concat(Enumerable.Repeat(part, count)) + tail);

    private static readonly Gen<string> _groups = Gen.Byte.Array[16].Select(
        bytes => string.Join(':', bytes.Chunk(2).Select(c => $"{c[0]:x2}{c[1]:X2}")));

    /// <summary>Anything: mutated endpoints, joined pieces of endpoints, long texts, random UTF-16.</summary>
    public static readonly Gen<string> Any = Gen.OneOf(
        _seed,
        Mutated(_seed),
        Mutated(Mutated(_seed)),
        _joined,
        _host,
        _host.Select(h => $"[{h}]:1"),
        _long,
        _long.Select(l => l + ":1"),
        Gen.String,
        Gen.Char.Array[0, 30].Select(c => new string(c)));

    /// <summary>Texts near IP addresses.</summary>
    public static readonly Gen<string> Address = Gen.OneOf(
        Mutated(Gen.OneOf(
            "192.0.2.1", "0.0.0.0", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1",
            "1:2:3:4:5:6:1.2.3.4", "1::", "fe80::1")),
        Gen.OneOf("0", "1", "00", "01", "10", "100", "255", "256", "1000", "ffff", "0ffff", "a", "F", ".", ":", "::")
            .Array[1, 16].Select(p => string.Concat(p)),
        Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes).ToString()),
        _groups,
        _joined);

    private static Gen<string> Mutated(Gen<string> text)
    {
        return Gen.Select(text, Gen.Int[0, 100], Gen.Int[0, 3], _part, (original, at, length, part) =>
        {
            int start = at % (original.Length + 1);
            return original[..start] + part + original[Math.Min(original.Length, start + length)..];
        });
    }
}
