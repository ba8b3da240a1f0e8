using System;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using CsCheck;
using Spore.Crypto;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Configuration;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Flash;
using Spore.Tests.Hostsim;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Endpoints;

/// <summary>
/// Endpoints as people write them: one verdict on the command line, in INI and CSV files, over UAPI, and in a signed
/// network.
/// </summary>
public class EndpointTextTests
{
    private const string NoForm = "is not host:port, address:port or [IPv6]:port";
    private const string NoPort = "has no port from 1 to 65535 without leading zeros";
    private const string NoIpv4 = "has no IPv4 address; write four decimal numbers from 0 to 255 without leading zeros";
    private const string NoIpv6 = "has no IPv6 address in its brackets";
    private const string BracketedIpv4 = "has an IPv4 address in brackets; only IPv6 addresses have them";
    private const string NoName =
        "has no host name; write letters, digits, '-' and '_', in labels of 1 to 63 with single dots between";
    private const string NoHost = "has no host name or address before its port";
    private const string Unspecified = "has an unspecified address; give the address of one machine";
    private const string Multicast = "has a multicast address; give the address of one machine";
    private const string Reserved = "has a broadcast or reserved address; give the address of one machine";
    private const string Zone = "has a zone, which belongs to link-local addresses only; leave it out";
    private const string LinkLocal =
        "has a link-local address, which means nothing on another machine; give another address or a name";
    private const string NoZone =
        "has a link-local address without a zone; name the interface, as in [fe80::1%eth0]:51820";

    private static readonly string _label = new('a', 63);

    private static NetworkInterface Loopback =>
        NetworkInterface.GetAllNetworkInterfaces().First(i => i.NetworkInterfaceType == NetworkInterfaceType.Loopback);

    private static int LoopbackIndex => Loopback.GetIPProperties().GetIPv6Properties().Index;

    [Theory]
    [InlineData("192.0.2.1:51820")]
    [InlineData("10.0.0.1:1")]
    [InlineData("127.0.0.1:65535")]
    [InlineData("223.255.255.255:1")]
    [InlineData("[2001:db8::1]:51820")]
    [InlineData("[::1]:1")]
    [InlineData("[2001:DB8:0::1]:51820", "[2001:db8::1]:51820")]
    [InlineData("[64:ff9b::192.0.2.1]:1", "[64:ff9b::c000:201]:1")]
    [InlineData("[::ffff:192.0.2.1]:1", "192.0.2.1:1")]
    [InlineData("[::ffff:c000:201]:1", "192.0.2.1:1")]
    public void Addresses_are_accepted_everywhere(string text, string? expected = null)
    {
        expected ??= text;
        Assert.Equal((expected, null), EndpointReaders.CommandLine(text));
        Assert.Equal((expected, null), EndpointReaders.Ini(text));
        Assert.Equal((expected, null), EndpointReaders.Csv(text));
        Assert.Equal((expected, null), EndpointReaders.Uapi(text));
        IPEndPoint endpoint = IPEndPoint.Parse(expected);
        Assert.Equal(NetworkFault.None, EndpointReaders.Signed(endpoint.Address, endpoint.Port));
    }

    [Theory]
    [InlineData("gate:1")]
    [InlineData("gate.example.org:51820")]
    [InlineData("_srv.a-b_c.1x:65535")]
    [InlineData("0x7f.example:1")]
    [InlineData("0x7g:1")]
    [InlineData("localhost:5")]
    [InlineData("1.2.3.4.example:5")]
    public void Names_are_accepted_where_they_can_be_resolved(string text)
    {
        Assert.Equal((text, null), EndpointReaders.CommandLine(text));
        Assert.Equal((text, null), EndpointReaders.Ini(text));
        Assert.Equal((text, null), EndpointReaders.Csv(text));
        Assert.Equal((text, null), EndpointReaders.Uapi(text));
        Assert.Equal(NetworkFault.None, EndpointReaders.Signed(text));
    }

    [Theory]
    [InlineData("0.0.0.0:51820", Unspecified)]
    [InlineData("0.1.2.3:1", Unspecified)]
    [InlineData("[::]:51820", Unspecified)]
    [InlineData("[0:0:0:0:0:0:0:0]:1", Unspecified)]
    [InlineData("[::ffff:0.0.0.0]:1", Unspecified)]
    [InlineData("[::ffff:0:0]:1", Unspecified)]
    [InlineData("[::ffff:0.1.2.3]:1", Unspecified)]
    [InlineData("224.0.0.1:1", Multicast)]
    [InlineData("239.255.255.255:1", Multicast)]
    [InlineData("[::ffff:224.0.0.1]:1", Multicast)]
    [InlineData("[ff02::1]:1", Multicast)]
    [InlineData("[ff0e::1]:1", Multicast)]
    [InlineData("[ff02::1%1]:1", Multicast)]
    [InlineData("240.0.0.1:1", Reserved)]
    [InlineData("255.255.255.255:1", Reserved)]
    [InlineData("[::ffff:255.255.255.255]:1", Reserved)]
    [InlineData("[2001:db8::1%1]:1", Zone)]
    [InlineData("[2001:db8::1%eth0]:1", Zone)]
    [InlineData("[::1%1]:1", Zone)]
    [InlineData("[::ffff:192.0.2.1%1]:1", Zone)]
    [InlineData("[2001:db8::1%]:1", Zone)]
    public void Addresses_that_are_not_one_machines_are_refused_everywhere(string text, string fault)
    {
        AssertRefused(text, fault);
        string address = text[..text.LastIndexOf(':')].Trim('[', ']').Split('%')[0];
        if (fault != Zone)
        {
            Assert.Equal(NetworkFault.FieldValue, EndpointReaders.Signed(IPAddress.Parse(address), 1));
        }
    }

    [Theory]
    [InlineData("010.0.0.1:51820", NoIpv4)]
    [InlineData("10.0.0.01:51820", NoIpv4)]
    [InlineData("00.0.0.0:1", NoIpv4)]
    [InlineData("0x7f.1:1", NoIpv4)]
    [InlineData("0x7f.0.0.1:1", NoIpv4)]
    [InlineData("0X7F000001:1", NoIpv4)]
    [InlineData("127.0.0.0x1:1", NoIpv4)]
    [InlineData("1.2.3:5", NoIpv4)]
    [InlineData("127.1:5", NoIpv4)]
    [InlineData("2130706433:5", NoIpv4)]
    [InlineData("0:5", NoIpv4)]
    [InlineData("1.2.3.256:1", NoIpv4)]
    [InlineData("1.2.3.4.5:1", NoIpv4)]
    [InlineData("1.2.3.4.:1", NoIpv4)]
    [InlineData("1..2.3:1", NoIpv4)]
    [InlineData("host.5:1", NoName)]
    [InlineData("host.0x5:1", NoName)]
    [InlineData("+1.2.3.4:5", NoName)]
    [InlineData("1.2.3.+4:5", NoName)]
    [InlineData("1.2.3.4/32:5", NoName)]
    [InlineData("1.2.3.4%1:5", NoName)]
    [InlineData("1.2.3.4 :5", NoName)]
    [InlineData("a b:1", NoName)]
    [InlineData("user@host:1", NoName)]
    [InlineData("host/path:1", NoName)]
    [InlineData("host.:1", NoName)]
    [InlineData(".host:1", NoName)]
    [InlineData("a..b:1", NoName)]
    [InlineData(".:1", NoName)]
    [InlineData("...:1", NoName)]
    [InlineData("-a:1", NoName)]
    [InlineData("a-:1", NoName)]
    [InlineData("a-.b:1", NoName)]
    [InlineData("]:1", NoName)]
    [InlineData("[:1", NoName)]
    [InlineData("[a:1", NoName)]
    [InlineData(":1", NoHost)]
    [InlineData("", NoForm)]
    [InlineData("host", NoForm)]
    [InlineData("51820", NoForm)]
    [InlineData("192.0.2.1", NoForm)]
    [InlineData("::1:5", NoForm)]
    [InlineData("2001:db8::1:51820", NoForm)]
    [InlineData("a:b:1", NoForm)]
    [InlineData("[::1]", NoForm)]
    [InlineData("[::1]5", NoForm)]
    [InlineData("udp://host:1", NoForm)]
    [InlineData("x[::1]:5", NoForm)]
    [InlineData("host:", NoPort)]
    [InlineData("host:0", NoPort)]
    [InlineData("host:00", NoPort)]
    [InlineData("host:0051820", NoPort)]
    [InlineData("host:051820", NoPort)]
    [InlineData("host:65536", NoPort)]
    [InlineData("host:99999999999999999999", NoPort)]
    [InlineData("host:+5", NoPort)]
    [InlineData("host:-5", NoPort)]
    [InlineData("host: 5", NoPort)]
    [InlineData("host:0x5", NoPort)]
    [InlineData("host:5.0", NoPort)]
    [InlineData("host:1e3", NoPort)]
    [InlineData("192.0.2.1:0", NoPort)]
    [InlineData("[::1]:0", NoPort)]
    [InlineData("[::1]:", NoPort)]
    [InlineData("[1.2.3.4]:5", BracketedIpv4)]
    [InlineData("[1.2.3.4%1]:5", BracketedIpv4)]
    [InlineData("[]:5", NoIpv6)]
    [InlineData("[host]:5", NoIpv6)]
    [InlineData("[[::1]]:5", NoIpv6)]
    [InlineData("[::1/64]:5", NoIpv6)]
    [InlineData("[::1]:5]:5", NoIpv6)]
    [InlineData("[ ::1]:5", NoIpv6)]
    [InlineData("[::g]:5", NoIpv6)]
    [InlineData("[1::2::3]:5", NoIpv6)]
    [InlineData("[12345::]:5", NoIpv6)]
    [InlineData("[::ffff:010.0.0.1]:5", NoIpv6)]
    [InlineData("[::ffff:1.2.3]:5", NoIpv6)]
    [InlineData("[::ffff:1.2.3.256]:5", NoIpv6)]
    [InlineData("[%1]:5", NoIpv6)]
    public void What_is_not_an_endpoint_is_refused_everywhere(string text, string fault)
    {
        AssertRefused(text, fault);
    }

    [Theory]
    [InlineData("host:５", NoPort)]
    [InlineData("host:٥", NoPort)]
    [InlineData("host:5\0", NoPort)]
    [InlineData("１.2.3.4:5", NoName)]
    [InlineData("1\u30022.3.4:5", NoName)]
    [InlineData("gäte:1", NoName)]
    [InlineData("ga\0te:1", NoName)]
    [InlineData("ga\u001b[2Jte:1", NoName)]
    [InlineData("ga\u202Ete:1", NoName)]
    [InlineData("[fe80::1%\u0007]:1", null)]
    public void What_is_not_ascii_is_refused_and_never_printed_raw(string text, string? fault)
    {
        Func<string, (string? Endpoint, string? Fault)>[] readers =
            [EndpointReaders.CommandLine, EndpointReaders.Ini, EndpointReaders.Csv];
        foreach ((string? endpoint, string? told) in readers.Select(read => read(text)))
        {
            Assert.Null(endpoint);
            Assert.EndsWith(fault ?? "", told);
            Assert.DoesNotContain(told!, c => char.IsControl(c) || c == '\u202E');
        }

        Assert.Null(EndpointReaders.Uapi(text).Endpoint);
    }

    [Fact]
    public void Spaces_around_an_item_do_not_count_in_a_file()
    {
        const string Text = " host:5 ";
        Assert.Equal(("host:5", null), EndpointReaders.Ini(Text));
        Assert.Equal(("host:5", null), EndpointReaders.Csv(Text));
        Assert.Equal((null, $"'{Text}' {NoPort}"), EndpointReaders.CommandLine(Text));
        Assert.Equal((null, $"'{Text}' {NoPort}"), EndpointReaders.Rendezvous(Text));
        Assert.Equal((null, $"'{Text}' {NoPort}"), EndpointReaders.Uapi(Text));
    }

    [Fact]
    public void Lengths_have_limits()
    {
        string longest = $"{_label}.{_label}.{_label}.{_label[..61]}";
        Assert.Equal((longest + ":1", null), EndpointReaders.CommandLine(longest + ":1"));
        Assert.Equal(NetworkFault.None, EndpointReaders.Signed(longest + ":1"));
        AssertRefused(longest + ":51820", "has 259 characters; 255 are the most", true);
        AssertRefused(longest + "a:1", "has a host name of 254 characters; 253 are the most", true);
        AssertRefused(new string('a', 300) + ":1", "has a host name of 300 characters; 253 are the most", true);
        AssertRefused(_label + "a:1", NoName);
        string huge = new string('a', 1_000_000) + ":1";
        Assert.InRange(EndpointReaders.CommandLine(huge).Fault!.Length, 1, 200);
        Assert.InRange(EndpointReaders.Ini(huge).Fault!.Length, 1, 200);
    }

    [Fact]
    public void Link_local_addresses_are_of_this_machine_and_have_a_zone()
    {
        foreach (string zone in new[] { Loopback.Name, $"{LoopbackIndex}" })
        {
            string text = $"[fe80::1%{zone}]:51820";
            string expected = $"[fe80::1%{LoopbackIndex}]:51820";
            Assert.Equal((expected, null), EndpointReaders.CommandLine(text));
            Assert.Equal((expected, null), EndpointReaders.Rendezvous(text));
            Assert.Equal((expected, null), EndpointReaders.Uapi(text));
            Assert.Equal((expected, null), EndpointReaders.Uapi(expected));
            Assert.Equal((null, $"'{text}' {LinkLocal}"), EndpointReaders.Ini(text));
            Assert.Equal((null, $"'{text}' {LinkLocal}"), EndpointReaders.Csv(text));
            PeerArgument peer = PeerArgument.TryParse($"{Keys.NodeText(1)}@{text}", out _)!;
            Assert.Equal(LoopbackIndex, EndpointAddress.From(new IPEndPoint(peer.Endpoint!.Address!, 1)).Zone);
        }

        Assert.Equal(NetworkFault.FieldValue, EndpointReaders.Signed(IPAddress.Parse("fe80::1"), 1));
    }

    [Theory]
    [InlineData("[fe80::1]:1", NoZone)]
    [InlineData("[febf::1]:1", NoZone)]
    [InlineData("[fe80::1%nosuch]:1", "has an unknown zone; there is no interface 'nosuch'")]
    [InlineData("[fe80::1%]:1", "has an unknown zone; there is no interface ''")]
    [InlineData("[fe80::1%0]:1", "has an unknown zone; there is no interface '0'")]
    [InlineData("[fe80::1%01]:1", "has an unknown zone; there is no interface '01'")]
    [InlineData("[fe80::1%999999]:1", "has an unknown zone; there is no interface '999999'")]
    [InlineData("[fe80::1%4294967297]:1", "has an unknown zone; there is no interface '4294967297'")]
    [InlineData("[fe80::1%-1]:1", "has an unknown zone; there is no interface '-1'")]
    public void A_zone_is_an_interface(string text, string fault)
    {
        Assert.Equal((null, $"'{text}' {fault}"), EndpointReaders.CommandLine(text));
        Assert.Equal((null, $"'{text}' {fault}"), EndpointReaders.Rendezvous(text));
        Assert.Equal((null, $"'{text}' {fault}"), EndpointReaders.Uapi(text));
        Assert.Equal((null, $"'{text}' {LinkLocal}"), EndpointReaders.Ini(text));
        Assert.Equal((null, $"'{text}' {LinkLocal}"), EndpointReaders.Csv(text));
    }

    [Theory]
    [InlineData("51820", "51820")]
    [InlineData("1.2.3.4:5", "1.2.3.4:5")]
    [InlineData("0.0.0.0:5", "0.0.0.0:5")]
    [InlineData("[::]:5", "[::]:5")]
    [InlineData("[::1]:5", "[::1]:5")]
    [InlineData("[::ffff:0.0.0.0]:5", "0.0.0.0:5")]
    [InlineData("0", null)]
    [InlineData("051820", null)]
    [InlineData("+5", null)]
    [InlineData("65536", null)]
    [InlineData("", null)]
    [InlineData("0.0.0.0:0", null)]
    [InlineData("0.0.0.1:5", null)]
    [InlineData("010.0.0.1:5", null)]
    [InlineData("224.0.0.1:5", null)]
    [InlineData("255.255.255.255:5", null)]
    [InlineData("[ff02::1]:5", null)]
    [InlineData("[fe80::1]:5", null)]
    [InlineData("[fe80::1%nosuch]:5", null)]
    [InlineData("[::%1]:5", null)]
    [InlineData("localhost:5", null)]
    public void A_node_listens_at_an_address_of_its_machine(string text, string? expected)
    {
        ListenAddress? address = ListenAddress.TryParse(text, out string? fault);
        Assert.Equal(expected, address?.ToString());
        Assert.Equal(expected is null, fault is not null);
        if (expected is null)
        {
            AssertBadUsage("--listen", text, fault!);
        }
    }

    [Theory]
    [InlineData("0.0.0.0:51820")]
    [InlineData("[::]:51820")]
    [InlineData("010.0.0.1:51820")]
    [InlineData("255.255.255.255:51820")]
    [InlineData("[fe80::1%nosuch]:51820")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1")]
    [InlineData("ga\u001bte\r\n:1")]
    [InlineData("")]
    public void A_command_line_with_a_bad_endpoint_gets_one_line(string text)
    {
        string fault = EndpointReaders.Rendezvous(text).Fault!;
        AssertBadUsage("--peer", $"{Keys.NodeText(1)}@{text}", fault);
        AssertBadUsage("--rendezvous", text, fault);
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_key_with_which_no_handshake_can_succeed_is_refused_everywhere(string key)
    {
        AssertBadUsage("--peer", key, NodeKey.Unusable);
        AssertBadUsage("--peer", $"{key}@192.0.2.1:1", NodeKey.Unusable);
        AssertBadUsage("--psk-file", $"{key}=file", NodeKey.Unusable);
        Assert.Equal(NodeKey.Unusable, EndpointReaders.KeyInIni(key));
        Assert.Equal(NodeKey.Unusable, EndpointReaders.KeyInCsv(key));
        (string answer, string timeline) = EndpointReaders.KeyInUapi(Convert.ToHexString(KeyText.TryParse(key)!));
        Assert.Equal("errno=-22\n\n", answer);
        Assert.Contains(NodeKey.Unusable, timeline, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zero_key_in_a_signed_network_is_refused_by_the_node_and_by_flash()
    {
        byte[] file = NetworkBytes.File(NetworkBytes.Entry(0), NetworkBytes.Entry(1));
        NetworkFile network = new(NetworkBytes.Limits(), new Blake2s());
        Assert.Equal(NetworkFault.None, network.Begin(file, 0));
        Assert.Equal(NetworkFault.Key, network.Append(file, NetworkHeader.Size, file.Length - NetworkHeader.Size));
        Assert.Equal((1, "flash: n: entry 1: its public key is of small order\n"), FlashCheck(file));
    }

    [Fact]
    public void A_bad_endpoint_in_a_signed_network_is_refused_by_flash()
    {
        foreach (string address in new[] { "0.0.0.0", "255.255.255.255", "ff02::1", "fe80::1", "::ffff:0.0.0.0" })
        {
            byte[] field = NetworkBytes.Field(2, [.. IPAddress.Parse(address).GetAddressBytes(), 0, 1]);
            (int, string) refused = (1, "flash: n: entry 1: a field has a value that is not allowed\n");
            Assert.Equal(refused, FlashCheck(NetworkBytes.File(NetworkBytes.Entry(1, field))));
        }
    }

    [Fact]
    public void Whatever_it_is_given_the_reader_gives_an_endpoint_or_one_line()
    {
        EndpointTexts.Any.Sample(
            text =>
            {
                foreach (EndpointUse use in Enum.GetValues<EndpointUse>())
                {
                    PeerEndpoint? endpoint = PeerEndpoint.TryParse(text, use, out string? fault);
                    Assert.Equal(endpoint is null, fault is not null);
                    Assert.DoesNotContain(fault ?? "", char.IsControl);
                    Assert.InRange((fault ?? "").Length, 0, 300);
                    if (endpoint is not null)
                    {
                        Assert.Equal(endpoint, PeerEndpoint.TryParse(endpoint.ToString(), use, out _));
                        Assert.InRange(endpoint.Port, 1, 65535);
                        Assert.True(endpoint.Address is null != endpoint.Name is null);
                    }
                }

                // What is published is what a node accepts, and this machine accepts all of it.
                PeerEndpoint? published = PeerEndpoint.TryParse(text, EndpointUse.Published, out string? told);
                PeerEndpoint? local = PeerEndpoint.TryParse(text, EndpointUse.Local, out string? localFault);
                if (published is not null)
                {
                    Assert.Equal(published, local);
                    Assert.Equal(NetworkFault.None, published.Address is null
                        ? EndpointReaders.Signed(published.ToString())
                        : EndpointReaders.Signed(published.Address, published.Port));
                }
                else if (local?.Address is null)
                {
                    bool fitsField = text.Length <= 255 && text.All(char.IsAscii);
                    Assert.True(told == localFault || told!.EndsWith(LinkLocal, StringComparison.Ordinal));
                    Assert.True(!fitsField || EndpointReaders.Signed(text) != NetworkFault.None);
                }

                PeerEndpoint? address = PeerEndpoint.TryParse(text, EndpointUse.LocalAddress, out string? addressFault);
                Assert.True(local?.Name is not null ? address is null : address == local && addressFault == localFault);
            },
            iter: 30_000);
    }

    [Fact]
    public void The_reader_and_the_signed_network_agree_on_every_address()
    {
        Gen<byte[]> near = Gen.Select(
            Gen.OneOf(
                "0.0.0.0", "0.255.255.255", "127.0.0.1", "224.0.0.0", "240.0.0.0", "255.255.255.255",
                "::", "::1", "::ffff:0:0", "::ffff:e000:1", "fe80::", "febf::", "fec0::", "ff00::"),
            Gen.Int[0, 15],
            Gen.Byte,
            (text, at, bits) =>
            {
                byte[] bytes = IPAddress.Parse(text).GetAddressBytes();
                bytes[at % bytes.Length] ^= bits;
                return bytes;
            });
        Gen.OneOf(near, Gen.Byte.Array[4], Gen.Byte.Array[16]).Sample(
            bytes =>
            {
                IPAddress address = new(bytes);
                string text = new IPEndPoint(address, 1).ToString();
                NetworkFault expected = PeerEndpoint.TryParse(text, EndpointUse.Published, out _) is null
                    ? NetworkFault.FieldValue
                    : NetworkFault.None;
                Assert.Equal(expected, EndpointReaders.Signed(address, 1));
            },
            iter: 30_000);
    }

    [Fact]
    public void Addresses_are_those_that_inet_pton_reads()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs the inet_pton of libc");
        EndpointTexts.Address.Sample(
            text =>
            {
                byte[] bytes = new byte[16];
                IPAddress? expected = text.Contains('\0') ? null
                    : InetPton(2, text, bytes) == 1 ? new IPAddress(bytes.AsSpan(0, 4))
                    : InetPton(10, text, bytes) == 1 ? new IPAddress(bytes)
                    : null;
                Assert.Equal(expected, AddressText.TryParse(text));
            },
            iter: 100_000);
    }

    [DllImport("libc", EntryPoint = "inet_pton")]
    private static extern int InetPton(int family, [MarshalAs(UnmanagedType.LPUTF8Str)] string text, byte[] address);

    private static (int, string) FlashCheck(byte[] file)
    {
        using FlashFolder folder = new();
        System.IO.File.WriteAllBytes(folder.File("n"), file);
        FlashResult check = folder.Run("check", "@n", "--root", KeyText.Format(NetworkBytes.TrustRoot));
        return (check.Code, check.Error);
    }

    private static void AssertBadUsage(string option, string value, string fault)
    {
        Run run = Run.Of("node", "--identity", "x", option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"hostsim: {option}: {fault} (see hostsim node --help){Environment.NewLine}", run.Error);
        Assert.Empty(run.Output);
    }

    private static void AssertRefused(string text, string fault, bool isLong = false)
    {
        string expected = isLong ? $"'{text[..80]}...' {fault}" : $"'{text}' {fault}";
        Assert.Equal((null, expected), EndpointReaders.CommandLine(text));
        Assert.Equal((null, expected), EndpointReaders.Rendezvous(text));
        Assert.Equal((null, expected), EndpointReaders.Ini(text));
        Assert.Equal((null, expected), text.Length == 0 ? (null, expected) : EndpointReaders.Csv(text));
        Assert.Equal((null, expected), EndpointReaders.Uapi(text));
        Assert.True(text.Length > 255 || EndpointReaders.Signed(text) != NetworkFault.None);
    }
}
