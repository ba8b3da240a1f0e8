using System;
using System.Globalization;
using Spore.Signing;

namespace Spore.Hostsim.Uapi;

/// <summary>Writes what a <c>get</c> is answered, without the errno at its end.</summary>
internal static class GetWriter
{
    private static readonly byte[] _noKey = new byte[KeyText.KeySize];

    /// <summary>Writes a node and its peers.</summary>
    /// <param name="text">Takes the lines.</param>
    /// <param name="device">The node.</param>
    public static void Write(UapiText text, DeviceState device)
    {
        text.Key("private_key", device.PrivateKey);
        text.Line($"listen_port={Text(device.ListenPort)}");
        text.Line($"fwmark={Text(device.FirewallMark)}");
        foreach (PeerState peer in device.Peers)
        {
            Write(text, peer);
        }
    }

    private static void Write(UapiText text, PeerState peer)
    {
        text.Key("public_key", peer.PublicKey);
        text.Key("preshared_key", peer.PresharedKey ?? _noKey);
        text.Line("protocol_version=1");
        if (peer.Endpoint != null)
        {
            text.Line($"endpoint={peer.Endpoint}");
        }

        long ticks = peer.LastHandshake is { } last ? (last - DateTimeOffset.UnixEpoch).Ticks : 0;
        text.Line($"last_handshake_time_sec={Text(ticks / TimeSpan.TicksPerSecond)}");
        text.Line($"last_handshake_time_nsec={Text(ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick)}");
        text.Line($"tx_bytes={Text(peer.BytesSent)}");
        text.Line($"rx_bytes={Text(peer.BytesReceived)}");
        text.Line($"persistent_keepalive_interval={Text(peer.Keepalive)}");
        foreach (AllowedPrefix prefix in peer.AllowedPrefixes)
        {
            text.Line($"allowed_ip={prefix}");
        }

        text.Line($"allowed_ip={peer.LinkLocal}");
    }

    private static string Text(long number)
    {
        return number.ToString(CultureInfo.InvariantCulture);
    }
}
