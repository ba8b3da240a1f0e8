using System;
using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>
/// Noise's SymmetricState (Noise section 5.2) with WireGuard's choices: the chaining key, the transcript
/// hash and the current key.
/// </summary>
internal sealed class SymmetricState
{
    // HASH("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"), then HASH(that || "WireGuard v1 zx2c4 Jason@zx2c4.com").
    private static readonly byte[] _initial =
    {
        0x60, 0xE2, 0x6D, 0xAE, 0xF3, 0x27, 0xEF, 0xC0, 0x2E, 0xC3, 0x35, 0xE2, 0xA0, 0x25, 0xD2, 0xD0,
        0x16, 0xEB, 0x42, 0x06, 0xF8, 0x72, 0x77, 0xF5, 0x2D, 0x38, 0xD1, 0x98, 0x8B, 0x78, 0xCD, 0x36,
        0x22, 0x11, 0xB3, 0x61, 0x08, 0x1A, 0xC5, 0x66, 0x69, 0x12, 0x43, 0xDB, 0x45, 0x8A, 0xD5, 0x32,
        0x2D, 0x9C, 0x6C, 0x66, 0x22, 0x93, 0xE8, 0xB7, 0x0E, 0xE1, 0x9C, 0x65, 0xBA, 0x07, 0x9E, 0xF3,
    };

    // Every key of a handshake encrypts once, with a counter of zero; no preshared key is one of zeros.
    private static readonly byte[] _zeros = new byte[Message.KeySize];

    /// <summary>The length of what <see cref="Save"/> writes.</summary>
    internal const int SavedSize = Transcript + Message.KeySize;

    private const int Transcript = Message.KeySize;

    private readonly Blake2s _hash;
    private readonly Kdf _kdf;
    private readonly IAead _aead;

    // The chaining key, then the transcript hash.
    private readonly byte[] _chain = new byte[SavedSize];
    private readonly byte[] _key = new byte[Message.KeySize];
    private readonly byte[] _temporary = new byte[Message.KeySize];

    internal SymmetricState(Blake2s hash, Kdf kdf, IAead aead)
    {
        _hash = hash;
        _kdf = kdf;
        _aead = aead;
    }

    /// <summary>InitializeSymmetric, and the pre-message: the responder's static key.</summary>
    internal void Begin(byte[] responderStatic, int offset)
    {
        Array.Copy(_initial, 0, _chain, 0, SavedSize);
        MixHash(responderStatic, offset, Message.KeySize);
    }

    /// <summary>Saves what <see cref="Resume"/> goes on from, <see cref="SavedSize"/> bytes.</summary>
    internal void Save(byte[] saved, int offset)
    {
        Array.Copy(_chain, 0, saved, offset, SavedSize);
    }

    /// <summary>Goes on from where a state was saved.</summary>
    internal void Resume(byte[] saved, int offset)
    {
        Array.Copy(saved, offset, _chain, 0, SavedSize);
    }

    internal void MixHash(byte[] data, int offset, int length)
    {
        _hash.Begin(Message.KeySize);
        _hash.Update(_chain, Transcript, Message.KeySize);
        _hash.Update(data, offset, length);
        _hash.Finish(_chain, Transcript);
    }

    /// <summary>MixKey of the token e, after which nothing is encrypted.</summary>
    internal void MixEphemeral(byte[] input, int offset)
    {
        _kdf.Derive(_chain, input, offset, Message.KeySize, _chain, null, null);
    }

    /// <summary>MixKey of a shared secret.</summary>
    internal void MixKey(byte[] input, int offset)
    {
        _kdf.Derive(_chain, input, offset, Message.KeySize, _chain, _key, null);
    }

    /// <summary>MixKeyAndHash of the preshared key (token psk), null for none.</summary>
    internal void MixKeyAndHash(byte[] presharedKey)
    {
        _kdf.Derive(_chain, presharedKey ?? _zeros, 0, Message.KeySize, _chain, _temporary, _key);
        MixHash(_temporary, 0, Message.KeySize);
        Array.Clear(_temporary, 0, Message.KeySize);
    }

    /// <summary>EncryptAndHash in place; the tag follows the data.</summary>
    internal void EncryptAndHash(byte[] buffer, int offset, int length)
    {
        _aead.Seal(_key, 0, _zeros, 0, _chain, Transcript, Message.KeySize, buffer, offset, length);
        MixHash(buffer, offset, length + Message.TagSize);
    }

    /// <summary>DecryptAndHash from one buffer into another, so that a message which fails is left as it was.</summary>
    internal bool DecryptAndHash(byte[] buffer, int offset, int length, byte[] plain)
    {
        Array.Copy(buffer, offset, plain, 0, length + Message.TagSize);
        if (!_aead.Open(_key, 0, _zeros, 0, _chain, Transcript, Message.KeySize, plain, 0, length))
        {
            return false;
        }

        MixHash(buffer, offset, length + Message.TagSize);
        return true;
    }

    /// <summary>
    /// Split: the two keys of the session, that for sending by the initiator and that for sending by the responder.
    /// </summary>
    internal void Split(byte[] keys, int initiatorOffset, int responderOffset)
    {
        _kdf.Derive(_chain, null, 0, 0, _key, _temporary, null);
        Array.Copy(_key, 0, keys, initiatorOffset, Message.KeySize);
        Array.Copy(_temporary, 0, keys, responderOffset, Message.KeySize);
        Array.Clear(_temporary, 0, Message.KeySize);
    }

    /// <summary>Called when a handshake message is done with, whether it succeeded or not.</summary>
    internal void Wipe()
    {
        Array.Clear(_chain, 0, SavedSize);
        Array.Clear(_key, 0, Message.KeySize);
    }
}
