using System;
using Spore.SignedNetwork;
using Spore.WireGuard;

namespace Spore.Discovery;

/// <summary>
/// What the mesh keeps of each of the tunnel's slots, and of members that have lost theirs; in arrays for all, since
/// objects would take twice a device's memory.
/// </summary>
internal sealed class PeerSlots
{
    /// <summary>The number of turns that are told apart.</summary>
    internal const int Turns = 16;

    // What is kept of a member without a slot, in bytes: the start of its key, then its latest timestamp.
    private const int KeyStartSize = 8;
    private const int RecordSize = KeyStartSize + Tai64n.Size;

    private const int ConfiguredFlag = Turns;
    private const int OverstayUnit = 2 * ConfiguredFlag;
    private const int MaxOverstays = 7;
    private const int None = int.MinValue;

    /// <summary>The link-local addresses that follow from the keys, 16 bytes for each slot.</summary>
    internal readonly byte[] LinkLocals;

    private readonly byte[] _flags;

    // The records of members without a slot: first that of the one which lost its slot last; zeros behind them.
    private readonly byte[] _records;

    // When the peer's last request found no transfer slot, and when its last one found one, in seconds on the monotonic
    // clock.
    private readonly int[] _waitsSince;
    private readonly int[] _servedAt;

    /// <summary>Takes the memory.</summary>
    /// <param name="slots">The number of slots.</param>
    /// <param name="records">The number of members without a slot whose latest timestamp is kept.</param>
    internal PeerSlots(int slots, int records)
    {
        _records = new byte[records * RecordSize];
        LinkLocals = new byte[slots * LinkLocalAddress.Size];
        _flags = new byte[slots];
        _waitsSince = new int[slots];
        _servedAt = new int[slots];
        for (int i = 0; i < slots; i++)
        {
            Clear(i);
        }
    }

    /// <summary>Where the address of a slot starts in <see cref="LinkLocals"/>.</summary>
    internal static int LinkLocal(int slot)
    {
        return slot * LinkLocalAddress.Size;
    }

    /// <summary>Should be called when a peer was put into a slot; its address is to be written.</summary>
    internal void Clear(int slot)
    {
        _flags[slot] = 0;
        _waitsSince[slot] = None;
        _servedAt[slot] = None;
        Array.Clear(LinkLocals, LinkLocal(slot), LinkLocalAddress.Size);
    }

    /// <summary>
    /// Should be called when a member loses its slot: its latest timestamp is kept, and the one kept longest may go.
    /// </summary>
    /// <param name="key">A buffer with its public key at the start.</param>
    /// <param name="peer">The member, still in its slot.</param>
    internal void Remember(byte[] key, Peer peer)
    {
        if (peer.HasTimestamp)
        {
            Array.Copy(_records, 0, _records, RecordSize, _records.Length - RecordSize);
            Array.Copy(key, 0, _records, 0, KeyStartSize);
            peer.CopyTimestamp(_records, KeyStartSize);
        }
    }

    /// <summary>
    /// Should be called when a peer gets a slot: the timestamp that was kept of it, if any, moves there.
    /// </summary>
    /// <param name="key">A buffer with its public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="peer">The peer, in its slot.</param>
    internal void Recall(byte[] key, int offset, Peer peer)
    {
        int record = FindRecord(key, offset);
        if (record >= 0)
        {
            peer.SetTimestamp(_records, record + KeyStartSize);
            ForgetRecord(record);
        }
    }

    /// <summary>Compares a timestamp with the one that is kept of a peer without a slot.</summary>
    /// <param name="key">A buffer with its public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="timestamp">A buffer with the timestamp at the start.</param>
    /// <returns>As <see cref="Tai64n.Compare"/>; 1 where none is kept.</returns>
    internal int CompareTimestamp(byte[] key, int offset, byte[] timestamp)
    {
        int record = FindRecord(key, offset);
        return record < 0 ? 1 : Tai64n.Compare(timestamp, 0, _records, record + KeyStartSize);
    }

    /// <summary>Should be called when a network was applied: timestamps of keys that it does not name go.</summary>
    /// <param name="network">The network, held whole: a part of one does not tell who was removed.</param>
    internal void ForgetRemoved(NetworkFile network)
    {
        int record = 0;
        while (record < _records.Length && BitConverter.ToUInt64(_records, record) != 0)
        {
            if (network.Find(_records, record, KeyStartSize) >= 0)
            {
                record += RecordSize;
            }
            else
            {
                ForgetRecord(record);
            }
        }
    }

    private void ForgetRecord(int record)
    {
        int next = record + RecordSize;
        Array.Copy(_records, next, _records, record, _records.Length - next);
        Array.Clear(_records, _records.Length - RecordSize, RecordSize);
    }

    private int FindRecord(byte[] key, int offset)
    {
        ulong start = BitConverter.ToUInt64(key, offset);
        for (int i = 0; i < _records.Length; i += RecordSize)
        {
            if (BitConverter.ToUInt64(_records, i) == start)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether the operator has configured the peer.</summary>
    internal bool IsConfigured(int slot)
    {
        return (_flags[slot] & ConfiguredFlag) != 0;
    }

    /// <summary>Called when the operator configures a peer, or takes that back.</summary>
    internal void SetConfigured(int slot, bool value)
    {
        _flags[slot] = (byte)(value ? _flags[slot] | ConfiguredFlag : _flags[slot] & ~ConfiguredFlag);
    }

    /// <summary>
    /// Which of the endpoints in the peer's entry is to be tried next, less than <see cref="Turns"/>.
    /// </summary>
    internal int Turn(int slot)
    {
        return _flags[slot] & (Turns - 1);
    }

    /// <summary>Called when an endpoint of the entry was tried.</summary>
    internal void SetTurn(int slot, int turn)
    {
        _flags[slot] = (byte)((_flags[slot] & ~(Turns - 1)) | (turn % Turns));
    }

    /// <summary>
    /// How many transfers of the peer were ended because they held a slot for too long while others waited, up to 7.
    /// </summary>
    internal int Overstays(int slot)
    {
        return _flags[slot] / OverstayUnit;
    }

    /// <summary>Called when a transfer of the peer was ended for that reason.</summary>
    internal void AddOverstay(int slot)
    {
        if (Overstays(slot) < MaxOverstays)
        {
            _flags[slot] = (byte)(_flags[slot] + OverstayUnit);
        }
    }

    /// <summary>Called when a request of the peer gets a transfer slot.</summary>
    internal void Served(int slot, long now)
    {
        _waitsSince[slot] = None;
        _servedAt[slot] = (int)(now / 1000);
    }

    /// <summary>Called when a request of the peer gets no transfer slot. The peer sends it again.</summary>
    internal void Waits(int slot, long now)
    {
        _waitsSince[slot] = (int)(now / 1000);
    }

    /// <summary>Whether another peer waits for a transfer slot that was served longer ago.</summary>
    /// <param name="slot">The slot of the peer that asks.</param>
    /// <param name="patience">For how long a request counts as waiting, in seconds.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal bool IsBehindAnother(int slot, int patience, long now)
    {
        int since = (int)(now / 1000) - patience;
        for (int i = 0; i < _waitsSince.Length; i++)
        {
            if (i != slot && _waitsSince[i] > since && _servedAt[i] < _servedAt[slot])
            {
                return true;
            }
        }

        return false;
    }
}
