using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.Discovery;

/// <summary>
/// The hello: how a node that knows no peer is found. It is sealed under the trust root, so that a key is shown to
/// nobody outside the network.
/// </summary>
public sealed class Hello
{
    /// <summary>
    /// Length of the datagram in bytes: that of a handshake initiation, so that answering never amplifies.
    /// </summary>
    public const int Size = 148;

    /// <summary>The first byte; the three that follow are zero.</summary>
    public const int Type = 0x80;

    /// <summary>The UDP port that hellos are broadcast to.</summary>
    public const int BroadcastPort = 51820;

    private const int HeaderSize = 4;
    private const int SealedOffset = HeaderSize + XChaCha20Poly1305.NonceSize;
    private const int PlainSize = Size - SealedOffset - ChaCha20Poly1305.TagSize;
    private const int VersionOffset = 32;

    // "spore-hello"
    private static readonly byte[] _label = { 0x73, 0x70, 0x6F, 0x72, 0x65, 0x2D, 0x68, 0x65, 0x6C, 0x6C, 0x6F };

    /// <summary>After <see cref="Open"/>: the 32-byte public key of the sender.</summary>
    public readonly byte[] PublicKey = new byte[32];

    /// <summary>After <see cref="Open"/>: the network version that the sender holds, 0 for none.</summary>
    public ulong Version;

    private readonly XChaCha20Poly1305 _aead;
    private readonly byte[] _key = new byte[32];

    /// <summary>Takes the memory and derives the key: BLAKE2s("spore-hello" || trust root).</summary>
    /// <param name="aead">The AEAD to work with.</param>
    /// <param name="hash">The hash to work with.</param>
    /// <param name="trustRoot">The 32-byte trust root.</param>
    public Hello(XChaCha20Poly1305 aead, Blake2s hash, byte[] trustRoot)
    {
        _aead = aead;
        hash.Begin(32);
        hash.Update(_label, 0, _label.Length);
        hash.Update(trustRoot, 0, 32);
        hash.Finish(_key, 0);
    }

    /// <summary>Writes a hello.</summary>
    /// <param name="buffer">The buffer to write <see cref="Size"/> bytes to.</param>
    /// <param name="offset">Where to.</param>
    /// <param name="publicKey">The sender's 32-byte public key.</param>
    /// <param name="version">The network version it holds, 0 for none.</param>
    /// <param name="entropy">Where the nonce comes from.</param>
    public void Write(byte[] buffer, int offset, byte[] publicKey, ulong version, IEntropy entropy)
    {
        Array.Clear(buffer, offset, Size);
        buffer[offset] = Type;
        entropy.Fill(buffer, offset + HeaderSize, XChaCha20Poly1305.NonceSize);
        int plain = offset + SealedOffset;
        Array.Copy(publicKey, 0, buffer, plain, 32);
        BigEndian.WriteUInt64(buffer, plain + VersionOffset, version);
        _aead.Seal(_key, 0, buffer, offset + HeaderSize, buffer, offset, HeaderSize, buffer, plain, PlainSize);
    }

    /// <summary>Opens a hello into this object's fields; what fails leaves them as they were.</summary>
    /// <param name="buffer">The buffer that holds the datagram; decryption is in place.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>False when it is no hello under this trust root.</returns>
    public bool Open(byte[] buffer, int offset, int length)
    {
        if (length != Size
            || buffer[offset] != Type
            || buffer[offset + 1] != 0
            || buffer[offset + 2] != 0
            || buffer[offset + 3] != 0)
        {
            return false;
        }

        int plain = offset + SealedOffset;
        if (!_aead.Open(_key, 0, buffer, offset + HeaderSize, buffer, offset, HeaderSize, buffer, plain, PlainSize))
        {
            return false;
        }

        // The rest is zero today, and is not looked at, so that it can come to mean something.
        Array.Copy(buffer, plain, PublicKey, 0, 32);
        Version = BigEndian.ReadUInt64(buffer, plain + VersionOffset);
        return true;
    }
}
