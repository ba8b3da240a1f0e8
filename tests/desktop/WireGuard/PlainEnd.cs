using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Tests.Nodes;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>
/// A tunnel as an application makes one that wants no mesh: by the short constructor, and moved on by
/// <see cref="Tunnel.Advance"/> alone.
/// </summary>
internal sealed class PlainEnd : ConfiguredHost, ITransport
{
    public const long Start = 5_000;
    public const long BuildTime = 1_750_000_000_000;

    public PlainEnd(byte seed, TunnelLimits? limits = null)
        : base(BuildTime, Start)
    {
        Tunnel = new Tunnel(
            limits ?? TunnelLimits.OnePeer(), TunnelEnd.PrivateKey(seed), this, new QuietEntropy(seed), this);
        Tunnel.CopyPublicKey(Public, 0);
    }

    public Tunnel Tunnel { get; }

    public byte[] Public { get; } = new byte[32];

    public long Now { get; set; } = Start;

    public List<(byte[] Bytes, Endpoint To, long At)> Sent { get; } = [];

    public List<byte[]> Received { get; } = [];

    /// <summary>Whether this end initiated each of the sessions that came up.</summary>
    public List<bool> Ups { get; } = [];

    public int Downs { get; private set; }

    /// <summary>Makes the peer the owner of prefixes of IPv4: an address and its length each.</summary>
    public void Allow(params (Peer Owner, byte[] Prefix)[] prefixes)
    {
        AllowedIps allowed = new(prefixes.Length);
        allowed.Begin([.. prefixes.SelectMany(p => p.Prefix)]);
        for (int i = 0; i < prefixes.Length; i++)
        {
            allowed.Add(5 * i, false, prefixes[i].Owner.Owner);
        }

        allowed.Complete();
        Tunnel.Routing = allowed;
    }

    public bool Receive(byte[] datagram, Endpoint from)
    {
        byte[] buffer = [0xEE, .. datagram, 0xEE];
        if (Tunnel.Receive(buffer, 1, datagram.Length, from, Now) is null)
        {
            return false;
        }

        Received.Add(buffer.AsSpan(Tunnel.PacketStart, Tunnel.PacketLength).ToArray());
        return true;
    }

    /// <summary>Lets time pass, as a caller does that knows <see cref="Tunnel.NextDeadline"/> alone.</summary>
    public void Run(long milliseconds)
    {
        long end = Now + milliseconds;
        for (int calls = 0; Tunnel.NextDeadline <= end; calls++)
        {
            Now = Math.Max(Now, Tunnel.NextDeadline);
            Tunnel.Advance(Now);
            if (calls > 1_000)
            {
                throw new InvalidOperationException("The deadline stays in the past.");
            }
        }

        Now = end;
    }

    public byte[][] Take()
    {
        byte[][] sent = [.. Sent.Select(s => s.Bytes)];
        Sent.Clear();
        return sent;
    }

    public override void SessionUp(Peer peer, bool isInitiator, long now) => Ups.Add(isInitiator);

    public override void SessionDown(Peer peer, long now) => Downs++;

    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        Endpoint to = new();
        to.CopyFrom(endpoint);
        Sent.Add((buffer.AsSpan(offset, length).ToArray(), to, Now));
    }
}
