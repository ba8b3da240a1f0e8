using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>
/// Makes ephemeral private keys from more than the host's entropy, which may be weak on a device: BLAKE2s
/// keyed with the node's private key, over that entropy, a counter, and when handshakes arrived. One whole key
/// can be made ahead of need. Read first: SECURITY.md, "Randomness and timing".
/// </summary>
internal sealed class EphemeralKeys
{
    private readonly X25519 _x25519;
    private readonly Blake2s _hash;
    private readonly IEntropy _entropy;
    private readonly byte[] _nodeKey;
    private readonly byte[] _pool = new byte[Message.KeySize];
    private readonly byte[] _number = new byte[8];

    // The key made ahead: private, then public.
    private readonly byte[] _ready = new byte[2 * Message.KeySize];
    private bool _isReady;
    private long _readyAt;
    private ulong _counter;

    /// <summary>Takes the memory.</summary>
    /// <param name="x25519">What to multiply with.</param>
    /// <param name="hash">The hash to work with.</param>
    /// <param name="entropy">The entropy source of the host.</param>
    /// <param name="nodeKey">The node's private key; kept by reference.</param>
    internal EphemeralKeys(X25519 x25519, Blake2s hash, IEntropy entropy, byte[] nodeKey)
    {
        _x25519 = x25519;
        _hash = hash;
        _entropy = entropy;
        _nodeKey = nodeKey;
    }

    /// <summary>Whether a key was made ahead that nobody has taken yet.</summary>
    internal bool IsReady
    {
        get { return _isReady; }
    }

    /// <summary>When a key is to be made ahead of need: in the past where there is none.</summary>
    internal long Due
    {
        get { return _isReady ? _readyAt + EphemeralPair.Lifetime : 0; }
    }

    /// <summary>Called when a handshake message was received.</summary>
    internal void Stir(long now)
    {
        Message.WriteCounter(_number, 0, (ulong)now);
        _hash.Begin(Message.KeySize);
        _hash.Update(_pool, 0, Message.KeySize);
        _hash.Update(_number, 0, 8);
        _hash.Finish(_pool, 0);
    }

    /// <summary>Moves the key that was made ahead to its only user, or makes one.</summary>
    /// <param name="privateKey">Takes the private key.</param>
    /// <param name="privateOffset">Where it goes.</param>
    /// <param name="publicKey">Takes the public key.</param>
    /// <param name="publicOffset">Where it goes.</param>
    internal void Take(byte[] privateKey, int privateOffset, byte[] publicKey, int publicOffset)
    {
        if (_isReady)
        {
            Array.Copy(_ready, 0, privateKey, privateOffset, Message.KeySize);
            Array.Copy(_ready, Message.KeySize, publicKey, publicOffset, Message.KeySize);
            Forget();
            return;
        }

        // Not in the place of the one ahead, which may be half made.
        Next(privateKey, privateOffset);
        _x25519.BeginBase(privateKey, privateOffset);
        while (_x25519.Step())
        {
        }

        _x25519.Finish(publicKey, publicOffset);
    }

    /// <summary>Begins to make a key ahead; the one there is is forgotten.</summary>
    /// <param name="x25519">What is to multiply, by steps.</param>
    internal void Begin(X25519 x25519)
    {
        Forget();
        Next(_ready, 0);
        x25519.BeginBase(_ready, 0);
    }

    /// <summary>Called when no step is left.</summary>
    internal void Finish(X25519 x25519, long now)
    {
        x25519.Finish(_ready, Message.KeySize);
        _isReady = true;
        _readyAt = now;
    }

    /// <summary>Called when the making of a key ahead has ended: one that was given up is wiped.</summary>
    internal void ForgetHalf()
    {
        if (!_isReady)
        {
            Forget();
        }
    }

    private void Forget()
    {
        Array.Clear(_ready, 0, _ready.Length);
        _isReady = false;
    }

    private void Next(byte[] privateKey, int offset)
    {
        _counter++;
        Message.WriteCounter(_number, 0, _counter);
        _entropy.Fill(privateKey, offset, Message.KeySize);
        _hash.BeginKeyed(Message.KeySize, _nodeKey, 0, Message.KeySize);
        _hash.Update(privateKey, offset, Message.KeySize);
        _hash.Update(_number, 0, 8);
        _hash.Update(_pool, 0, Message.KeySize);
        _hash.Finish(privateKey, offset);
        _hash.Wipe();
    }
}
