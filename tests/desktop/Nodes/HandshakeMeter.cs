using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Crypto;
using Spore.Mesh;
using Spore.WireGuard;

namespace Spore.Tests.Nodes;

/// <summary>
/// Counts the work for a node's handshakes, in quarters of a multiplication, so that it agrees with docs/cost.md. Each
/// multiplication goes before an encryption or a decryption of a known length, unless its result was made ahead.
/// </summary>
internal sealed class HandshakeMeter : IAead
{
    private const int Multiplication = 4;
    private const int BasePoint = 2;
    private const int Rest = 1;

    private const int Hash = 32;
    private const int Static = 32;
    private const int Timestamp = 12;
    private const int Nothing = 0;

    private readonly ChaCha20Poly1305 _aead = new();
    private readonly HashSet<Peer> _pairs = [];
    private readonly HashSet<Peer> _secrets = [];
    private Peer[] _peers = [];
    private Peer? _initiator;
    private int _quarters;
    private bool _hasKey;

    /// <summary>The static key in the last initiation received, where it was decrypted.</summary>
    public byte[]? Key { get; private set; }

    /// <summary>Should be called before the node does anything: notes what was made ahead.</summary>
    public void Begin(Node node, long now)
    {
        NodeIdleWork work = new();
        node.CountIdleWork(work, now);
        _hasKey = work.Keys == 0;
        _peers = node.Peers;
        _pairs.Clear();
        _pairs.UnionWith(_peers.Where(p => p.InUse && p.HasPair));
        _secrets.Clear();
        _secrets.UnionWith(_peers.Where(p => p.InUse && p.HasStaticStatic));
        _initiator = null;
        Key = null;
        _quarters = 0;
    }

    /// <summary>The quarters since <see cref="Begin"/> or since this was called last.</summary>
    public int Take()
    {
        int quarters = _quarters;
        _quarters = 0;
        return quarters;
    }

    public void Seal(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        switch (adLength, length)
        {
            case (Hash, Static):
                // An initiation: e and es.
                Peer? peer = _pairs.FirstOrDefault(p => !p.HasPair);
                _quarters += Rest + (peer is null ? Multiplication + NewKey() : 0);
                _pairs.Remove(peer!);
                break;
            case (Hash, Timestamp):
                // ss
                _quarters += Multiplication * _peers.Count(p => p.InUse && p.HasStaticStatic && _secrets.Add(p));
                break;
            case (Hash, Nothing):
                // A response: e, ee and se.
                _quarters += Rest + Multiplication + (_pairs.Contains(_initiator!) ? 0 : Multiplication + NewKey());
                break;
        }

        _aead.Seal(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
    }

    public bool Open(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length)
    {
        bool isOpen = _aead.Open(key, keyOffset, nonce, nonceOffset, ad, adOffset, adLength, buffer, offset, length);
        switch (adLength, length)
        {
            case (Hash, Static):
                // An initiation: es.
                _quarters += Multiplication;
                Key = isOpen ? buffer[offset..(offset + Static)] : null;
                _initiator = _peers.FirstOrDefault(p => p.InUse && p.Bytes.AsSpan(0, Static).SequenceEqual(Key));
                break;
            case (Hash, Timestamp):
                // ss
                _quarters += Rest + (_initiator is not null && !_secrets.Add(_initiator) ? 0 : Multiplication);
                break;
            case (Hash, Nothing):
                // A response: ee and se.
                _quarters += Rest + (2 * Multiplication);
                break;
        }

        return isOpen;
    }

    // e, where it was not made ahead.
    private int NewKey()
    {
        int quarters = _hasKey ? 0 : BasePoint;
        _hasKey = false;
        return quarters;
    }
}
