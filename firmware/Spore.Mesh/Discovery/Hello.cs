using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.Discovery;

/// <summary>
/// The hello: the datagram by which a node that knows no peer is found (PROTOCOL section 5). It is sealed under the
/// trust root, so that it shows a key to nobody outside the network.
/// </summary>
public sealed class Hello
{
    /// <summary>
    /// The length of the datagram in bytes: that of a handshake initiation, so that an answer never amplifies.
    /// </summary>
    public const int Size = 148;

    /// <summary>The first byte; the three that follow are zero.</summary>
    public const int Type = 0x80;

    /// <summary>The UDP port that hellos are broadcast to.</summary>
    public const int BroadcastPort = 51820;

    /// <summary>How many outer endpoints of its sender a hello lists at most.</summary>
    public const int MaxEndpoints = 3;

    private const int HeaderSize = 4;
    private const int SealedOffset = HeaderSize + XChaCha20Poly1305.NonceSize;
    private const int PlainSize = Size - SealedOffset - ChaCha20Poly1305.TagSize;
    private const int VersionOffset = 32;
    private const int EndpointsOffset = 40;
    private const int EndpointSize = Endpoint.AddressSize + 2;
    private const int TriesOffset = EndpointsOffset + (MaxEndpoints * EndpointSize);
    private const int MaxTries = 255;
    private const int IdentifierSize = 8;

    // "spore-hello"
    private static readonly byte[] _label = { 0x73, 0x70, 0x6F, 0x72, 0x65, 0x2D, 0x68, 0x65, 0x6C, 0x6C, 0x6F };

    /// <summary>After <see cref="Open"/>: the 32-byte public key of the sender.</summary>
    public readonly byte[] PublicKey = new byte[32];

    /// <summary>After <see cref="Open"/>: the network version that the sender holds, 0 for none.</summary>
    public ulong Version;

    /// <summary>
    /// After <see cref="Open"/>: how many hellos the sender had sent since its interval last
    /// started again, at most 255.
    /// </summary>
    public int Tries;

    private readonly XChaCha20Poly1305 _aead;
    private readonly Blake2s _hash;
    private readonly byte[] _key = new byte[32];
    private readonly byte[] _own = new byte[MaxEndpoints * EndpointSize];
    private readonly byte[] _identifier = new byte[IdentifierSize];

    /// <summary>Takes the memory and derives the key: BLAKE2s("spore-hello" || trust root).</summary>
    /// <param name="aead">The AEAD to work with.</param>
    /// <param name="hash">The hash to work with.</param>
    /// <param name="trustRoot">The 32-byte trust root.</param>
    public Hello(XChaCha20Poly1305 aead, Blake2s hash, byte[] trustRoot)
    {
        _aead = aead;
        _hash = hash;
        hash.Begin(32);
        hash.Update(_label, 0, _label.Length);
        hash.Update(trustRoot, 0, 32);
        hash.Finish(_key, 0);
    }

    /// <summary>Sets an outer endpoint of this node's own, which hellos list from now on.</summary>
    /// <param name="index">Which of them, 0 to <see cref="MaxEndpoints"/> - 1.</param>
    /// <param name="endpoint">The endpoint; null for none.</param>
    public void SetOwnEndpoint(int index, Endpoint endpoint)
    {
        int offset = index * EndpointSize;
        Array.Clear(_own, offset, EndpointSize);
        if (endpoint != null && endpoint.IsKnown)
        {
            BigEndian.WriteUInt64(_own, offset, endpoint.AddressHigh);
            BigEndian.WriteUInt64(_own, offset + 8, endpoint.AddressLow);
            BigEndian.WriteUInt16(_own, offset + Endpoint.AddressSize, endpoint.Port);
        }
    }

    /// <summary>Writes a hello.</summary>
    /// <param name="buffer">The buffer to write <see cref="Size"/> bytes to.</param>
    /// <param name="offset">Where to.</param>
    /// <param name="publicKey">The sender's 32-byte public key.</param>
    /// <param name="version">The network version that it holds, 0 for none.</param>
    /// <param name="tries">How many hellos it has sent since its interval last started again.</param>
    /// <param name="entropy">Where the nonce comes from.</param>
    /// <returns>What identifies the hello, as <see cref="Identify"/> returns it.</returns>
    public ulong Write(byte[] buffer, int offset, byte[] publicKey, ulong version, int tries, IEntropy entropy)
    {
        Array.Clear(buffer, offset, Size);
        buffer[offset] = Type;
        entropy.Fill(buffer, offset + HeaderSize, XChaCha20Poly1305.NonceSize);
        int plain = offset + SealedOffset;
        Array.Copy(publicKey, 0, buffer, plain, 32);
        BigEndian.WriteUInt64(buffer, plain + VersionOffset, version);
        Array.Copy(_own, 0, buffer, plain + EndpointsOffset, _own.Length);
        buffer[plain + TriesOffset] = (byte)(tries < MaxTries ? tries : MaxTries);
        ulong identifier = Identify(buffer, offset);
        _aead.Seal(_key, 0, buffer, offset + HeaderSize, buffer, offset, HeaderSize, buffer, plain, PlainSize);
        return identifier;
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
        Tries = buffer[plain + TriesOffset];
        return true;
    }

    /// <summary>
    /// After <see cref="Open"/>: the first 8 bytes of BLAKE2s(nonce || what was sealed). A copy of a hello has the
    /// same; what somebody else has sealed under that nonce has not.
    /// </summary>
    /// <param name="buffer">The buffer that holds the opened hello.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>These bytes; not 0.</returns>
    public ulong Identify(byte[] buffer, int offset)
    {
        _hash.Begin(32);
        _hash.Update(buffer, offset + HeaderSize, XChaCha20Poly1305.NonceSize + PlainSize);
        ulong identifier = FinishHash();
        return identifier == 0 ? 1 : identifier;
    }

    /// <summary>
    /// After <see cref="Open"/>: the port at which the hello lists the address that it came from. A daemon beside the
    /// kernel's WireGuard sends from another port than it lists.
    /// </summary>
    /// <param name="buffer">The buffer that holds the opened hello.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="source">The source endpoint of the hello.</param>
    /// <returns>The source's own port where it is listed, else another one at its address, else 0.</returns>
    public static int FindPort(byte[] buffer, int offset, Endpoint source)
    {
        int found = 0;
        int listed = offset + SealedOffset + EndpointsOffset;
        for (int i = 0; i < MaxEndpoints; i++)
        {
            int port = BigEndian.ReadUInt16(buffer, listed + Endpoint.AddressSize);
            if (port != 0
                && (found == 0 || port == source.Port)
                && BigEndian.ReadUInt64(buffer, listed) == source.AddressHigh
                && BigEndian.ReadUInt64(buffer, listed + 8) == source.AddressLow)
            {
                found = port;
            }

            listed += EndpointSize;
        }

        return found;
    }

    /// <summary>
    /// After <see cref="Open"/>: whether this hearer is among those that answer. About four answer a first hello, eight
    /// times as many the next one, and so on.
    /// </summary>
    /// <param name="buffer">The buffer that holds the opened hello.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="publicKey">The hearer's 32-byte public key.</param>
    /// <param name="members">The number of entries in the hearer's network.</param>
    /// <returns>
    /// Whether BLAKE2s(nonce || public key), of which the first 8 bytes are a fraction of 2^64, is below
    /// 4 * 8^tries / members.
    /// </returns>
    public bool IsToAnswer(byte[] buffer, int offset, byte[] publicKey, int members)
    {
        // 4 * 8^9 is more than any number of entries.
        if (Tries > 9 || members <= 4 << (3 * Tries))
        {
            return true;
        }

        _hash.Begin(32);
        _hash.Update(buffer, offset + HeaderSize, XChaCha20Poly1305.NonceSize);
        _hash.Update(publicKey, 0, 32);
        ulong fraction = FinishHash() >> 32;
        return fraction * (ulong)members < 4UL << (32 + (3 * Tries));
    }

    private ulong FinishHash()
    {
        _hash.FinishTruncated(_identifier, 0, IdentifierSize);
        return BigEndian.ReadUInt64(_identifier, 0);
    }
}
