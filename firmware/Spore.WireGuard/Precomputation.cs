using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>
/// What a handshake needs and can be made ahead of it, while idle and step by step: the static-static secret of
/// each known peer, one ephemeral key for the next peer, and of such keys a pair for each known peer. Read
/// first: paper section 5.4.2.
/// </summary>
internal sealed class Precomputation
{
    private const int Nothing = 0;
    private const int Secret = 1;
    private const int Key = 2;
    private const int Pair = 3;

    // Not the one that packets need between two steps.
    private readonly X25519 _x25519;
    private readonly EphemeralKeys _ephemeralKeys;
    private readonly byte[] _nodeKey;
    private int _making;

    /// <summary>Takes the memory.</summary>
    /// <param name="x25519">What multiplies.</param>
    /// <param name="ephemeralKeys">The source of ephemeral keys.</param>
    /// <param name="nodeKey">The node's private key; kept by reference.</param>
    internal Precomputation(X25519 x25519, EphemeralKeys ephemeralKeys, byte[] nodeKey)
    {
        _x25519 = x25519;
        _ephemeralKeys = ephemeralKeys;
        _nodeKey = nodeKey;
    }

    /// <summary>Whether something is being made.</summary>
    internal bool IsBusy
    {
        get { return _making != Nothing; }
    }

    /// <summary>The peer that it is made for, or null.</summary>
    internal Peer Peer { get; private set; }

    /// <summary>
    /// Begins with what a peer lacks: its static-static secret; then a key for its pair, and then the pair.
    /// </summary>
    internal void Begin(Peer peer, long now)
    {
        if (!peer.HasStaticStatic)
        {
            Peer = peer;
            _making = Secret;
            _x25519.Begin(_nodeKey, 0, peer.Bytes, Peer.Key);
        }
        else if (_ephemeralKeys.Due <= now)
        {
            BeginKey();
        }
        else
        {
            Peer = peer;
            _making = Pair;
            peer.WipePair();
            _ephemeralKeys.Take(peer.Bytes, EphemeralPair.Private, peer.Bytes, EphemeralPair.Public);
            _x25519.Begin(peer.Bytes, EphemeralPair.Private, peer.Bytes, Peer.Key);
        }
    }

    /// <summary>Begins to make an ephemeral key.</summary>
    internal void BeginKey()
    {
        _making = Key;
        _ephemeralKeys.Begin(_x25519);
    }

    /// <summary>Carries on by a fifth of a multiplication at most.</summary>
    internal void Step(long now)
    {
        if (_x25519.Step())
        {
            return;
        }

        if (_making == Key)
        {
            _ephemeralKeys.Finish(_x25519, now);
        }
        else
        {
            byte[] bytes = Peer.Bytes;
            if (_making == Secret)
            {
                _x25519.Finish(bytes, Peer.StaticStatic);
                Peer.HasStaticStatic = true;
            }
            else
            {
                _x25519.Finish(bytes, EphemeralPair.Shared);
                Peer.PairMadeAt = now;
            }
        }

        Stop();
    }

    /// <summary>Called when the work is done, or its peer is gone.</summary>
    internal void Stop()
    {
        _x25519.Wipe();
        _ephemeralKeys.ForgetHalf();
        if (_making == Pair && !Peer.HasPair)
        {
            Peer.WipePair();
        }

        Peer = null;
        _making = Nothing;
    }
}
