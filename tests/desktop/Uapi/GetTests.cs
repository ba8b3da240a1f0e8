using System;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using Spore.Hostsim.Uapi;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Uapi;

/// <summary>What <c>get=1</c> tells.</summary>
public partial class GetTests
{
    private const string None = "0000000000000000000000000000000000000000000000000000000000000000";

    private readonly RunningDevice _device = new();

    [Fact]
    public void A_node_and_its_members_are_told_whether_they_have_a_slot_or_not()
    {
        Assert.Null(_device.Slot(_device.Member.Key));
        string[] lines = _device.Get();
        Assert.Equal(
            [$"private_key={RunningDevice.Hex(MeshNode.PrivateKey(1))}", "listen_port=51820", "fwmark=0"], lines[..3]);
        Assert.Equal(
            [
                $"public_key={RunningDevice.Hex(_device.Member.Key)}",
                $"preshared_key={None}",
                "protocol_version=1",
                "endpoint=192.0.2.3:51820",
                "last_handshake_time_sec=0",
                "last_handshake_time_nsec=0",
                "tx_bytes=0",
                "rx_bytes=0",
                "persistent_keepalive_interval=0",
                "allowed_ip=10.0.0.3/32",
                "allowed_ip=fd00::3/128",
                $"allowed_ip={RunningDevice.LinkLocal(_device.Member.Key)}",
            ],
            _device.Get(_device.Member.Key));
        Assert.Contains("persistent_keepalive_interval=25", _device.Get(_device.KeptAlive.Key));
        Assert.Equal(2, lines.Count(l => l.StartsWith("public_key=")));
    }

    [Fact]
    public void A_session_is_told_and_when_it_began_also_after_its_end()
    {
        DateTimeOffset start = DateTimeOffset.UtcNow;
        Assert.True(_device.Member.Connect(_device.Node));
        Assert.True(_device.Member.Ping());
        _device.HearAll();
        string[] lines = _device.Get(_device.Member.Key);
        Assert.InRange(LastHandshake(lines), start, DateTimeOffset.UtcNow);
        Assert.Contains("endpoint=192.0.2.3:51820", lines);
        Assert.DoesNotContain("tx_bytes=0", lines);
        Assert.DoesNotContain("rx_bytes=0", lines);

        _device.Mesh.Run(600_000);
        _device.HearAll();
        Assert.False(_device.Slot(_device.Member.Key)!.HasSession(_device.Mesh.Now));
        Assert.Equal(LastHandshake(lines), LastHandshake(_device.Get(_device.Member.Key)));
    }

    [Fact]
    public void Guests_are_told_while_they_have_a_session_and_who_is_configured_always()
    {
        Stranger guest = _device.Mesh.AddStranger(7);
        Stranger configured = _device.Mesh.AddStranger(8);
        Assert.Empty(_device.Get(guest.Key));
        guest.Initiate(_device.Node);
        _device.Mesh.Run(100);
        Assert.True(_device.Slot(guest.Key)!.IsProvisional);
        Assert.Empty(_device.Get(guest.Key));
        Assert.True(guest.Connect(_device.Node));
        _device.HearAll();
        string[] lines = _device.Get(guest.Key);
        Assert.Equal(
            [$"allowed_ip={RunningDevice.LinkLocal(guest.Key)}"], lines.Where(l => l.StartsWith("allowed_ip=")));
        Assert.NotEqual(DateTimeOffset.UnixEpoch, LastHandshake(lines));

        Assert.True(_device.Node.Node.AddPeer(configured.Key, 0, null, _device.Mesh.Now));
        Assert.DoesNotContain(_device.Get(configured.Key), l => l.StartsWith("endpoint="));
        _device.Mesh.Run(400_000);
        _device.HearAll();
        Assert.Empty(_device.Get(guest.Key));
        Assert.Equal(9, _device.Get(configured.Key).Length);
    }

    [Fact]
    public void Of_an_expired_network_nobody_is_left_but_who_is_configured()
    {
        Assert.Equal(
            0,
            _device.Set(
                $"public_key={RunningDevice.Hex(_device.Member.Key)}",
                $"preshared_key={RunningDevice.Hex(MeshNode.PrivateKey(9))}"));
        byte[] file = Nodes.Mesh.NetworkOf(
            2, [_device.Node, _device.Member, _device.KeptAlive], expires: 1_770_000_000);
        Assert.Equal(NetworkFault.None, _device.Node.Load(file));
        _device.Node.Node.SetWallClock(1_770_000_001_000, _device.Mesh.Now);
        _device.Node.Node.Advance(_device.Mesh.Now);
        Assert.True(_device.Node.Node.IsExpired);
        Assert.Empty(_device.Get(_device.KeptAlive.Key));
        Assert.Equal(
            [$"allowed_ip={RunningDevice.LinkLocal(_device.Member.Key)}"],
            _device.Get(_device.Member.Key).Where(l => l.StartsWith("allowed_ip=")));
    }

    [Fact]
    public void Every_value_is_as_the_protocol_has_it()
    {
        PeerState peer = new()
        {
            PublicKey = [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
            LinkLocal = AllowedPrefix.TryParse("fd00::/8", out _)!,
            PresharedKey = [.. Enumerable.Repeat((byte)0xAB, 32)],
            Endpoint = new(System.Net.IPAddress.Parse("fe80::1%5"), 65535),
            LastHandshake = DateTimeOffset.UnixEpoch.AddTicks(1_700_000_000_123_456_789 / 100),
            BytesSent = long.MaxValue,
            BytesReceived = 1L << 40,
            Keepalive = 65535,
            AllowedPrefixes = [AllowedPrefix.TryParse("0.0.0.0/0", out _)!],
        };
        using UapiText text = new();
        GetWriter.Write(text, new DeviceState(new byte[32], 1, 0x5350, [peer]));
        Assert.Equal(
            $"private_key={None}\nlisten_port=1\nfwmark=21328\n"
            + "public_key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
            + $"preshared_key={string.Concat(Enumerable.Repeat("ab", 32))}\nprotocol_version=1\n"
            + "endpoint=[fe80::1%5]:65535\n"
            + "last_handshake_time_sec=1700000000\nlast_handshake_time_nsec=123456700\n"
            + "tx_bytes=9223372036854775807\nrx_bytes=1099511627776\npersistent_keepalive_interval=65535\n"
            + "allowed_ip=0.0.0.0/0\nallowed_ip=fd00::/8\n",
            System.Text.Encoding.ASCII.GetString(text.Bytes.Span));
    }

    [Fact]
    public void An_answer_of_any_length_is_whole()
    {
        using UapiText text = new();
        for (int i = 0; i < 3000; i++)
        {
            text.Line($"line={i}");
            text.Key("key", [1, (byte)i]);
        }

        Assert.Equal(
            string.Concat(
                Enumerable.Range(0, 3000).Select(
                    i => string.Create(CultureInfo.InvariantCulture, $"line={i}\nkey=01{(byte)i:x2}\n"))),
            System.Text.Encoding.ASCII.GetString(text.Bytes.Span));
    }

    private static DateTimeOffset LastHandshake(string[] lines)
    {
        Match match = Handshake().Match(string.Join('\n', lines));
        return DateTimeOffset.UnixEpoch
            .AddSeconds(long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .AddTicks(long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) / 100);
    }

    [GeneratedRegex("last_handshake_time_sec=([0-9]+)\nlast_handshake_time_nsec=([0-9]+)")]
    private static partial Regex Handshake();
}
