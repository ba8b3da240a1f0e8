using System;
using System.Linq;
using System.Net;
using System.Text;
using Spore.Hostsim.Uapi;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Uapi;

/// <summary>The grammar of <c>set=1</c>.</summary>
public class SetParserTests
{
    private const string Key = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    private static readonly byte[] _key = Convert.FromHexString(Key);

    [Fact]
    public void All_that_there_is_can_be_said()
    {
        SetRequest request = Parse(
            $"private_key={Key}",
            "listen_port=65535",
            "fwmark=4294967295",
            "replace_peers=true",
            $"public_key={Key}",
            "update_only=true",
            $"preshared_key={Key}",
            "endpoint=1.2.3.4:56",
            "persistent_keepalive_interval=65535",
            "allowed_ip=9.0.0.0/8",
            "replace_allowed_ips=true",
            "allowed_ip=10.1.2.3/16",
            "allowed_ip=-10.1.0.0/17",
            "allowed_ip=+::1/128",
            "allowed_ip=0.0.0.0/0",
            "protocol_version=1",
            $"public_key={Key[..62]}00",
            "remove=true");
        Assert.Equal(_key, request.PrivateKey);
        Assert.Equal((65535, uint.MaxValue, true), (request.ListenPort, request.FirewallMark, request.ReplacePeers));
        Assert.Equal(2, request.Peers.Count);
        PeerRequest peer = request.Peers[0];
        Assert.Equal(_key, peer.PublicKey);
        Assert.Equal(_key, peer.PresharedKey);
        Assert.Equal(
            (false, true, true, 65535), (peer.Remove, peer.UpdateOnly, peer.ReplaceAllowedPrefixes, peer.Keepalive));
        Assert.Equal(new PeerEndpoint(IPAddress.Parse("1.2.3.4"), null, 56), peer.Endpoint);
        Assert.Equal(
            [("10.1.0.0/16", true), ("10.1.0.0/17", false), ("::1/128", true), ("0.0.0.0/0", true)],
            peer.AllowedPrefixes.Select(p => (p.Prefix.ToString(), p.Gives)));
        Assert.Equal(
            (true, null, null), (request.Peers[1].Remove, request.Peers[1].Endpoint, request.Peers[1].Keepalive));

        byte[] presharedKey = peer.PresharedKey!;
        request.Wipe();
        Assert.Equal(new byte[32], presharedKey);
        Assert.Equal(new byte[32], request.PrivateKey);
    }

    [Fact]
    public void What_is_not_said_is_not_asked_for()
    {
        SetRequest request = Parse($"public_key={Key}");
        Assert.Equal(
            (null, null, null, false),
            (request.PrivateKey, request.ListenPort, request.FirewallMark, request.ReplacePeers));
        PeerRequest peer = Assert.Single(request.Peers);
        Assert.Equal(
            (false, false, false, null, null, null),
            (
                peer.Remove,
                peer.UpdateOnly,
                peer.ReplaceAllowedPrefixes,
                peer.PresharedKey,
                peer.Endpoint,
                peer.Keepalive));
        Assert.Empty(peer.AllowedPrefixes);
    }

    [Theory]
    [InlineData("[2001:db8::1]:51820", "2001:db8::1", 51820)]
    [InlineData("[::ffff:1.2.3.4]:1", "1.2.3.4", 1)]
    [InlineData("[fe80::1%1]:1", "fe80::1%1", 1)]
    public void Endpoints_of_both_families_are_read(string text, string address, int port)
    {
        PeerEndpoint expected = new(IPAddress.Parse(address), null, port);
        Assert.Equal(expected, Parse($"public_key={Key}", $"endpoint={text}").Peers[0].Endpoint);
    }

    [Fact]
    public void An_endpoint_may_be_a_name()
    {
        PeerEndpoint expected = new(null, "gate.example", 51820);
        Assert.Equal(expected, Parse($"public_key={Key}", "endpoint=gate.example:51820").Peers[0].Endpoint);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("=1")]
    [InlineData("listen_port")]
    [InlineData("listen_port=")]
    [InlineData("listen_port=65536")]
    [InlineData("listen_port=-1")]
    [InlineData("listen_port=+1")]
    [InlineData("listen_port= 1")]
    [InlineData("listen_port=1 ")]
    [InlineData("listen_port=1\0")]
    [InlineData("listen_port=1\r")]
    [InlineData("listen_port=0x1")]
    [InlineData("fwmark=4294967296")]
    [InlineData("fwmark=99999999999999999999999999")]
    [InlineData("replace_peers=false")]
    [InlineData("replace_peers=True")]
    [InlineData("private_key=")]
    [InlineData($"private_key={Key}0")]
    [InlineData("private_key=g0112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF")]
    [InlineData("public_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("endpoint=1.2.3.4:5")]
    [InlineData("remove=true")]
    [InlineData("set=1")]
    [InlineData("listen_pört=1")]
    [InlineData("peer listen_port=1")]
    [InlineData("peer private_key=00")]
    [InlineData("peer replace_peers=true")]
    [InlineData("peer remove=1")]
    [InlineData("peer update_only=")]
    [InlineData("peer replace_allowed_ips=yes")]
    [InlineData("peer preshared_key=00")]
    [InlineData("peer protocol_version=2")]
    [InlineData("peer persistent_keepalive_interval=65536")]
    [InlineData("peer persistent_keepalive_interval=off")]
    [InlineData("peer endpoint=")]
    [InlineData("peer endpoint=1.2.3.4")]
    [InlineData("peer endpoint=1.2.3.4:")]
    [InlineData("peer endpoint=1.2.3.4:0")]
    [InlineData("peer endpoint=1.2.3.4:65536")]
    [InlineData("peer endpoint=1.2.3:4")]
    [InlineData("peer endpoint=[1.2.3.4]:5")]
    [InlineData("peer endpoint=::1:5")]
    [InlineData("peer endpoint=[::1]5")]
    [InlineData("peer endpoint=[[::1]]:5")]
    [InlineData("peer endpoint=[]:5")]
    [InlineData("peer endpoint=-localhost:5")]
    [InlineData("peer endpoint=[fe80::1%no-such-interface]:5")]
    [InlineData("peer allowed_ip=")]
    [InlineData("peer allowed_ip=-")]
    [InlineData("peer allowed_ip=10.0.0.1")]
    [InlineData("peer allowed_ip=10.0.0.1/")]
    [InlineData("peer allowed_ip=10.0.0.1/33")]
    [InlineData("peer allowed_ip=10.0.0.1/-1")]
    [InlineData("peer allowed_ip=10.0.0.1/ 1")]
    [InlineData("peer allowed_ip=10.0.0/8")]
    [InlineData("peer allowed_ip=010.0.0.0/8")]
    [InlineData("peer allowed_ip=::/129")]
    [InlineData("peer allowed_ip=::/300")]
    [InlineData("peer allowed_ip=fe80::1%1/128")]
    [InlineData("peer allowed_ip=[::]/0")]
    [InlineData("peer allowed_ip=--10.0.0.0/8")]
    [InlineData("peer allowed_ip=+-10.0.0.0/8")]
    [InlineData("peer allowed_ip=10.0.0.0/8/8")]
    public void What_is_none_of_this_protocols_is_refused(string line)
    {
        SetParser parser = new();
        if (line.StartsWith("peer ", StringComparison.Ordinal))
        {
            parser.Read(Encoding.Latin1.GetBytes($"public_key={Key}"));
            line = line[5..];
        }

        Assert.Equal(
            Errno.Invalid, Assert.Throws<UapiException>(() => parser.Read(Encoding.Latin1.GetBytes(line))).Errno);
    }

    [Fact]
    public void A_key_that_is_refused_is_not_quoted()
    {
        UapiException fault = Assert.Throws<UapiException>(() => Parse($"private_key={Key}0"));
        Assert.DoesNotContain("0011", fault.Message);
    }

    private static SetRequest Parse(params string[] lines)
    {
        SetParser parser = new();
        foreach (string line in lines)
        {
            parser.Read(Encoding.ASCII.GetBytes(line));
        }

        return parser.Request;
    }
}
