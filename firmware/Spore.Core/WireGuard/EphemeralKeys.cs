using System;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>Makes ephemeral private keys from several inputs, so that no single weak one decides: the node's own key, the entropy source, a counter, and when handshakes arrived.</summary>
internal sealed class EphemeralKeys
{
    private readonly Blake2s _hash;
    private readonly IEntropy _entropy;
    private readonly byte[] _nodeKey;
    private readonly byte[] _input = new byte[Message.KeySize];
    private readonly byte[] _pool = new byte[Message.KeySize];
    private readonly byte[] _number = new byte[8];
    private ulong _counter;

    internal EphemeralKeys(Blake2s hash, IEntropy entropy, byte[] nodeKey)
    {
        _hash = hash;
        _entropy = entropy;
        _nodeKey = nodeKey;
    }

    /// <summary>Called when a handshake message has arrived; its time goes into the pool.</summary>
    /// <param name="now">When, in the finest unit the caller has.</param>
    internal void Stir(long now)
    {
        Message.WriteCounter(_number, 0, (ulong)now);
        _hash.Begin(Message.KeySize);
        _hash.Update(_pool, 0, Message.KeySize);
        _hash.Update(_number, 0, 8);
        _hash.Finish(_pool, 0);
    }

    /// <summary>Makes the next private key.</summary>
    internal void Next(byte[] privateKey)
    {
        _counter++;
        Message.WriteCounter(_number, 0, _counter);
        _entropy.Fill(_input, 0, Message.KeySize);
        _hash.BeginKeyed(Message.KeySize, _nodeKey, 0, Message.KeySize);
        _hash.Update(_input, 0, Message.KeySize);
        _hash.Update(_number, 0, 8);
        _hash.Update(_pool, 0, Message.KeySize);
        _hash.Finish(privateKey, 0);
        Array.Clear(_input, 0, Message.KeySize);
        _hash.Wipe();
    }
}
