using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Spore.Tests.WireGuard;

/// <summary>
/// A WireGuard peer written from the paper (section 5.4), both roles, with NSec's and BouncyCastle's primitives alone.
/// It has no timers and checks nothing but what it decrypts: it says what it is told to.
/// </summary>
internal sealed class StockPeer
{
    private readonly byte[] _private;
    private byte[] _remoteStatic = [];
    private byte[] _presharedKey = new byte[32];
    private byte[] _ephemeral = [];
    private byte[] _remoteEphemeral = [];
    private byte[] _chainingKey = [];
    private byte[] _hash = [];
    private Key? _sendKey;
    private Key? _receiveKey;
    private byte[] _lastMac1 = [];
    private uint _seed;

    public StockPeer(byte[] privateKey)
    {
        _private = privateKey;
        Public = Base(privateKey);
        _seed = BinaryPrimitives.ReadUInt32LittleEndian(Public);
    }

    public byte[] Public { get; }

    /// <summary>The index that the next message of a handshake names as its sender's.</summary>
    public uint Index { get; set; } = 1;

    public uint RemoteIndex { get; set; }

    public ulong Counter { get; set; }

    public byte[] PresharedKey
    {
        set => _presharedKey = value;
    }

    /// <summary>The cookie for mac2, or null.</summary>
    public byte[]? Cookie { get; set; }

    /// <summary>The private key to use for the next handshake in place of a random one.</summary>
    public byte[]? Ephemeral { get; set; }

    /// <summary>
    /// The point to send as ephemeral key in place of the private key's own, with all its shared secrets taken to be
    /// zero: what an attacker does with a point of small order.
    /// </summary>
    public byte[]? FalsePoint { get; set; }

    /// <summary>The static key to claim in initiations in place of its own.</summary>
    public byte[]? ClaimedKey { get; set; }

    /// <summary>What the last initiation taken said.</summary>
    public byte[] Timestamp { get; private set; } = [];

    public static byte[] Tai(long unixSeconds, uint nanoseconds = 0)
    {
        byte[] timestamp = new byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(timestamp, 0x400000000000000AUL + (ulong)unixSeconds);
        BinaryPrimitives.WriteUInt32BigEndian(timestamp.AsSpan(8), nanoseconds);
        return timestamp;
    }

    public byte[] Initiate(byte[] responder, byte[] timestamp)
    {
        _remoteStatic = responder;
        Begin(responder);
        byte[] ephemeral = NewEphemeral();
        MixHash(ephemeral);
        _chainingKey = Kdf(1, ephemeral)[0];
        byte[] key = MixKey(Shared(_ephemeral, responder));
        byte[] encryptedStatic = Seal(key, ClaimedKey ?? Public);
        key = MixKey(Shared(_private, responder, trusted: true));
        byte[] encryptedTimestamp = Seal(key, timestamp);
        return WithMacs([1, 0, 0, 0, .. Little(Index), .. ephemeral, .. encryptedStatic, .. encryptedTimestamp]);
    }

    /// <returns>The initiator's static key, or null when the message does not verify.</returns>
    public byte[]? TakeInitiation(byte[] message)
    {
        if (message.Length != 148
            || !message.AsSpan(0, 4).SequenceEqual<byte>([1, 0, 0, 0])
            || !HasMac1(message, Public))
        {
            return null;
        }

        Begin(Public);
        _remoteEphemeral = message[8..40];
        MixHash(_remoteEphemeral);
        _chainingKey = Kdf(1, _remoteEphemeral)[0];
        byte[]? key = Open(MixKey(Shared(_private, _remoteEphemeral)), message[40..88]);
        if (key is null)
        {
            return null;
        }

        byte[]? timestamp = Open(MixKey(Shared(_private, key)), message[88..116]);
        if (timestamp is null)
        {
            return null;
        }

        _remoteStatic = key;
        Timestamp = timestamp;
        RemoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(4));
        return key;
    }

    /// <summary>Answers the initiation taken last; the session is up from then on.</summary>
    public byte[] Respond()
    {
        byte[] ephemeral = NewEphemeral();
        MixHash(ephemeral);
        _chainingKey = Kdf(1, ephemeral)[0];
        _chainingKey = Kdf(1, Shared(_ephemeral, _remoteEphemeral))[0];
        _chainingKey = Kdf(1, Shared(_ephemeral, _remoteStatic))[0];
        byte[] nothing = Seal(MixPresharedKey(), []);
        byte[] message = WithMacs([2, 0, 0, 0, .. Little(Index), .. Little(RemoteIndex), .. ephemeral, .. nothing]);
        byte[][] keys = Kdf(2, []);
        (_receiveKey, _sendKey, Counter) = (Import(keys[0]), Import(keys[1]), 0);
        return message;
    }

    /// <returns>Whether the response to the initiation made last verifies; the session is up then.</returns>
    public bool TakeResponse(byte[] message)
    {
        if (message.Length != 92
            || !message.AsSpan(0, 4).SequenceEqual<byte>([2, 0, 0, 0])
            || !HasMac1(message, Public)
            || BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(8)) != Index)
        {
            return false;
        }

        byte[] ephemeral = message[12..44];
        MixHash(ephemeral);
        _chainingKey = Kdf(1, ephemeral)[0];
        _chainingKey = Kdf(1, Shared(_ephemeral, ephemeral))[0];
        _chainingKey = Kdf(1, Shared(_private, ephemeral))[0];
        if (Open(MixPresharedKey(), message[44..60]) is null)
        {
            return false;
        }

        RemoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(4));
        byte[][] keys = Kdf(2, []);
        (_sendKey, _receiveKey, Counter) = (Import(keys[0]), Import(keys[1]), 0);
        return true;
    }

    /// <summary>A transport message with the next counter; the packet is padded to 16 bytes.</summary>
    public byte[] Seal(byte[] packet, bool pad = true)
    {
        byte[] padded = new byte[pad ? (packet.Length + 15) / 16 * 16 : packet.Length];
        packet.CopyTo(padded, 0);
        byte[] nonce = new byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), Counter++);
        return
        [
            4, 0, 0, 0, .. Little(RemoteIndex), .. nonce[4..],
            .. AeadAlgorithm.ChaCha20Poly1305.Encrypt(_sendKey!, nonce, [], padded),
        ];
    }

    /// <returns>The packet in a transport message, padding included, or null when it does not verify.</returns>
    public byte[]? Open(byte[] message)
    {
        if (message.Length < 32 || !message.AsSpan(0, 4).SequenceEqual<byte>([4, 0, 0, 0]) || _receiveKey is null)
        {
            return null;
        }

        return AeadAlgorithm.ChaCha20Poly1305.Decrypt(
            _receiveKey, [0, 0, 0, 0, .. message[8..16]], [], message.AsSpan(16));
    }

    /// <summary>A message with mac1 made anew, and mac2 with the cookie, or zero.</summary>
    public byte[] WithMacs(byte[] body)
    {
        byte[] message = [.. body, .. Blake2s(Blake2s([.. "mac1----"u8, .. _remoteStatic]), 16, body)];
        _lastMac1 = message[^16..];
        return [.. message, .. Cookie is null ? new byte[16] : Blake2s(Cookie, 16, message)];
    }

    /// <returns>Whether a handshake message has the mac1 for a public key.</returns>
    public static bool HasMac1(byte[] message, byte[] key) =>
        message.Length >= 32
        && Blake2s(Blake2s([.. "mac1----"u8, .. key]), 16, message[..^32]).AsSpan().SequenceEqual(
            message.AsSpan(message.Length - 32, 16));

    /// <returns>Whether a handshake message ends with a mac2 that a cookie makes.</returns>
    public static bool HasMac2(byte[] message, byte[] cookie) =>
        Blake2s(cookie, 16, message[..^16]).AsSpan().SequenceEqual(message.AsSpan(message.Length - 16));

    /// <summary>Answers a handshake message as under load.</summary>
    public byte[] ReplyWithCookie(byte[] message, byte[] cookie)
    {
        byte[] nonce = [.. Enumerable.Range(0, 24).Select(_ => (byte)_seed++)];
        using Key key = Key.Import(
            AeadAlgorithm.XChaCha20Poly1305, Blake2s([.. "cookie--"u8, .. Public]), KeyBlobFormat.RawSymmetricKey);
        return
        [
            3, 0, 0, 0, .. message[4..8], .. nonce,
            .. AeadAlgorithm.XChaCha20Poly1305.Encrypt(key, nonce, message[^32..^16], cookie),
        ];
    }

    /// <summary>Takes the cookie that answers its last handshake message.</summary>
    /// <returns>Whether it verifies.</returns>
    public bool TakeCookieReply(byte[] reply)
    {
        if (reply.Length != 64 || !reply.AsSpan(0, 8).SequenceEqual<byte>([3, 0, 0, 0, .. Little(Index)]))
        {
            return false;
        }

        using Key key = Key.Import(
            AeadAlgorithm.XChaCha20Poly1305,
            Blake2s([.. "cookie--"u8, .. _remoteStatic]),
            KeyBlobFormat.RawSymmetricKey);
        Cookie = AeadAlgorithm.XChaCha20Poly1305.Decrypt(key, reply.AsSpan(8, 24), _lastMac1, reply.AsSpan(32));
        return Cookie is not null;
    }

    private static byte[] Blake2s(params byte[] data)
    {
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(data, 0, data.Length);
        byte[] hash = new byte[32];
        digest.DoFinal(hash, 0);
        return hash;
    }

    private static byte[] Blake2s(byte[] key, int size, byte[] data)
    {
        Blake2sDigest digest = new(key, size, null, null);
        digest.BlockUpdate(data, 0, data.Length);
        byte[] hash = new byte[size];
        digest.DoFinal(hash, 0);
        return hash;
    }

    private static byte[] Hmac(byte[] key, byte[] data)
    {
        HMac hmac = new(new Blake2sDigest(256));
        hmac.Init(new KeyParameter(key));
        hmac.BlockUpdate(data, 0, data.Length);
        byte[] mac = new byte[32];
        hmac.DoFinal(mac, 0);
        return mac;
    }

    private static byte[] Base(byte[] privateKey)
    {
        byte[] point = new byte[32];
        Org.BouncyCastle.Math.EC.Rfc7748.X25519.ScalarMultBase(privateKey, 0, point, 0);
        return point;
    }

    private static Key Import(byte[] key) =>
        Key.Import(AeadAlgorithm.ChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);

    private static byte[] Aead(byte[] key, byte[] nonce, byte[] data, byte[] plain)
    {
        using Key imported = Import(key);
        return AeadAlgorithm.ChaCha20Poly1305.Encrypt(imported, nonce, data, plain);
    }

    private static byte[] Little(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private byte[] Shared(byte[] privateKey, byte[] point, bool trusted = false)
    {
        byte[] shared = new byte[32];
        if (FalsePoint is null || trusted)
        {
            Org.BouncyCastle.Math.EC.Rfc7748.X25519.ScalarMult(privateKey, 0, point, 0, shared, 0);
        }

        return shared;
    }

    private byte[] NewEphemeral()
    {
        _ephemeral = Ephemeral ?? Blake2s([.. _private, .. Little(_seed++)]);
        Ephemeral = null;
        return FalsePoint ?? Base(_ephemeral);
    }

    private void Begin(byte[] responder)
    {
        _chainingKey = Blake2s(Encoding.ASCII.GetBytes("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"));
        _hash = Blake2s([.. _chainingKey, .. Encoding.ASCII.GetBytes("WireGuard v1 zx2c4 Jason@zx2c4.com")]);
        MixHash(responder);
    }

    private void MixHash(byte[] data) => _hash = Blake2s([.. _hash, .. data]);

    private byte[] MixKey(byte[] input)
    {
        byte[][] keys = Kdf(2, input);
        _chainingKey = keys[0];
        return keys[1];
    }

    private byte[] MixPresharedKey()
    {
        byte[][] keys = Kdf(3, _presharedKey);
        _chainingKey = keys[0];
        MixHash(keys[1]);
        return keys[2];
    }

    // The paper's Kdf1 to Kdf3.
    private byte[][] Kdf(int count, byte[] input)
    {
        byte[] secret = Hmac(_chainingKey, input);
        List<byte[]> keys = [[]];
        for (int i = 1; i <= count; i++)
        {
            keys.Add(Hmac(secret, [.. keys[^1], (byte)i]));
        }

        return [.. keys.Skip(1)];
    }

    private byte[] Seal(byte[] key, byte[] plain)
    {
        byte[] sealed_ = Aead(key, new byte[12], _hash, plain);
        MixHash(sealed_);
        return sealed_;
    }

    private byte[]? Open(byte[] key, byte[] sealed_)
    {
        using Key imported = Import(key);
        byte[]? plain = AeadAlgorithm.ChaCha20Poly1305.Decrypt(imported, new byte[12], _hash, sealed_);
        if (plain is not null)
        {
            MixHash(sealed_);
        }

        return plain;
    }
}
