using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public class NetworkIniTests
{
    private static readonly string _a = Keys.NodeText(1);
    private static readonly string _b = Keys.NodeText(2);

    private static NetworkDescription Parse(string text) =>
        NetworkIni.Parse(Encoding.UTF8.GetBytes(text), "n.ini", FlashFolder.Now);

    private static string Message(string text) => Assert.Throws<InputException>(() => Parse(text)).Message;

    [Fact]
    public void Everything_that_can_be_said_is_understood()
    {
        NetworkDescription network = Parse($"""
            # a network
            ; in full
            [network]
            version=65535.281474976710655
              Issued = 2026-06-30T23:59:58Z ; a comment
            Expires = 2027-01-02
            [ Peer ]
            PUBLICKEY = {_a}
            Label = gate#1;x "y"	# a comment
            AllowedIPs = 10.0.0.1, fd00::1 ,0.0.0.0/0,::/0
            AllowedIPs = 10.1.0.0/16
            AllowedIPs =
            Endpoint = gate.example.org:51820
            Endpoint = 192.0.2.1:1
            Endpoint = [2001:DB8::1]:65535
            Endpoint = [::ffff:192.0.2.2]:7
            PersistentKeepalive = 25
            Roles = Witness, lease,whole
            Vendor = 32473:00aBff
            Vendor = 0:

            [Peer]
            PublicKey = {Convert.ToHexString(Keys.Node(2))}
            Label = " \"q\" \\ # "  # quoted
            PersistentKeepalive = off
            """);

        Assert.Equal(ulong.MaxValue, network.Version);
        Assert.Equal(new DateTimeOffset(2026, 6, 30, 23, 59, 58, TimeSpan.Zero).ToUnixTimeSeconds(), network.Issued);
        Assert.Equal(new DateTimeOffset(2027, 1, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), network.Expires);
        Assert.Equal(2, network.Peers.Count);
        PeerDescription peer = network.Peers[0];
        Assert.Equal(Keys.Node(1), peer.PublicKey);
        Assert.Equal("gate#1;x \"y\"", peer.Label);
        Assert.Equal(
            ["10.0.0.1/32", "fd00::1/128", "0.0.0.0/0", "::/0", "10.1.0.0/16"],
            peer.AllowedPrefixes.Select(p => p.ToString()));
        Assert.Equal(
            ["gate.example.org:51820", "192.0.2.1:1", "[2001:db8::1]:65535", "192.0.2.2:7"],
            peer.Endpoints.Select(e => e.ToString()));
        Assert.Equal(25, peer.Keepalive);
        Assert.Equal(EntryRoles.Witness | EntryRoles.LeaseServer | EntryRoles.HoldsWhole, peer.Roles);
        Assert.Equal([32473u, 0u], peer.VendorFields.Select(v => v.Enterprise));
        Assert.Equal([0, 0xAB, 0xFF], peer.VendorFields[0].Value);
        Assert.Empty(peer.VendorFields[1].Value);
        Assert.Equal(" \"q\" \\ # ", network.Peers[1].Label);
        Assert.Equal(0, network.Peers[1].Keepalive);
    }

    [Fact]
    public void A_list_is_the_same_as_repeating_the_key()
    {
        const string Network = "[Network]\nVersion=1\n[Peer]\nPublicKey=";
        PeerDescription list = Parse($"""
            {Network}{_a}
            AllowedIPs = 10.0.0.1, fd00::1
            Endpoint = 192.0.2.1:1, [2001:db8::1]:2,gate.example.org:3
            Endpoint = "192.0.2.2:4 , 192.0.2.3:5"
            Vendor = 1:aa, 2:
            """).Peers[0];
        PeerDescription repeated = Parse($"""
            {Network}{_a}
            AllowedIPs = 10.0.0.1
            AllowedIPs = fd00::1
            Endpoint = 192.0.2.1:1
            Endpoint = [2001:db8::1]:2
            Endpoint = gate.example.org:3
            Endpoint = 192.0.2.2:4
            Endpoint = 192.0.2.3:5
            Vendor = 1:aa
            Vendor = 2:
            """).Peers[0];
        Assert.Equal(5, list.Endpoints.Count);
        Assert.Equal(NetworkIni.FormatPeer(repeated), NetworkIni.FormatPeer(list));
    }

    [Fact]
    public void What_is_not_said_is_now_and_never()
    {
        NetworkDescription network = Parse($"[Peer]\r\nPublicKey={_a}\r\n[Network]\r\nVersion=1\r\n");
        Assert.Equal(FlashFolder.Now.ToUnixTimeSeconds(), network.Issued);
        Assert.Equal(0, network.Expires);
        Assert.Null(network.Peers[0].Label);
    }

    [Fact]
    public void Times_have_several_forms()
    {
        foreach ((string text, long expected) in new[]
        {
            ("2026-07-01", 1782864000L),
            ("2026-07-01T12:00Z", 1782907200),
            ("2026-07-01T12:00:01Z", 1782907201),
            ("2026-07-01 12:00Z", 1782907200),
            ("2026-07-01 12:00:01Z", 1782907201),
            ("1782907200", 1782907200),
            ("0", 0),
            ("253402300799", 253402300799),
        })
        {
            Assert.Equal(expected, Parse($"[Network]\nVersion=1\nIssued={text}\n[Peer]\nPublicKey={_a}").Issued);
        }
    }

    public static IEnumerable<TheoryDataRow<string, string>> BadFiles()
    {
        yield return new("", "n.ini: [Network]: this section is missing");
        yield return new("[Network]\nVersion=1", "n.ini: [Peer]: there is none; a network has at least one member");
        yield return new("[Peer]\nPublicKey=A", "n.ini: [Network]: this section is missing");
        yield return new("[Network]\n\n[Peer]", "n.ini:1: Version: it is missing from this section");
        yield return new(
            "[Network]\nVersion=1\n[Peer]\nLabel=x\n[Peer]\n", "n.ini:3: PublicKey: it is missing from this section");
        yield return new(
            "[Network]\nVersion=1\n[Network]", "n.ini:3: [Network]: this section was given already, on line 1");
        yield return new(
            "Version=1", "n.ini:1: Version: it stands before the first section; there are [Network] and [Peer]");
        yield return new(
            "[Interface]", "n.ini:1: [Interface]: there is no such section; there are [Network] and [Peer]");
        yield return new("[Peer", "n.ini:1: there is no such section; there are [Network] and [Peer]");
        yield return new("[]", "n.ini:1: there is no such section; there are [Network] and [Peer]");
        yield return new("\n\nhello", "n.ini:3: this is neither a [section] nor a key = value");
        yield return new(
            "[Network]\nCAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=",
            "n.ini:2: this is neither a [section] nor a key = value");
        yield return new("[Network]\nCAgICAg/CAgI=", "n.ini:2: this is neither a [section] nor a key = value");
        yield return new(
            "[CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=]",
            "n.ini:1: there is no such section; there are [Network] and [Peer]");
        yield return new("[Network]\n= 1", "n.ini:2: this is neither a [section] nor a key = value");
        yield return new(
            "[Network]\nVersion=1\nIssued=2026-07-01\nExpires=2026-07-01\n[Peer]\nPublicKey=A",
            "n.ini:4: Expires: 2026-07-01T00:00:00Z is not after the time of issue, 2026-07-01T00:00:00Z");
        yield return new(
            "[Network]\nVersion=1\nExpires=2026-07-01\n[Peer]\nPublicKey=A",
            "n.ini:3: Expires: 2026-07-01T00:00:00Z is not after the time of issue, 2026-07-01T12:00:00Z");
        yield return new(
            "[Network]\nVersion=1\n[Peer]\nPublicKey=A\n[Peer]\nPublicKey=A",
            "n.ini:6: PublicKey: this key has an entry already, on line 3");
        yield return new(
            "[Network]\nVersion=1\n[Peer]\nPublicKey=A\nAllowedIPs=10.0.0.1\n[Peer]\nPublicKey=B\n"
            + "AllowedIPs=10.0.0.1/32",
            "n.ini:8: AllowedIPs: 10.0.0.1/32 was given already, on line 5");
        yield return new(
            "[Network]\nVersion=1\n[Peer]\nPublicKey=A\nAllowedIPs=fd00::1, 10.0.0.0/8, FD00:0::1/128",
            "n.ini:5: AllowedIPs: fd00::1/128 was given already, on line 5");
        string vendors = string.Concat(Enumerable.Repeat($"Vendor=1:{new string('0', 500)}\n", 3));
        yield return new(
            $"[Network]\nVersion=1\n[Peer]\nPublicKey=A\n{vendors}",
            "n.ini:3: [Peer]: all it says takes 802 bytes, and 768 is the most");
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void A_bad_file_gives_one_line(string text, string expected)
    {
        Assert.Equal(expected, Message(text.Replace("Key=A", "Key=" + _a).Replace("Key=B", "Key=" + _b)));
    }

    [Theory]
    [InlineData("Version=1", "Version: it was given already, on line 2")]
    [InlineData("issued=1\nISSUED=1", "Issued: it was given already, on line 3")]
    [InlineData(
        "ListenPort=1", "ListenPort: there is no such key in [Network]; there are Version, Issued, Expires, Assign")]
    [InlineData(
        "PresharedKey=CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=",
        "PresharedKey: there is no such key in [Network]; there are Version, Issued, Expires, Assign")]
    [InlineData("Label=1", "Label: there is no such key in [Network]; there are Version, Issued, Expires, Assign")]
    [InlineData("Issued=", "Issued: '' is neither a time like 2026-07-01T12:00:00Z nor Unix seconds")]
    [InlineData("Issued=-1", "Issued: '-1' is neither a time like 2026-07-01T12:00:00Z nor Unix seconds")]
    [InlineData(
        "Issued=1969-12-31", "Issued: '1969-12-31' is neither a time like 2026-07-01T12:00:00Z nor Unix seconds")]
    [InlineData(
        "Issued=2026-02-30", "Issued: '2026-02-30' is neither a time like 2026-07-01T12:00:00Z nor Unix seconds")]
    [InlineData(
        "Issued=2026-07-01T12:00:00",
        "Issued: '2026-07-01T12:00:00' is neither a time like 2026-07-01T12:00:00Z nor Unix seconds")]
    [InlineData(
        "Issued=253402300800", "Issued: '253402300800' is neither a time like 2026-07-01T12:00:00Z nor Unix seconds")]
    [InlineData("Expires=0", "Expires: '0' is neither 'never' nor a time like 2027-07-01T12:00:00Z")]
    [InlineData("Expires=soon", "Expires: 'soon' is neither 'never' nor a time like 2027-07-01T12:00:00Z")]
    public void A_bad_line_in_Network_is_named(string lines, string expected)
    {
        int last = 2 + lines.Split('\n').Length;
        Assert.Equal($"n.ini:{last}: {expected}", Message($"[Network]\nVersion=1\n{lines}\n[Peer]\nPublicKey={_a}"));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("x")]
    [InlineData("281474976710656")]
    [InlineData("0.5")]
    [InlineData("3.0")]
    [InlineData("65536.1")]
    public void A_version_is_a_revision_or_an_epoch_and_a_revision(string version)
    {
        Assert.Equal(
            $"n.ini:2: Version: '{version}' is not {VersionText.Form}",
            Message($"[Network]\nVersion={version}"));
    }

    public static IEnumerable<TheoryDataRow<string, string>> BadPeerLines()
    {
        yield return new(
            "PrivateKey=x",
            "PrivateKey: there is no such key in [Peer]; there are PublicKey, Label, AllowedIPs, Endpoint, "
            + "PersistentKeepalive, Roles, Vendor");
        yield return new(
            "PresharedKey = CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=",
            "PresharedKey: there is no such key in [Peer]; there are PublicKey, Label, AllowedIPs, Endpoint, "
            + "PersistentKeepalive, Roles, Vendor");
        yield return new(
            "presharedkey=",
            "presharedkey: there is no such key in [Peer]; there are PublicKey, Label, AllowedIPs, Endpoint, "
            + "PersistentKeepalive, Roles, Vendor");
        yield return new("PublicKey=x", "PublicKey: it was given already, on line 4");
        yield return new("Label=", "Label: it takes 0 bytes, and may take 1 to 64");
        yield return new("Label=" + new string('x', 65), "Label: it takes 65 bytes, and may take 1 to 64");
        yield return new(
            "Label=" + string.Concat(Enumerable.Repeat("ü", 33)), "Label: it takes 66 bytes, and may take 1 to 64");
        yield return new("Label=a\tb", "Label: it has a control character in it");
        yield return new("Label=a\nLabel=b", "Label: it was given already, on line 5");
        yield return new(
            "Label=\"a", "Label: its quotes don't match (write \\\" and \\\\ for those characters inside)");
        yield return new(
            "Label=\"a\" b", "Label: its quotes don't match (write \\\" and \\\\ for those characters inside)");
        yield return new(
            "Label=\"a\\n\"", "Label: its quotes don't match (write \\\" and \\\\ for those characters inside)");
        yield return new(
            "Label=\"a\\\"", "Label: its quotes don't match (write \\\" and \\\\ for those characters inside)");
        yield return new("Label=\"\"", "Label: it takes 0 bytes, and may take 1 to 64");
        yield return new("AllowedIPs=10.0.0.1/33", "AllowedIPs: '10.0.0.1/33' has no prefix length from 0 to 32");
        yield return new("AllowedIPs=10.0.0.1/", "AllowedIPs: '10.0.0.1/' has no prefix length from 0 to 32");
        yield return new("AllowedIPs=10.0.0.1/-1", "AllowedIPs: '10.0.0.1/-1' has no prefix length from 0 to 32");
        yield return new("AllowedIPs=fd00::/129", "AllowedIPs: 'fd00::/129' has no prefix length from 0 to 128");
        yield return new(
            "AllowedIPs=10.0.0.1/24",
            "AllowedIPs: '10.0.0.1/24' has bits set beyond its length; the prefix is 10.0.0.0/24");
        yield return new(
            "AllowedIPs=fd00::1/64",
            "AllowedIPs: 'fd00::1/64' has bits set beyond its length; the prefix is fd00::/64");
        yield return new("AllowedIPs=10", "AllowedIPs: '10' is not an IP address or prefix");
        yield return new("AllowedIPs=010.0.0.1", "AllowedIPs: '010.0.0.1' is not an IP address or prefix");
        yield return new("AllowedIPs=10.0.0", "AllowedIPs: '10.0.0' is not an IP address or prefix");
        yield return new("AllowedIPs=[fd00::1]", "AllowedIPs: '[fd00::1]' is not an IP address or prefix");
        yield return new("AllowedIPs=fd00::1%eth0", "AllowedIPs: 'fd00::1%eth0' is not an IP address or prefix");
        yield return new(
            "AllowedIPs=10.0.0.1,,10.0.0.2", "AllowedIPs: there is nothing between two commas, or before or after one");
        yield return new(
            "AllowedIPs=10.0.0.1,", "AllowedIPs: there is nothing between two commas, or before or after one");
        yield return new(
            "AllowedIPs=fe80::1", "AllowedIPs: 'fe80::1' touches fe80::/10; link-local addresses follow from the keys");
        yield return new(
            "AllowedIPs=fe00::/7",
            "AllowedIPs: 'fe00::/7' touches fe80::/10; link-local addresses follow from the keys");
        yield return new("AllowedIPs=ff02::1", "AllowedIPs: 'ff02::1' touches ff00::/8, which is multicast");
        const string All = "; all addresses are 0.0.0.0/0 and ::/0, which are allowed";
        yield return new(
            "AllowedIPs=128.0.0.0/1", $"AllowedIPs: '128.0.0.0/1' touches 224.0.0.0/4, which is multicast{All}");
        yield return new(
            "AllowedIPs=192.0.0.0/2", $"AllowedIPs: '192.0.0.0/2' touches 224.0.0.0/4, which is multicast{All}");
        yield return new(
            "AllowedIPs=8000::/1",
            $"AllowedIPs: '8000::/1' touches fe80::/10; link-local addresses follow from the keys{All}");
        yield return new("Endpoint=", "Endpoint: '' is not host:port, address:port or [IPv6]:port");
        yield return new("Endpoint=gate", "Endpoint: 'gate' is not host:port, address:port or [IPv6]:port");
        yield return new(
            "Endpoint=2001:db8::1:51820",
            "Endpoint: '2001:db8::1:51820' is not host:port, address:port or [IPv6]:port");
        yield return new("Endpoint=gate:0", "Endpoint: 'gate:0' has no port from 1 to 65535 without leading zeros");
        yield return new(
            "Endpoint=gate:65536",
            "Endpoint: 'gate:65536' has no port from 1 to 65535 without leading zeros");
        yield return new("Endpoint=gate:", "Endpoint: 'gate:' has no port from 1 to 65535 without leading zeros");
        yield return new("Endpoint=:1", "Endpoint: ':1' has no host name or address before its port");
        yield return new(
            "Endpoint=ga te:1",
            "Endpoint: 'ga te:1' has no host name;"
                + " write letters, digits, '-' and '_', in labels of 1 to 63 with single dots between");
        yield return new(
            "Endpoint=-gate:1",
            "Endpoint: '-gate:1' has no host name;"
                + " write letters, digits, '-' and '_', in labels of 1 to 63 with single dots between");
        yield return new(
            "Endpoint=1.2.3.256:1",
            "Endpoint: '1.2.3.256:1' has no IPv4 address;"
                + " write four decimal numbers from 0 to 255 without leading zeros");
        yield return new("Endpoint=[gate]:1", "Endpoint: '[gate]:1' has no IPv6 address in its brackets");
        yield return new(
            "Endpoint=[fe80::1%eth0]:1",
            "Endpoint: '[fe80::1%eth0]:1' has a link-local address,"
                + " which means nothing on another machine; give another address or a name");
        yield return new(
            "Endpoint=[192.0.2.1]:1",
            "Endpoint: '[192.0.2.1]:1' has an IPv4 address in brackets; only IPv6 addresses have them");
        yield return new(
            "Endpoint=0.0.0.0:1",
            "Endpoint: '0.0.0.0:1' has an unspecified address; give the address of one machine");
        yield return new(
            "Endpoint=255.255.255.255:1",
            "Endpoint: '255.255.255.255:1' has a broadcast or reserved address; give the address of one machine");
        yield return new(
            "Endpoint=[fe80::1]:1",
            "Endpoint: '[fe80::1]:1' has a link-local address,"
                + " which means nothing on another machine; give another address or a name");
        yield return new(
            "Endpoint=[::]:1",
            "Endpoint: '[::]:1' has an unspecified address; give the address of one machine");
        yield return new("Endpoint=gate:1\nEndpoint=gate:1", "Endpoint: gate:1 was given already for this peer");
        yield return new("Endpoint=gate:1, gate:1", "Endpoint: gate:1 was given already for this peer");
        yield return new("Endpoint=gate:1,", "Endpoint: there is nothing between two commas, or before or after one");
        yield return new(
            "PersistentKeepalive=65536",
            "PersistentKeepalive: '65536' is neither 'off' nor a number of seconds from 0 to 65535");
        yield return new(
            "PersistentKeepalive=", "PersistentKeepalive: '' is neither 'off' nor a number of seconds from 0 to 65535");
        yield return new(
            "PersistentKeepalive=-1",
            "PersistentKeepalive: '-1' is neither 'off' nor a number of seconds from 0 to 65535");
        yield return new("Roles=admin", "Roles: 'admin' is not a role; there are witness, lease, whole");
        yield return new("Roles=lease,Lease", "Roles: 'Lease' was given already");
        yield return new("Roles=lease,", "Roles: there is nothing between two commas, or before or after one");
        yield return new(
            "Vendor=1",
            "Vendor: '1' is not an enterprise number, a colon and pairs of hexadecimal digits, like 1234:abcd");
        yield return new(
            "Vendor=1:a",
            "Vendor: '1:a' is not an enterprise number, a colon and pairs of hexadecimal digits, like 1234:abcd");
        yield return new(
            "Vendor=1:zz",
            "Vendor: '1:zz' is not an enterprise number, a colon and pairs of hexadecimal digits, like 1234:abcd");
        yield return new(
            "Vendor=4294967296:",
            "Vendor: '4294967296:' is not an enterprise number, a colon and pairs of hexadecimal digits, like "
            + "1234:abcd");
        yield return new("Vendor=1:" + new string('0', 504), "Vendor: it says 252 bytes, and 251 is the most");
        yield return new(
            "Vendor=\u0007x\u2028y",
            "Vendor: '?x?y' is not an enterprise number, a colon and pairs of hexadecimal digits, like 1234:abcd");
    }

    [Theory]
    [MemberData(nameof(BadPeerLines))]
    public void A_bad_line_in_Peer_is_named(string lines, string expected)
    {
        int last = 4 + lines.Split('\n').Length;
        Assert.Equal($"n.ini:{last}: {expected}", Message($"[Network]\nVersion=1\n[Peer]\nPublicKey={_a}\n{lines}"));
    }

    [Theory]
    [InlineData("", "this is not a key; a key is 44 characters of base64 or 64 hexadecimal digits")]
    [InlineData("cGFzc3dvcmQ=", "this is not a key; a key is 44 characters of base64 or 64 hexadecimal digits")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", NodeKey.Unusable)]
    public void A_bad_key_is_never_shown(string key, string expected)
    {
        Assert.Equal($"n.ini:4: PublicKey: {expected}", Message($"[Network]\nVersion=1\n[Peer]\nPublicKey = {key}"));
    }

    [Fact]
    public void Text_in_another_encoding_is_told()
    {
        byte[] text =
            [.. Encoding.ASCII.GetBytes("[Network]\nVersion=1\n# K"), 0xFC, .. Encoding.ASCII.GetBytes("che\n")];
        Assert.Equal(
            "n.ini:3: this is not UTF-8 text",
            Assert.Throws<InputException>(() => NetworkIni.Parse(text, "n.ini", FlashFolder.Now)).Message);

        byte[] marked = [0xEF, 0xBB, 0xBF, .. Encoding.ASCII.GetBytes($"[Network]\nVersion=1\n[Peer]\nPublicKey={_a}")];
        Assert.Single(NetworkIni.Parse(marked, "n.ini", FlashFolder.Now).Peers);
    }

    [Fact]
    public void Random_files_give_a_network_or_one_line()
    {
        string[] pieces =
        [
            "[Network]\n", "[Peer]\n", "Version = 1\n", "Issued = 0\n", "Expires = never\n", $"PublicKey = {_a}\n",
            $"PublicKey = {_b}\n", "Label = \"x\"\n", "AllowedIPs = ", "10.0.0.0/8", "fd00::1", ", ",
            "Endpoint = a:1\n", "Endpoint = [::1]:2\n", "PersistentKeepalive = 5\n", "Roles = lease\n",
            "Vendor = 1:00\n", "\n", "=", "\"", "\\", "#", ";", "[", "]", "\0", "\r\n", "/", ":", "%",
            "9999999999999999999999",
        ];
        Gen<byte[]> words = Gen.OneOf(pieces).Array[0, 25].Select(p => Encoding.UTF8.GetBytes(string.Concat(p)));
        Gen<byte[]> sound = Gen.OneOf(pieces).Array[0, 6].Select(
            p => Encoding.UTF8.GetBytes($"[Network]\nVersion=1\n[Peer]\nPublicKey={_a}\n" + string.Concat(p)));
        Gen.OneOf(words, sound, Gen.Byte.Array[0, 200]).Sample(
            bytes =>
            {
                try
                {
                    Assert.NotEmpty(NetworkIni.Parse(bytes, "n.ini", FlashFolder.Now).Peers);
                }
                catch (InputException e)
                {
                    Assert.DoesNotContain('\n', e.Message);
                    Assert.StartsWith("n.ini:", e.Message);
                }
            },
            iter: 3000);
    }
}
