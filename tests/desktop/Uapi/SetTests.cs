using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.Signing;
using Spore.Tests.Nodes;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Uapi;

/// <summary>What <c>set=1</c> does, and what it refuses. In the lines, names stand for keys and prefixes.</summary>
public class SetTests
{
    private const int NotPermitted = -1;
    private const int Invalid = -22;
    private const int NoSpace = -28;
    private const int NotSupported = -95;

    private readonly RunningDevice _device;
    private readonly Stranger _other;
    private readonly Stranger _guest;

    public SetTests()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Peers = 4;
        _device = new RunningDevice(limits);
        _other = _device.Mesh.AddStranger(7);
        _guest = _device.Mesh.AddStranger(8);
        Assert.True(_guest.Connect(_device.Node));
        _device.HearAll();
    }

    // An operation, its lines with semicolons between them, and how it ends. All leave the node as it was.
    [Theory]
    [InlineData(0, "")]
    [InlineData(0, "private_key=OWN")]
    [InlineData(0, "listen_port=51820;fwmark=0")]
    [InlineData(0, "public_key=MEMBER")]
    [InlineData(
        0,
        "public_key=MEMBER;protocol_version=1;update_only=true;preshared_key=ZERO;endpoint=192.0.2.3:51820;"
        + "persistent_keepalive_interval=0;replace_allowed_ips=true;allowed_ip=10.0.0.3/32;allowed_ip=fd00::3/128;"
        + "allowed_ip=LL(MEMBER)")]
    [InlineData(0, "public_key=MEMBER;replace_allowed_ips=true;allowed_ip=fd00::3/128;allowed_ip=10.0.0.3/32")]
    [InlineData(
        0,
        "public_key=MEMBER;allowed_ip=10.0.0.3/32;allowed_ip=-10.0.0.99/32;allowed_ip=+10.1.0.0/16;"
        + "allowed_ip=-10.1.0.0/16")]
    [InlineData(0, "public_key=KEPT;persistent_keepalive_interval=25")]
    [InlineData(0, "public_key=SELF;endpoint=1.2.3.4:5;allowed_ip=fe80::/10")]
    [InlineData(0, "public_key=OTHER;update_only=true;allowed_ip=10.1.0.0/16")]
    [InlineData(0, "public_key=OTHER;remove=true")]
    [InlineData(0, "public_key=OTHER;allowed_ip=10.1.0.0/16;public_key=OTHER;remove=true")]
    [InlineData(0, "replace_peers=true;public_key=MEMBER;public_key=KEPT")]
    [InlineData(
        0, "private_key=OWN;public_key=GUEST;endpoint=192.0.2.99:1;replace_allowed_ips=true;allowed_ip=LL(GUEST)")]
    [InlineData(NotPermitted, "private_key=OTHERS")]
    [InlineData(NotPermitted, "private_key=ZERO")]
    [InlineData(NotSupported, "listen_port=51821")]
    [InlineData(NotSupported, "listen_port=0")]
    [InlineData(NotSupported, "fwmark=1")]
    [InlineData(NotPermitted, "replace_peers=true")]
    [InlineData(NotPermitted, "replace_peers=true;public_key=MEMBER")]
    [InlineData(NotPermitted, "replace_peers=true;public_key=MEMBER;public_key=KEPT;remove=true")]
    [InlineData(NotPermitted, "public_key=MEMBER;remove=true")]
    [InlineData(NotPermitted, "public_key=MEMBER;allowed_ip=10.1.0.0/16")]
    [InlineData(NotPermitted, "public_key=MEMBER;allowed_ip=-10.0.0.3/32")]
    [InlineData(NotPermitted, "public_key=MEMBER;replace_allowed_ips=true")]
    [InlineData(NotPermitted, "public_key=MEMBER;replace_allowed_ips=true;allowed_ip=10.0.0.3/32")]
    [InlineData(NotPermitted, "public_key=MEMBER;allowed_ip=-LL(MEMBER)")]
    [InlineData(NotPermitted, "public_key=KEPT;persistent_keepalive_interval=0")]
    [InlineData(NotPermitted, "public_key=MEMBER;persistent_keepalive_interval=25")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=10.0.0.3/32")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=fd00::1/128")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=fe80::/10")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=fe80::/9")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=8000::/1")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=febf::/16")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=LL(MEMBER)")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=-LL(OTHER)")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=-fe80::1/128")]
    [InlineData(NotPermitted, "public_key=OTHER;allowed_ip=10.1.0.0/16;public_key=MEMBER;remove=true")]
    [InlineData(NotPermitted, "public_key=GUEST;remove=true;public_key=MEMBER;remove=true")]
    [InlineData(Invalid, "public_key=OTHER;allowed_ip=10.1.0.0/16;public_key=nonsense")]
    [InlineData(Invalid, "public_key=ZERO")]
    [InlineData(Invalid, "public_key=SMALL;allowed_ip=10.1.0.0/16")]
    public void A_set_that_says_what_is_so_and_one_that_is_refused_change_nothing(int errno, string lines)
    {
        string[] before = _device.Get();
        Peer[] configured = [.. _device.Node.Node.Peers.Where(p => p.InUse && _device.Node.Node.IsConfigured(p))];
        Assert.Equal(errno, _device.Set(Lines(lines)));
        Assert.Equal(before, _device.Get());
        Assert.Equal(configured, _device.Node.Node.Peers.Where(p => p.InUse && _device.Node.Node.IsConfigured(p)));
        Assert.Equal(errno != 0, _device.Timeline.Contains("set refused"));
    }

    [Fact]
    public void A_new_peer_has_all_that_is_said_of_it()
    {
        Assert.Equal(
            0,
            _device.Set(
                Lines(
                    "public_key=OTHER;preshared_key=PSK;endpoint=[2001:db8::1]:9;persistent_keepalive_interval=25;"
                    + "allowed_ip=10.1.2.3/16;allowed_ip=+::/0;allowed_ip=0.0.0.0/0;allowed_ip=224.0.0.0/4;"
                    + "allowed_ip=LL(OTHER)")));
        Assert.Equal(
            Lines(
                "public_key=OTHER;preshared_key=PSK;protocol_version=1;endpoint=[2001:db8::1]:9;"
                + "persistent_keepalive_interval=25;allowed_ip=10.1.0.0/16;allowed_ip=::/0;allowed_ip=0.0.0.0/0;"
                + "allowed_ip=224.0.0.0/4;allowed_ip=LL(OTHER)"),
            Stays(_device.Get(_other.Key)));
        Assert.Equal(1, _device.Woken);
        Assert.Contains("configured", _device.Timeline);
        Assert.True(_device.Node.Node.IsConfigured(_device.Slot(_other.Key)!));
        Assert.Equal(MeshNode.PrivateKey(70), _device.Slot(_other.Key)!.PresharedKey);
    }

    [Fact]
    public void A_peer_is_changed_by_what_is_said_and_by_nothing_else()
    {
        Assert.Equal(
            0,
            _device.Set(
                Lines(
                    "public_key=OTHER;preshared_key=PSK;endpoint=1.2.3.4:5;persistent_keepalive_interval=25;"
                    + "allowed_ip=10.1.0.0/16")));
        Assert.Equal(
            0,
            _device.Set(
                Lines("public_key=OTHER;allowed_ip=+10.2.0.0/16;allowed_ip=-10.1.0.0/16;allowed_ip=-10.3.0.0/16")));
        Assert.Equal(
            Lines(
                "public_key=OTHER;preshared_key=PSK;protocol_version=1;endpoint=1.2.3.4:5;"
                + "persistent_keepalive_interval=25;allowed_ip=10.2.0.0/16;allowed_ip=LL(OTHER)"),
            Stays(_device.Get(_other.Key)));
        Assert.Equal(
            0,
            _device.Set(
                Lines(
                    "public_key=OTHER;update_only=true;preshared_key=ZERO;endpoint=4.3.2.1:5;"
                    + "persistent_keepalive_interval=0;replace_allowed_ips=true;allowed_ip=10.4.0.0/16")));
        Assert.Equal(
            Lines(
                "public_key=OTHER;preshared_key=ZERO;protocol_version=1;endpoint=4.3.2.1:5;"
                + "persistent_keepalive_interval=0;allowed_ip=10.4.0.0/16;allowed_ip=LL(OTHER)"),
            Stays(_device.Get(_other.Key)));
        Assert.Equal(0, _device.Set(Lines("public_key=OTHER;replace_allowed_ips=true")));
        Assert.Equal(Lines("allowed_ip=LL(OTHER)"), _device.Get(_other.Key)[^1..]);
        Assert.Equal(0, _device.Set(Lines("public_key=OTHER;remove=true")));
        Assert.Empty(_device.Get(_other.Key));
        Assert.Null(_device.Slot(_other.Key));
    }

    [Fact]
    public void A_prefix_moves_to_whom_it_is_given_last()
    {
        Assert.Equal(
            0,
            _device.Set(
                Lines(
                    "public_key=OTHER;allowed_ip=10.1.0.0/16;allowed_ip=10.2.0.0/16;public_key=GUEST;"
                    + "allowed_ip=10.1.0.0/16;public_key=OTHER;allowed_ip=-10.1.0.0/16")));
        Assert.Equal(Lines("allowed_ip=10.2.0.0/16;allowed_ip=LL(OTHER)"), Prefixes(_other));
        Assert.Equal(Lines("allowed_ip=10.1.0.0/16;allowed_ip=LL(GUEST)"), Prefixes(_guest));
        Assert.Equal(0, _device.Set(Lines("public_key=GUEST;allowed_ip=10.2.0.0/16")));
        Assert.Equal(Lines("allowed_ip=LL(OTHER)"), Prefixes(_other));
    }

    [Fact]
    public void A_guest_that_is_named_is_configured_and_keeps_its_session()
    {
        Assert.True(_guest.Ping());
        Assert.Equal(0, _device.Set(Lines("public_key=GUEST;replace_allowed_ips=true;allowed_ip=LL(GUEST)")));
        Peer guest = _device.Slot(_guest.Key)!;
        Assert.Equal((false, true), (guest.IsProvisional, _device.Node.Node.IsConfigured(guest)));
        Assert.True(_guest.Ping());
        Assert.Equal(0, _device.Set(Lines("public_key=GUEST;remove=true")));
        Assert.False(_guest.Ping());
    }

    [Fact]
    public void A_guest_that_is_removed_is_put_out()
    {
        Assert.Equal(0, _device.Set(Lines("public_key=GUEST;remove=true")));
        Assert.Null(_device.Slot(_guest.Key));
        Assert.False(_guest.Ping());
    }

    [Theory]
    [InlineData("preshared_key=PSK")]
    [InlineData("endpoint=192.0.2.33:1")]
    public void A_member_is_configured_by_what_is_news_until_that_is_taken_back(string line)
    {
        Assert.Equal(0, _device.Set(Lines($"public_key=MEMBER;{line}")));
        Assert.Contains(Lines(line)[0], _device.Get(_device.Member.Key));
        Assert.True(_device.Node.Node.IsConfigured(_device.Slot(_device.Member.Key)!));
        Assert.Equal(NotPermitted, _device.Set(Lines("public_key=MEMBER;allowed_ip=10.1.0.0/16")));
        Assert.Equal(0, _device.Set(Lines("replace_peers=true;public_key=KEPT;public_key=MEMBER")));
        Assert.Contains(Lines("preshared_key=ZERO")[0], _device.Get(_device.Member.Key));
        Assert.Equal(0, _device.Set(Lines($"public_key=MEMBER;{line};public_key=MEMBER;remove=true")));
        Assert.False(_device.Node.Node.IsConfigured(_device.Slot(_device.Member.Key)!));
        Assert.Contains(Lines("preshared_key=ZERO")[0], _device.Get(_device.Member.Key));
        Assert.Equal(NotPermitted, _device.Set(Lines("public_key=MEMBER;remove=true")));
    }

    [Fact]
    public void Peers_that_are_not_named_go_where_all_are_replaced_and_those_named_keep_their_session()
    {
        Assert.Equal(
            0,
            _device.Set(
                Lines(
                    "public_key=OTHER;preshared_key=PSK;persistent_keepalive_interval=9;allowed_ip=10.1.0.0/16;"
                    + "public_key=GUEST;allowed_ip=10.2.0.0/16")));
        Assert.True(_guest.Ping());
        Assert.Equal(
            0,
            _device.Set(
                Lines("replace_peers=true;public_key=MEMBER;public_key=KEPT;public_key=GUEST;allowed_ip=10.1.0.0/16")));
        Assert.Empty(_device.Get(_other.Key));
        Assert.True(_guest.Ping());
        Assert.Equal(
            Lines(
                "public_key=GUEST;preshared_key=ZERO;protocol_version=1;endpoint=192.0.2.8:51820;"
                + "persistent_keepalive_interval=0;allowed_ip=10.1.0.0/16;allowed_ip=LL(GUEST)"),
            Stays(_device.Get(_guest.Key)));
    }

    [Fact]
    public void There_is_room_for_as_many_configured_peers_as_there_are_slots()
    {
        string[] Peer(int number) =>
            Lines(
                $"public_key={RunningDevice.Hex(NodeKey.PublicKey(MeshNode.PrivateKey((byte)number)))};"
                + $"allowed_ip=10.{number}.0.0/16");
        Assert.Equal(0, _device.Set([.. Peer(101), .. Peer(102), .. Peer(103)]));
        string[] before = _device.Get();
        Assert.Equal(NoSpace, _device.Set([.. Peer(104), .. Peer(105)]));
        Assert.Equal(before, _device.Get());
        Assert.Equal(0, _device.Set(Peer(104)));
        Assert.Equal(NoSpace, _device.Set([.. Lines("public_key=MEMBER;preshared_key=PSK")]));
        Assert.Equal(0, _device.Set([.. Peer(104)[..1], "remove=true", .. Peer(105), .. Peer(101)]));
    }

    [Fact]
    public void There_is_room_for_8192_prefixes_by_hand_and_with_all_taken_they_still_move()
    {
        string[] all = [.. Enumerable.Range(0, 4096).SelectMany(
            i => new[] { $"allowed_ip=10.7.{i >> 8}.{i & 255}/32", $"allowed_ip=fd07::1:{i + 1:x}/128" })];
        string[] other = Lines("public_key=OTHER");
        string[] guest = Lines("public_key=GUEST");
        Assert.Equal(0, _device.Set([.. other, .. all[..^1]]));
        Assert.Equal(NoSpace, _device.Set([.. guest, all[^1], "allowed_ip=192.0.2.0/24"]));
        Assert.Equal(0, _device.Set([.. guest, all[^1]]));
        foreach (string more in new[] { "allowed_ip=192.0.2.0/24", "allowed_ip=fd08::/64" })
        {
            Assert.Equal(NoSpace, _device.Set([.. guest, more]));
        }

        Assert.Equal(0, _device.Set([.. guest, all[0], all[1]]));
        Assert.Equal(
            new HashSet<string>([.. all[2..^1], .. Lines("allowed_ip=LL(OTHER)")]), Prefixes(_other).ToHashSet());
        Assert.Equal(0, _device.Set([.. guest, all[0].Replace("=", "=-"), "allowed_ip=192.0.2.0/24"]));
        Assert.Equal(
            new HashSet<string>(Lines($"{all[^1]};{all[1]};allowed_ip=192.0.2.0/24;allowed_ip=LL(GUEST)")),
            Prefixes(_guest).ToHashSet());
    }

    [Fact]
    public void What_a_peer_has_by_hand_rests_while_the_network_speaks_of_it()
    {
        Assert.Equal(
            0,
            _device.Set(
                Lines(
                    "public_key=OTHER;persistent_keepalive_interval=9;allowed_ip=10.0.0.9/32;allowed_ip=10.1.0.0/16")));
        _device.Load(2, RunningDevice.Entry(MeshNode.PrivateKey(200), 9));
        Assert.Equal(Lines("allowed_ip=10.1.0.0/16;allowed_ip=LL(OTHER)"), Prefixes(_other));

        _device.Load(3, RunningDevice.Entry(_other.Key, 7, Network.NetworkBytes.Field(5, 0, 77)));
        Assert.Equal(
            Lines(
                "persistent_keepalive_interval=77;allowed_ip=10.0.0.7/32;allowed_ip=fd00::7/128;allowed_ip=LL(OTHER)"),
            _device.Get(_other.Key)[^4..]);
        _device.Load(4);
        Assert.Equal(
            Lines("persistent_keepalive_interval=9;allowed_ip=10.0.0.9/32;allowed_ip=10.1.0.0/16;allowed_ip=LL(OTHER)"),
            _device.Get(_other.Key)[^4..]);
    }

    [Fact]
    public void A_key_that_differs_only_in_bits_without_meaning_is_the_same()
    {
        byte[] key = MeshNode.PrivateKey(1);
        key[0] ^= 7;
        key[31] ^= 0xC0;
        Assert.Equal(0, _device.Set($"private_key={RunningDevice.Hex(key)}"));
        key[15] ^= 1;
        Assert.Equal(NotPermitted, _device.Set($"private_key={RunningDevice.Hex(key)}"));
    }

    private IEnumerable<string> Prefixes(Stranger peer) =>
        _device.Get(peer.Key).Where(l => l.StartsWith("allowed_ip="));

    // What does not depend on traffic.
    private static IEnumerable<string> Stays(IEnumerable<string> lines) =>
        lines.Where(l => !l.StartsWith("last_") && !l.Contains("x_bytes="));

    private string[] Lines(string lines)
    {
        Dictionary<string, byte[]> keys = new()
        {
            ["OTHERS"] = MeshNode.PrivateKey(7),
            ["OTHER"] = _other.Key,
            ["OWN"] = MeshNode.PrivateKey(1),
            ["SELF"] = _device.Node.Key,
            ["MEMBER"] = _device.Member.Key,
            ["KEPT"] = _device.KeptAlive.Key,
            ["GUEST"] = _guest.Key,
            ["ZERO"] = new byte[32],
            ["SMALL"] = [1, .. new byte[31]],
            ["PSK"] = MeshNode.PrivateKey(70),
        };
        foreach ((string name, byte[] key) in keys)
        {
            lines = lines.Replace($"LL({name})", RunningDevice.LinkLocal(key).ToString())
                .Replace($"={name}", $"={RunningDevice.Hex(key)}");
        }

        return lines.Split(';', StringSplitOptions.RemoveEmptyEntries);
    }
}
