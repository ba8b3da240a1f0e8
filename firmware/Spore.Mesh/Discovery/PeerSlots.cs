using System;
using Spore.SignedNetwork;

namespace Spore.Discovery;

/// <summary>
/// What the mesh keeps of each of the tunnel's slots; in arrays for all, since objects would take
/// twice a device's memory.
/// </summary>
internal sealed class PeerSlots
{
    /// <summary>The number of turns that are told apart.</summary>
    internal const int Turns = 16;

    private const int ConfiguredFlag = Turns;
    private const int OverstayUnit = 2 * ConfiguredFlag;
    private const int MaxOverstays = 7;
    private const int None = int.MinValue;

    /// <summary>The link-local addresses that follow from the keys, 16 bytes for each slot.</summary>
    internal readonly byte[] LinkLocals;

    private readonly byte[] _flags;

    // When the peer's last request found no transfer slot, and when its last one found one, in seconds on the monotonic
    // clock.
    private readonly int[] _waitsSince;
    private readonly int[] _servedAt;

    /// <summary>Takes the memory.</summary>
    /// <param name="slots">The number of slots.</param>
    internal PeerSlots(int slots)
    {
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
