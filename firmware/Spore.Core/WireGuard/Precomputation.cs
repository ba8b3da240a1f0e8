using System;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>Makes ephemeral pairs while nothing else is to be done: by steps of a fifth of a multiplication, so that no packet waits for long.</summary>
internal sealed class Precomputation
{
    // Its own, since packets need the other one between two steps.
    private readonly X25519 _x25519 = new X25519();
    private readonly EphemeralKeys _ephemeralKeys;
    private readonly byte[] _private = new byte[Message.KeySize];
    private readonly byte[] _public = new byte[Message.KeySize];
    private bool _hasPublic;

    internal Precomputation(EphemeralKeys ephemeralKeys)
    {
        _ephemeralKeys = ephemeralKeys;
    }

    /// <summary>The peer that is worked for, or null.</summary>
    internal Peer Peer { get; private set; }

    /// <summary>Called to begin with a peer's pair.</summary>
    internal void Begin(Peer peer)
    {
        peer.WipePair();
        Peer = peer;
        _ephemeralKeys.Next(_private);
        _hasPublic = false;
        _x25519.BeginBase(_private, 0);
    }

    /// <summary>Called while there is a peer to work for: carries on by a step.</summary>
    internal void Step(long now)
    {
        if (_x25519.Step())
        {
            return;
        }

        if (!_hasPublic)
        {
            _x25519.Finish(_public, 0);
            _hasPublic = true;
            _x25519.Begin(_private, 0, Peer.PublicKey, 0);
            return;
        }

        byte[] pair = Peer.Bytes;
        _x25519.Finish(pair, EphemeralPair.Shared);
        Array.Copy(_private, 0, pair, EphemeralPair.Private, Message.KeySize);
        Array.Copy(_public, 0, pair, EphemeralPair.Public, Message.KeySize);
        Peer.PairMadeAt = now;
        Stop();
    }

    /// <summary>Called when the peer that is worked for is gone.</summary>
    internal void Stop()
    {
        _x25519.Wipe();
        Array.Clear(_private, 0, Message.KeySize);
        Array.Clear(_public, 0, Message.KeySize);
        Peer = null;
    }
}
