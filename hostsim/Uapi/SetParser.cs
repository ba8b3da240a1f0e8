using System;
using System.Globalization;
using System.Text;
using Spore.Signing;

namespace Spore.Hostsim.Uapi;

/// <summary>Reads the lines of a <c>set</c>. What they mean for a node is not looked at here.</summary>
internal sealed class SetParser
{
    private PeerRequest? _peer;

    /// <summary>What was read so far. It is to be wiped in the end.</summary>
    public SetRequest Request { get; } = new();

    /// <summary>Reads one line.</summary>
    /// <param name="line">The line, without its end; not empty.</param>
    /// <exception cref="UapiException">It is none of this protocol's.</exception>
    public void Read(ReadOnlySpan<byte> line)
    {
        int equals = line.IndexOf((byte)'=');
        if (equals <= 0 || line.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            throw Bad("a line is not key=value");
        }

        string key = Encoding.ASCII.GetString(line[..equals]);
        ReadOnlySpan<byte> value = line[(equals + 1)..];
        if (key == "public_key")
        {
            _peer = new PeerRequest(Key(key, value));
            Request.Peers.Add(_peer);
        }
        else if (_peer == null)
        {
            ReadDevice(key, value);
        }
        else
        {
            ReadPeer(_peer, key, value);
        }
    }

    private static UapiException Bad(string message)
    {
        return new UapiException(Errno.Invalid, null, message);
    }

    private static byte[] Key(string name, ReadOnlySpan<byte> value)
    {
        byte[] key = new byte[KeyText.KeySize];
        if (value.Length != 2 * KeyText.KeySize
            || Convert.FromHexString(value, key, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw Bad($"{name} is not {2 * KeyText.KeySize} hexadecimal digits");
        }

        return key;
    }

    private static uint Number(string name, ReadOnlySpan<byte> value, uint highest)
    {
        return uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            && number <= highest
            ? number
            : throw Bad($"{name} is not a number from 0 to {highest}");
    }

    private static bool True(string name, ReadOnlySpan<byte> value)
    {
        return value.SequenceEqual("true"u8) ? true : throw Bad($"{name} can only be true");
    }

    private static PeerEndpoint Endpoint(string text)
    {
        return PeerEndpoint.TryParse(text, EndpointUse.Local, out string? fault) ?? throw Bad($"endpoint: {fault}");
    }

    private static (AllowedPrefix Prefix, bool Gives) Prefix(string text)
    {
        bool gives = !text.StartsWith('-');
        string prefix = text.StartsWith('+') || !gives ? text[1..] : text;
        int slash = prefix.IndexOf('/');
        if (slash < 0
            || AddressText.TryParse(prefix[..slash]) is not { } address
            || !DecimalText.TryParse(prefix[(slash + 1)..], 8 * address.GetAddressBytes().Length, out int length))
        {
            throw Bad($"allowed_ip: {MessageText.Quote(text)} is not address/length");
        }

        return (new AllowedPrefix(address, length).Whole(), gives);
    }

    private void ReadDevice(string key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case "private_key":
                Request.PrivateKey = Key(key, value);
                break;
            case "listen_port":
                Request.ListenPort = (int)Number(key, value, PeerEndpoint.HighestPort);
                break;
            case "fwmark":
                Request.FirewallMark = Number(key, value, uint.MaxValue);
                break;
            case "replace_peers":
                Request.ReplacePeers = True(key, value);
                break;
            default:
                throw Bad($"there is no key {key} of an interface");
        }
    }

    private static void ReadPeer(PeerRequest peer, string key, ReadOnlySpan<byte> value)
    {
        switch (key)
        {
            case "remove":
                peer.Remove = True(key, value);
                break;
            case "update_only":
                peer.UpdateOnly = True(key, value);
                break;
            case "preshared_key":
                peer.PresharedKey = Key(key, value);
                break;
            case "endpoint":
                peer.Endpoint = Endpoint(Encoding.ASCII.GetString(value));
                break;
            case "persistent_keepalive_interval":
                peer.Keepalive = (int)Number(key, value, ushort.MaxValue);
                break;
            case "replace_allowed_ips":
                peer.ReplaceAllowedPrefixes = True(key, value);
                peer.AllowedPrefixes.Clear();
                break;
            case "allowed_ip":
                peer.AllowedPrefixes.Add(Prefix(Encoding.ASCII.GetString(value)));
                break;
            case "protocol_version":
                if (!value.SequenceEqual("1"u8))
                {
                    throw Bad("the protocol version can only be 1");
                }

                break;
            default:
                throw Bad($"there is no key {key} of a peer");
        }
    }
}
