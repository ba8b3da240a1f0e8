using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>
/// The two MACs that end a handshake message, and the cookies that the second one is made with (paper sections 5.3,
/// 5.4.4 and 5.4.7), in both roles.
/// </summary>
internal sealed class Cookies
{
    /// <summary>Length of a cookie in bytes.</summary>
    internal const int Size = 16;

    // "mac1----", "cookie--"
    private static readonly byte[] _labels =
        { 0x6D, 0x61, 0x63, 0x31, 0x2D, 0x2D, 0x2D, 0x2D, 0x63, 0x6F, 0x6F, 0x6B, 0x69, 0x65, 0x2D, 0x2D };
    private const int Mac1Label = 0;
    private const int CookieLabel = 8;
    private const int LabelSize = 8;

    // What a cookie is made of: the address 16, the port 2.
    private const int SourceSize = 18;

    // Where in the bytes there are: the secret that cookies are made with; a key, a cookie and a source or
    // MAC that are worked on.
    private const int Secret = 0;
    private const int Key = Secret + Message.KeySize;
    private const int Cookie = Key + Message.KeySize;
    private const int Scratch = Cookie + Size;

    private readonly Blake2s _hash;
    private readonly XChaCha20Poly1305 _aead;
    private readonly IEntropy _entropy;
    private readonly byte[] _publicKey;
    private readonly byte[] _bytes = new byte[Scratch + SourceSize];
    private long _secretMadeAt = -Constants.CookieSecretMaxAge;

    /// <summary>Takes the memory.</summary>
    /// <param name="publicKey">This node's 32-byte public key; kept by reference.</param>
    /// <param name="hash">The primitives to work with.</param>
    /// <param name="aead">Likewise.</param>
    /// <param name="entropy">The entropy source.</param>
    internal Cookies(byte[] publicKey, Blake2s hash, XChaCha20Poly1305 aead, IEntropy entropy)
    {
        _publicKey = publicKey;
        _hash = hash;
        _aead = aead;
        _entropy = entropy;
    }

    /// <summary>
    /// Called when a handshake message was received, before anything else: whether it is meant for this node.
    /// </summary>
    internal bool CheckMac1(byte[] message, int offset, int length)
    {
        int covered = length - (2 * Message.MacSize);
        DeriveKey(Mac1Label, _publicKey, 0);
        Mac(_bytes, Key, Message.KeySize, message, offset, covered, _bytes, Scratch);
        return ConstantTime.Equal(_bytes, Scratch, message, offset + covered, Message.MacSize);
    }

    /// <summary>
    /// Called under load, after <see cref="CheckMac1"/>: whether the sender has been sent a cookie at its
    /// address, not long ago.
    /// </summary>
    internal bool CheckMac2(byte[] message, int offset, int length, Endpoint source, long now)
    {
        int covered = length - Message.MacSize;
        if (now - _secretMadeAt >= Constants.CookieSecretMaxAge)
        {
            return false;
        }

        MakeCookie(source);
        Mac(_bytes, Cookie, Size, message, offset, covered, _bytes, Scratch);
        return ConstantTime.Equal(_bytes, Scratch, message, offset + covered, Message.MacSize);
    }

    /// <summary>Called under load when the second MAC is not right: writes the cookie reply, 64 bytes.</summary>
    /// <param name="message">The buffer that holds the handshake message.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="reply">Another buffer, of which the first bytes are written.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void CreateReply(byte[] message, int offset, int length, Endpoint source, byte[] reply, long now)
    {
        if (now - _secretMadeAt >= Constants.CookieSecretMaxAge)
        {
            _entropy.Fill(_bytes, Secret, Message.KeySize);
            _secretMadeAt = now;
        }

        MakeCookie(source);
        Array.Clear(reply, 0, Message.CookieReplySize);
        reply[0] = Message.CookieReply;

        // Initiation and response have their sender at the same place.
        Array.Copy(message, offset + Message.InitiationSender, reply, Message.CookieReceiver, 4);
        _entropy.Fill(reply, Message.CookieNonce, XChaCha20Poly1305.NonceSize);
        Array.Copy(_bytes, Cookie, reply, Message.CookieSealed, Size);
        DeriveKey(CookieLabel, _publicKey, 0);
        _aead.Seal(
            _bytes,
            Key,
            reply,
            Message.CookieNonce,
            message,
            offset + length - (2 * Message.MacSize),
            Message.MacSize,
            reply,
            Message.CookieSealed,
            Size);
    }

    /// <summary>Called when a handshake message to a peer is written but for its MACs.</summary>
    /// <param name="peer">The peer, which keeps the first of them.</param>
    /// <param name="message">The buffer; the message is at its start.</param>
    /// <param name="length">Its length.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void AddMacs(Peer peer, byte[] message, int length, long now)
    {
        int mac2 = length - Message.MacSize;
        int mac1 = mac2 - Message.MacSize;
        DeriveKey(Mac1Label, peer.Bytes, Peer.Key);
        Mac(_bytes, Key, Message.KeySize, message, 0, mac1, message, mac1);
        Array.Copy(message, mac1, peer.Bytes, Peer.LastMac1, Message.MacSize);
        peer.HasSentMac1 = true;
        if (now - peer.CookieAt < Constants.CookieSecretMaxAge - Constants.CookieSecretLatency)
        {
            Mac(peer.Bytes, Peer.Cookie, Size, message, 0, mac2, message, mac2);
        }
    }

    /// <summary>
    /// Called when a cookie reply to a peer was received: keeps the cookie for the next handshake message to it.
    /// </summary>
    /// <returns>
    /// False when it does not verify, or does not answer the latest handshake message; then nothing has changed.
    /// </returns>
    internal bool ConsumeReply(Peer peer, byte[] reply, int offset, long now)
    {
        DeriveKey(CookieLabel, peer.Bytes, Peer.Key);
        if (!peer.HasSentMac1
            || !_aead.Open(
                _bytes,
                Key,
                reply,
                offset + Message.CookieNonce,
                peer.Bytes,
                Peer.LastMac1,
                Message.MacSize,
                reply,
                offset + Message.CookieSealed,
                Size))
        {
            return false;
        }

        Array.Copy(reply, offset + Message.CookieSealed, peer.Bytes, Peer.Cookie, Size);
        peer.CookieAt = now;
        peer.HasSentMac1 = false;
        return true;
    }

    private void MakeCookie(Endpoint source)
    {
        BigEndian.WriteUInt64(_bytes, Scratch, source.AddressHigh);
        BigEndian.WriteUInt64(_bytes, Scratch + 8, source.AddressLow);
        BigEndian.WriteUInt16(_bytes, Scratch + 16, source.Port);
        Mac(_bytes, Secret, Message.KeySize, _bytes, Scratch, SourceSize, _bytes, Cookie);
    }

    // HASH(label || key), with the key of whom the message is for.
    private void DeriveKey(int label, byte[] publicKey, int offset)
    {
        _hash.Begin(Message.KeySize);
        _hash.Update(_labels, label, LabelSize);
        _hash.Update(publicKey, offset, Message.KeySize);
        _hash.Finish(_bytes, Key);
    }

    private void Mac(
        byte[] key, int keyOffset, int keyLength, byte[] data, int offset, int length, byte[] mac, int macOffset)
    {
        _hash.BeginKeyed(Message.MacSize, key, keyOffset, keyLength);
        _hash.Update(data, offset, length);
        _hash.Finish(mac, macOffset);
    }
}
