using System;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>
/// What a handshake needs and can be made ahead of it, while idle and step by step: one ephemeral key for whoever comes next,
/// and of such keys a pair for each known peer.
/// </summary>
internal sealed class Precomputation
{
    // Its own, since packets need the other one between two steps.
    private readonly X25519 _x25519;
    private readonly EphemeralKeys _ephemeralKeys;
    private readonly byte[] _private = new byte[Message.KeySize];
    private readonly byte[] _public = new byte[Message.KeySize];

    /// <summary>Takes the memory.</summary>
    /// <param name="scratch">What arithmetic works in.</param>
    /// <param name="ephemeralKeys">The source of ephemeral keys.</param>
    internal Precomputation(CurveScratch scratch, EphemeralKeys ephemeralKeys)
    {
        _x25519 = new X25519(scratch);
        _ephemeralKeys = ephemeralKeys;
    }

    /// <summary>Whether something is being made.</summary>
    internal bool IsBusy { get; private set; }

    /// <summary>The peer that a pair is being made for, or null.</summary>
    internal Peer Peer { get; private set; }

    /// <summary>Begins to make an ephemeral key.</summary>
    internal void BeginKey()
    {
        _ephemeralKeys.Begin(_x25519);
        IsBusy = true;
    }

    /// <summary>Begins to make a peer's pair, of the ephemeral key there is; the pair it has is wiped.</summary>
    internal void BeginPair(Peer peer)
    {
        peer.WipePair();
        Peer = peer;
        _ephemeralKeys.Take(_private, _public, 0);
        _x25519.Begin(_private, 0, peer.PublicKey, 0);
        IsBusy = true;
    }

    /// <summary>Carries on by a fifth of a multiplication at most.</summary>
    internal void Step(long now)
    {
        if (_x25519.Step())
        {
            return;
        }

        if (Peer == null)
        {
            _ephemeralKeys.Finish(_x25519, now);
        }
        else
        {
            byte[] bytes = Peer.Bytes;
            _x25519.Finish(bytes, EphemeralPair.Shared);
            Array.Copy(_private, 0, bytes, EphemeralPair.Private, Message.KeySize);
            Array.Copy(_public, 0, bytes, EphemeralPair.Public, Message.KeySize);
            Peer.PairMadeAt = now;
        }

        Stop();
    }

    /// <summary>Called when the work is done, or its peer is gone.</summary>
    internal void Stop()
    {
        _x25519.Wipe();
        Array.Clear(_private, 0, Message.KeySize);
        Array.Clear(_public, 0, Message.KeySize);
        Peer = null;
        IsBusy = false;
    }
}
