using System;
using System.Collections.Generic;
using Spore.Base;
using Spore.Tests.WireGuard;

namespace Spore.Tests.Nodes;

/// <summary>
/// A source of initiations that have a right mac1, mostly with a new key each. It takes cookies, and no response. Or of
/// such hellos, of a newer network, as a removed member can make them; then it answers initiations falsely, or
/// initiates itself.
/// </summary>
internal sealed class KeyFlood : IStation
{
    private readonly Mesh _mesh;
    private readonly MeshNode _node;
    private readonly int _interval;
    private readonly Random _random;
    private readonly List<StockPeer> _forged = [];
    private byte[]? _cookie;
    private StockPeer _peer;
    private long _clock;

    /// <summary>Begins.</summary>
    /// <param name="mesh">The wire.</param>
    /// <param name="node">The node to send to.</param>
    /// <param name="seed">Another one for each.</param>
    /// <param name="interval">How often it sends, in milliseconds.</param>
    /// <param name="first">When, in milliseconds from now.</param>
    public KeyFlood(Mesh mesh, MeshNode node, int seed, int interval, long first)
    {
        (_mesh, _node, _interval, _random) = (mesh, node, interval, new Random(seed));
        _peer = NewPeer();
        Endpoint.SetIpv4([198, 51, (byte)(seed >> 8), (byte)seed], 0, 4_000);
        mesh.Stations.Add(this);
        mesh.After(first, Send);
    }

    public byte Seed => 0;

    public byte[] Key => _peer.Public;

    public Endpoint Endpoint { get; } = new();

    public bool IsOn { get; set; } = true;

    /// <summary>With how many messages in a row it uses one key.</summary>
    public int MessagesOfKey { get; init; } = 1;

    /// <summary>The static key that it claims to have in place of its own.</summary>
    public byte[]? ClaimedKey { get; init; }

    /// <summary>What it sends in place of its own.</summary>
    public byte[]? Recording { get; init; }

    /// <summary>Whether it sends hellos.</summary>
    public bool ForgesHellos { get; init; }

    /// <summary>Whether it initiates when it is initiated to.</summary>
    public bool Initiates { get; init; }

    public int Sent { get; private set; }

    /// <summary>How many responses it got.</summary>
    public int Responses { get; private set; }

    public void Receive(byte[] datagram, Endpoint from)
    {
        if (datagram[0] == 3 && _peer.TakeCookieReply(datagram))
        {
            _cookie = _peer.Cookie;
        }
        else if (datagram[0] == 2)
        {
            Responses++;
        }
        else if (datagram[0] == 1 && _forged.Find(p => p.TakeInitiation(datagram) is not null) is StockPeer peer)
        {
            for (int i = 0; Initiates && i < 5; i++)
            {
                byte[] initiation = peer.Initiate(_node.Key, StockPeer.Tai(Mesh.BuildTime + _clock++));
                _mesh.Transmit(this, initiation, from, i * 1_000);
            }

            byte[] response = peer.Respond()[..60];
            response[^1] ^= 1;
            for (int i = 0; !Initiates && i < 20; i++)
            {
                _mesh.Transmit(this, peer.WithMacs(response), from, i * 200);
            }
        }
    }

    private void Send()
    {
        if (!IsOn)
        {
            return;
        }

        if (Sent % MessagesOfKey == 0)
        {
            _peer = NewPeer();
        }

        Sent++;
        _peer.Cookie = _cookie;
        _mesh.After(_interval, Send);
        if (ForgesHellos)
        {
            _forged.Add(_peer);
            byte[] nonce = new byte[24];
            _random.NextBytes(nonce);
            _mesh.Transmit(
                this, HelloTests.Hello(_peer.Public, 1_000, nonce, tries: 9, endpoints: Endpoint), _node.Endpoint);
            return;
        }

        _mesh.Transmit(
            this, Recording ?? _peer.Initiate(_node.Key, StockPeer.Tai(Mesh.BuildTime + _clock++)), _node.Endpoint);
    }

    private StockPeer NewPeer()
    {
        byte[] key = new byte[32];
        _random.NextBytes(key);
        return new StockPeer(key) { ClaimedKey = ClaimedKey };
    }
}
