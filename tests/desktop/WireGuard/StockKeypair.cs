using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace Spore.Tests.WireGuard;

/// <summary>A session's keys at a <see cref="StockEnd"/>, with what has come under them.</summary>
internal sealed class StockKeypair(StockPeer keys, bool isInitiator, long created)
{
    private readonly HashSet<ulong> _seen = [];

    public bool IsInitiator => isInitiator;

    public long Created => created;

    public uint Index => keys.Index;

    public uint RemoteIndex => keys.RemoteIndex;

    public ulong Counter => keys.Counter;

    public byte[] Seal(byte[] packet) => keys.Seal(packet);

    /// <returns>The packet, or null when the message does not verify or was there before.</returns>
    public byte[]? Open(byte[] message)
    {
        byte[]? packet = keys.Open(message);
        return packet is not null && _seen.Add(BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(8)))
            ? packet
            : null;
    }
}
