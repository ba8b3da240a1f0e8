using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text;
using CsCheck;
using Spore.Base;
using Spore.Crypto;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class NetworkEntryTests
{
    private static NetworkFault Check(byte[] entry)
    {
        byte[] shifted = [0xFF, .. entry, 0xFF];
        return NetworkEntry.Check(shifted, 1, entry.Length);
    }

    private static NetworkFault CheckField(int type, params byte[] value) =>
        Check(NetworkBytes.Entry(1, NetworkBytes.Field(type, value)));

    private static byte[] Prefix(string text)
    {
        string[] parts = text.Split('/');
        return [.. IPAddress.Parse(parts[0]).GetAddressBytes(), byte.Parse(parts[1])];
    }

    [Theory]
    [Statement("7.2-4", "7.2-18", "7.2-19")]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("::/0", true)]
    [InlineData("10.0.0.1/32", true)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("10.0.0.1/31", false)]
    [InlineData("10.0.0.1/8", false)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("0.0.0.1/0", false)]
    [InlineData("128.0.0.0/1", false)]
    [InlineData("192.0.0.0/2", false)]
    [InlineData("192.0.0.0/3", true)]
    [InlineData("224.0.0.0/3", false)]
    [InlineData("224.0.0.0/4", false)]
    [InlineData("239.1.2.3/32", false)]
    [InlineData("240.0.0.0/4", true)]
    [InlineData("0.0.0.0/1", true)]
    [InlineData("fd00::1/128", true)]
    [InlineData("fd00::/64", true)]
    [InlineData("fd00::1/127", false)]
    [InlineData("fd00::1/0", false)]
    [InlineData("fd00::1/129", false)]
    [InlineData("::/1", true)]
    [InlineData("8000::/1", false)]
    [InlineData("fe00::/7", false)]
    [InlineData("fe00::/8", false)]
    [InlineData("fe00::/9", true)]
    [InlineData("fe80::/9", false)]
    [InlineData("fe80::/10", false)]
    [InlineData("fe80::1/128", false)]
    [InlineData("febf::/16", false)]
    [InlineData("fec0::/10", true)]
    [InlineData("ff00::/8", false)]
    [InlineData("ff02::1/128", false)]
    public void Prefixes_are_whole_and_touch_neither_link_local_nor_multicast(string prefix, bool allowed)
    {
        Assert.Equal(
            allowed ? NetworkFault.None : NetworkFault.FieldValue, CheckField(EntryField.Prefix, Prefix(prefix)));
    }

    [Theory]
    [Statement("7.2-6", "7.2-22", "7.2-26", "7.2-27", "7.2-28")]
    [InlineData("gate.example.org:51820", true)]
    [InlineData("gate:1", true)]
    [InlineData("a-b_c.1x:65535", true)]
    [InlineData("_srv.x:2", true)]
    [InlineData("192.0.2.x1:51820", true)]
    [InlineData("192.0.2.1:51820", false)]
    [InlineData("1:51820", false)]
    [InlineData("010.0.0.1:51820", false)]
    [InlineData("0x7f:1", false)]
    [InlineData("0X7F:1", false)]
    [InlineData("0x7f.0x1:1", false)]
    [InlineData("a.0xdeadbeef:1", false)]
    [InlineData("0x:1", false)]
    [InlineData("a.0x:1", false)]
    [InlineData("0x7f.a:1", true)]
    [InlineData("0x7g:1", true)]
    [InlineData("x7f:1", true)]
    [InlineData("00x7:1", true)]
    [InlineData("1x7:1", true)]
    [InlineData("beef:1", true)]
    [InlineData("0b1:1", true)]
    [InlineData("", false)]
    [InlineData(":51820", false)]
    [InlineData("gate", false)]
    [InlineData("gate:", false)]
    [InlineData("gate:0", false)]
    [InlineData("gate:051", false)]
    [InlineData("gate:65536", false)]
    [InlineData("gate:123456", false)]
    [InlineData("gate:-1", false)]
    [InlineData("gate:1 ", false)]
    [InlineData("gate:x", false)]
    [InlineData("gate::1", false)]
    [InlineData("[fd00::1]:1", false)]
    [InlineData(".gate:1", false)]
    [InlineData("gate.:1", false)]
    [InlineData("ga..te:1", false)]
    [InlineData("-gate:1", false)]
    [InlineData("gate-:1", false)]
    [InlineData("gate-.x:1", false)]
    [InlineData("ga te:1", false)]
    [InlineData("gäte:1", false)]
    [InlineData("gate/x:1", false)]
    [InlineData("ga\nte:1", false)]
    public void Endpoint_names_are_a_host_and_a_port(string name, bool allowed)
    {
        Assert.Equal(
            allowed ? NetworkFault.None : NetworkFault.FieldValue,
            CheckField(EntryField.EndpointName, Encoding.UTF8.GetBytes(name)));
    }

    [Fact]
    [Statement("7.2-27")]
    public void Endpoint_names_have_labels_of_63_bytes_at_most_and_fill_their_field()
    {
        string label = new('a', 63);
        Assert.Equal(NetworkFault.None, CheckField(EntryField.EndpointName, Encoding.ASCII.GetBytes(label + ".b:1")));
        Assert.Equal(
            NetworkFault.FieldValue, CheckField(EntryField.EndpointName, Encoding.ASCII.GetBytes(label + "a.b:1")));
        string host = $"{label}.{label}.{label}.{label[..61]}";
        Assert.Equal(NetworkFault.None, CheckField(EntryField.EndpointName, Encoding.ASCII.GetBytes(host + ":1")));
    }

    [Fact]
    [Statement("7.2-7")]
    public void Labels_are_the_utf8_that_the_runtime_takes_without_control_characters()
    {
        UTF8Encoding strict = new(false, true);
        Gen<byte[]> bytes = Gen.Byte.Array[1, 6];
        Gen<byte[]> text = Gen.Int[0, 0x110FFF].Array[1, 8].Select(points => points.SelectMany(Encode).ToArray());
        Gen.OneOf(bytes, text).Sample(
            label =>
            {
                bool allowed;
                try
                {
                    allowed = strict.GetString(label).All(c => !char.IsControl(c));
                }
                catch (DecoderFallbackException)
                {
                    allowed = false;
                }

                Assert.Equal(
                    allowed ? NetworkFault.None : NetworkFault.FieldValue, CheckField(EntryField.Label, label));
            },
            iter: 20_000);
    }

    // UTF-8 without its rules: surrogates and what is beyond U+10FFFF too.
    private static byte[] Encode(int c) => c switch
    {
        < 0x80 => [(byte)c],
        < 0x800 => [(byte)(0xC0 | (c >> 6)), (byte)(0x80 | (c & 0x3F))],
        < 0x10000 => [(byte)(0xE0 | (c >> 12)), (byte)(0x80 | ((c >> 6) & 0x3F)), (byte)(0x80 | (c & 0x3F))],
        _ =>
        [
            (byte)(0xF0 | (c >> 18)), (byte)(0x80 | ((c >> 12) & 0x3F)), (byte)(0x80 | ((c >> 6) & 0x3F)),
            (byte)(0x80 | (c & 0x3F)),
        ],
    };

    [Theory]
    [Statement("7.2-7")]
    [InlineData("", NetworkFault.FieldLength)]
    [InlineData("C080", NetworkFault.FieldValue)]
    [InlineData("C1BF", NetworkFault.FieldValue)]
    [InlineData("E09FBF", NetworkFault.FieldValue)]
    [InlineData("F08FBFBF", NetworkFault.FieldValue)]
    [InlineData("EDA080", NetworkFault.FieldValue)]
    [InlineData("F4908080", NetworkFault.FieldValue)]
    [InlineData("F48FBFBF", NetworkFault.None)]
    [InlineData("FF", NetworkFault.FieldValue)]
    [InlineData("80", NetworkFault.FieldValue)]
    [InlineData("C3", NetworkFault.FieldValue)]
    [InlineData("41C3", NetworkFault.FieldValue)]
    [InlineData("1F", NetworkFault.FieldValue)]
    [InlineData("20", NetworkFault.None)]
    [InlineData("7F", NetworkFault.FieldValue)]
    [InlineData("C280", NetworkFault.FieldValue)]
    [InlineData("C29F", NetworkFault.FieldValue)]
    [InlineData("C2A0", NetworkFault.None)]
    public void Labels_by_hand(string hex, NetworkFault expected)
    {
        Assert.Equal(expected, CheckField(EntryField.Label, Convert.FromHexString(hex)));
    }

    public static IEnumerable<TheoryDataRow<int, int[], NetworkFault>> Lengths()
    {
        yield return new(EntryField.Prefix, [5, 17], NetworkFault.FieldLength);
        yield return new(EntryField.EndpointAddress, [6, 18], NetworkFault.FieldLength);
        yield return new(EntryField.Label, [.. Enumerable.Range(1, 64)], NetworkFault.FieldLength);
        yield return new(EntryField.Keepalive, [2], NetworkFault.FieldLength);
        yield return new(EntryField.Roles, [.. Enumerable.Range(1, 255)], NetworkFault.FieldLength);
        yield return new(EntryField.Vendor, [.. Enumerable.Range(4, 252)], NetworkFault.FieldLength);
        yield return new(0, [.. Enumerable.Range(0, 256)], NetworkFault.None);
        yield return new(7, [.. Enumerable.Range(0, 256)], NetworkFault.None);
        yield return new(31, [.. Enumerable.Range(0, 256)], NetworkFault.None);
        yield return new(33, [.. Enumerable.Range(0, 256)], NetworkFault.None);
        yield return new(127, [.. Enumerable.Range(0, 256)], NetworkFault.None);
        yield return new(128, [], NetworkFault.CriticalField);
        yield return new(255, [], NetworkFault.CriticalField);
    }

    [Theory]
    [Statement("7.2-4", "7.2-5", "7.2-7", "7.2-8", "7.2-9", "7.2-11", "7.2-16")]
    [MemberData(nameof(Lengths))]
    public void Each_type_has_its_lengths(int type, int[] lengths, NetworkFault otherwise)
    {
        for (int length = 0; length < 256; length++)
        {
            // Letters suit a label and make a port; a prefix must have no bits beyond its length.
            byte fill = type == EntryField.Prefix ? (byte)0 : (byte)0x41;
            NetworkFault expected = lengths.Contains(length) ? NetworkFault.None : otherwise;
            Assert.Equal(expected, CheckField(type, [.. Enumerable.Repeat(fill, length)]));
        }
    }

    [Fact]
    [Statement("7.2-22")]
    public void An_endpoint_has_a_port()
    {
        Assert.Equal(NetworkFault.FieldValue, CheckField(EntryField.EndpointAddress, 192, 0, 2, 1, 0, 0));
        Assert.Equal(NetworkFault.None, CheckField(EntryField.EndpointAddress, 192, 0, 2, 1, 0, 1));
        Assert.Equal(NetworkFault.None, CheckField(EntryField.EndpointAddress, 192, 0, 2, 1, 1, 0));
        Assert.Equal(NetworkFault.FieldValue, CheckField(EntryField.EndpointAddress, [.. new byte[18]]));
    }

    [Theory]
    [Statement("7.2-5", "7.2-22", "7.2-23", "7.2-24", "7.2-25")]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("1.0.0.0", true)]
    [InlineData("10.0.0.1", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("169.254.1.1", true)]
    [InlineData("223.255.255.255", true)]
    [InlineData("224.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("239.255.255.255", false)]
    [InlineData("240.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::ffff:0.0.0.0", false)]
    [InlineData("::ffff:0.1.2.3", false)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("::ffff:224.0.0.1", false)]
    [InlineData("::ffff:255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", true)]
    [InlineData("::fffe:0:0", true)]
    [InlineData("1::ffff:0:0", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("fc00::1", true)]
    [InlineData("fe7f:ffff::1", true)]
    [InlineData("fe80::1", false)]
    [InlineData("febf:ffff::1", false)]
    [InlineData("fec0::1", true)]
    [InlineData("feff::1", true)]
    [InlineData("ff00::", false)]
    [InlineData("ff02::1", false)]
    public void An_endpoint_address_is_unicast_and_not_link_local(string address, bool allowed)
    {
        byte[] value = [.. IPAddress.Parse(address).GetAddressBytes(), 0xCA, 0x6C];
        NetworkFault expected = allowed ? NetworkFault.None : NetworkFault.FieldValue;
        Assert.Equal(expected, CheckField(EntryField.EndpointAddress, value));
        value[^1] = value[^2] = 0;
        Assert.Equal(NetworkFault.FieldValue, CheckField(EntryField.EndpointAddress, value));
    }

    [Fact]
    [Statement("7.2-2", "7.2-21")]
    public void A_key_is_not_of_small_order()
    {
        X25519 x25519 = new();
        Assert.Equal(NetworkFault.Key, Check(NetworkBytes.Entry(0, NetworkBytes.Field(EntryField.Keepalive, 1))));
        foreach (byte[] small in SmallOrder())
        {
            Assert.True(x25519.IsSmallOrder(small, 0));
            Assert.Equal(NetworkFault.Key, Check(NetworkBytes.Entry(small)));
            small[31] |= 0x80;
            Assert.Equal(NetworkFault.Key, Check(NetworkBytes.Entry(small)));
            for (int bit = 0; bit < 255; bit++)
            {
                byte[] key = [.. small];
                key[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Equal(
                    x25519.IsSmallOrder(key, 0) ? NetworkFault.Key : NetworkFault.None,
                    Check(NetworkBytes.Entry(key)));
            }
        }
    }

    // All encodings below 2^255 of the coordinates whose points have an order of 8 or less (RFC 7748 section 6.1): the
    // prime is 2^255 - 19.
    private static IEnumerable<byte[]> SmallOrder()
    {
        byte[] prime = [0xED, .. Enumerable.Repeat((byte)0xFF, 30), 0x7F];
        yield return new byte[32];
        yield return [1, .. new byte[31]];
        yield return [(byte)(prime[0] - 1), .. prime[1..]];
        yield return [.. prime];
        yield return [(byte)(prime[0] + 1), .. prime[1..]];
        yield return Convert.FromHexString("E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800");
        yield return Convert.FromHexString("5F9C95BCA3508C24B1D0B1559C83EF5B04445CC4581C8E86D8224EDDD09F1157");
    }

    public static IEnumerable<TheoryDataRow<int, byte[], bool>> Repeats()
    {
        yield return new(EntryField.Prefix, [10, 0, 0, 1, 32], true);
        yield return new(EntryField.EndpointAddress, [192, 0, 2, 1, 0, 1], true);
        yield return new(EntryField.EndpointName, [.. "a:1"u8], true);
        yield return new(EntryField.Label, [0x41], false);
        yield return new(EntryField.Keepalive, [0, 1], false);
        yield return new(EntryField.Roles, [1], false);
        yield return new(EntryField.Vendor, [0, 0, 0, 1], true);
        yield return new(7, [], true);
        yield return new(127, [1], true);
    }

    [Theory]
    [Statement("7.2-3", "7.2-13")]
    [MemberData(nameof(Repeats))]
    public void Some_types_repeat_and_all_are_in_order(int type, byte[] value, bool repeats)
    {
        byte[] field = NetworkBytes.Field(type, value);
        Assert.Equal(
            repeats ? NetworkFault.None : NetworkFault.FieldRepeated, Check(NetworkBytes.Entry(1, field, field)));
        Assert.Equal(
            NetworkFault.None, Check(NetworkBytes.Entry(1, NetworkBytes.Field(0), field, NetworkBytes.Field(127))));
        Assert.Equal(NetworkFault.FieldOrder, Check(NetworkBytes.Entry(1, field, NetworkBytes.Field(0))));
    }

    [Fact]
    [Statement("7.2-1")]
    public void The_length_has_bounds_and_fits_the_fields()
    {
        byte[] entry = NetworkBytes.Entry(1, NetworkBytes.Field(7, 1, 2, 3));
        Assert.Equal(NetworkFault.None, Check(entry));
        for (int available = 0; available < entry.Length; available++)
        {
            Assert.Equal(NetworkFault.Truncated, NetworkEntry.Check(entry, 0, available));
        }

        foreach ((int length, NetworkFault expected) in new[]
        {
            (0, NetworkFault.EntryLength),
            (33, NetworkFault.EntryLength),
            (34, NetworkFault.None),
            (35, NetworkFault.FieldLength),
            (36, NetworkFault.FieldLength),
            (38, NetworkFault.FieldLength),
            (39, NetworkFault.None),
            (40, NetworkFault.Truncated),
            (768, NetworkFault.Truncated),
            (769, NetworkFault.EntryLength),
            (65535, NetworkFault.EntryLength),
        })
        {
            BigEndian.WriteUInt16(entry, 0, length);
            Assert.Equal(expected, Check(entry));
            Assert.Equal(expected, NetworkEntry.Check(entry, 0, entry.Length));
        }
    }

    [Fact]
    public void Nothing_behind_the_end_is_looked_at()
    {
        byte[] type = [0, 35, .. NetworkBytes.Key32(1), 7];
        Assert.Equal(NetworkFault.FieldLength, NetworkEntry.Check(type, 0, type.Length));

        byte[] label = NetworkBytes.Entry(1, NetworkBytes.Field(EntryField.Label, 0x41, 0xC3));
        Assert.Equal(NetworkFault.FieldValue, NetworkEntry.Check(label, 0, label.Length));
        Assert.Equal(NetworkFault.FieldValue, NetworkEntry.Check([.. label, 0xA9], 0, label.Length));
        byte[] port = NetworkBytes.Entry(1, NetworkBytes.Field(EntryField.EndpointName, "a:"u8.ToArray()));
        Assert.Equal(NetworkFault.FieldValue, NetworkEntry.Check(port, 0, port.Length));
        byte[] name = NetworkBytes.Entry(1, NetworkBytes.Field(EntryField.EndpointName, "a"u8.ToArray()));
        Assert.Equal(NetworkFault.FieldValue, NetworkEntry.Check(name, 0, name.Length));
    }

    [Fact]
    public void The_cursor_walks_over_the_fields_that_were_written_and_ends()
    {
        Gen<byte[]> field = Gen.Select(
            Gen.Int[33, 127], Gen.Byte.Array[0, 100], (type, value) => NetworkBytes.Field(type, value));
        EntryField cursor = new();
        field.Array[0, 7].Sample(
            fields =>
            {
                byte[][] sorted = [.. fields.OrderBy(f => f[0])];
                byte[] entry = [0xFF, .. NetworkBytes.Entry(1, sorted), 0xFF, 0xFF];
                Assert.Equal(NetworkFault.None, NetworkEntry.Check(entry, 1, entry.Length - 1));
                cursor.Begin(entry, 1);
                foreach (byte[] expected in sorted)
                {
                    Assert.True(cursor.Next());
                    Assert.Equal(
                        expected,
                        NetworkBytes.Field(
                            cursor.Type, entry[cursor.ValueOffset..(cursor.ValueOffset + cursor.ValueLength)]));
                }

                Assert.False(cursor.Next());
                Assert.False(cursor.Next());
            },
            threads: 1);
    }

    [Fact]
    public void Prefixes_are_counted()
    {
        byte[] prefix = NetworkBytes.Field(1, 10, 0, 0, 1, 32);
        byte[] other = NetworkBytes.Field(7, 1, 1, 1);
        Assert.Equal(0, NetworkEntry.PrefixCount(NetworkBytes.Entry(1), 0));
        Assert.Equal(0, NetworkEntry.PrefixCount(NetworkBytes.Entry(1, other), 0));
        Assert.Equal(
            2,
            NetworkEntry.PrefixCount(
                [9, .. NetworkBytes.Entry(1, NetworkBytes.Field(0, 1), prefix, prefix, other)], 1));
    }

    [Fact]
    public void Random_fields_never_throw()
    {
        Gen.Byte.Array[0, 800].Sample(bytes =>
        {
            byte[] entry = NetworkBytes.Entry(1, bytes);
            NetworkEntry.Check(entry, 0, entry.Length);
            NetworkEntry.Check(bytes, 0, bytes.Length);
        });
    }
}
