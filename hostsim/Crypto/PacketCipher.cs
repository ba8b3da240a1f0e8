using System;
using Spore.Crypto;
using Spore.WireGuard;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// The middle of a transport message's way (WireGuard paper, section 5.4.6): it is sealed or opened in place, with the
/// counter in its header. One instance is used by one thread.
/// </summary>
/// <param name="aead">ChaCha20-Poly1305.</param>
internal sealed class PacketCipher(IAead aead)
{
    /// <summary>Length of a session's key for one direction, in bytes.</summary>
    public const int KeySize = ChaCha20Poly1305.KeySize;

    // The nonce: 4 bytes that are zero, and the counter.
    private const int Counter = 4;

    private readonly byte[] _nonce = new byte[ChaCha20Poly1305.NonceSize];

    /// <summary>Encrypts the packet of a message, and writes the tag behind it.</summary>
    /// <param name="keys">Holds the 32-byte key.</param>
    /// <param name="key">Where it starts.</param>
    /// <param name="buffer">Holds the message: header, padded packet, and 16 bytes for the tag.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, the tag included.</param>
    public void Seal(byte[] keys, int key, byte[] buffer, int offset, int length)
    {
        SetNonce(buffer, offset);
        aead.Seal(
            keys,
            key,
            _nonce,
            0,
            null!,
            0,
            0,
            buffer,
            offset + Message.TransportHeaderSize,
            length - Message.KeepaliveSize);
    }

    /// <summary>Verifies the tag of a message in constant time, and only then decrypts the packet.</summary>
    /// <param name="keys">Holds the 32-byte key.</param>
    /// <param name="key">Where it starts.</param>
    /// <param name="buffer">Holds the message.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, at least that of a keepalive.</param>
    /// <returns>Whether the tag is right; else the buffer is as it was.</returns>
    public bool Open(byte[] keys, int key, byte[] buffer, int offset, int length)
    {
        SetNonce(buffer, offset);
        return aead.Open(
            keys,
            key,
            _nonce,
            0,
            null!,
            0,
            0,
            buffer,
            offset + Message.TransportHeaderSize,
            length - Message.KeepaliveSize);
    }

    private void SetNonce(byte[] buffer, int offset)
    {
        Array.Copy(buffer, offset + Message.TransportCounter, _nonce, Counter, sizeof(ulong));
    }
}
