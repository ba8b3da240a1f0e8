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

    /// <summary>The link-local addresses that follow from the keys, 16 bytes for each slot.</summary>
    internal readonly byte[] LinkLocals;

    private readonly byte[] _flags;

    /// <summary>Takes the memory.</summary>
    /// <param name="slots">The number of slots.</param>
    internal PeerSlots(int slots)
    {
        LinkLocals = new byte[slots * LinkLocalAddress.Size];
        _flags = new byte[slots];
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
        _flags[slot] = (byte)((_flags[slot] & ConfiguredFlag) | (turn % Turns));
    }
}
