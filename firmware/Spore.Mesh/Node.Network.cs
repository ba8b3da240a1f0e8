using System;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.WireGuard;

namespace Spore.Mesh;

// The signed network as the program sees it, and how the slots of peers follow it.
public sealed partial class Node : INetworkSyncHost
{
    /// <summary>
    /// The applied network, empty when there is none; to be read only, and changed by the node between calls. A sparse
    /// node holds some of its entries (<see cref="NetworkFile.IsSparse"/>).
    /// </summary>
    public NetworkFile Network
    {
        get { return _applied.File; }
    }

    /// <summary>The version of the applied network, 0 when there is none.</summary>
    public ulong NetworkVersion
    {
        get { return _applied.Version; }
    }

    /// <summary>The index of this node's own entry in <see cref="Network"/>, or -1.</summary>
    public int OwnEntry
    {
        get { return _applied.OwnEntry; }
    }

    /// <summary>Whether the applied network has expired, so that its members are not trusted any more.</summary>
    public bool IsExpired
    {
        get { return _applied.Standing == Standing.Expired; }
    }

    /// <summary>What this node knows of its network.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The state.</returns>
    public NetworkState State(long now)
    {
        if (_applied.Standing != Standing.Valid)
        {
            return _applied.Standing == Standing.None ? NetworkState.None : NetworkState.Expired;
        }

        if (_sync.IsBehind)
        {
            return NetworkState.Behind;
        }

        if (_sync.IsFresh(now))
        {
            return NetworkState.Fresh;
        }

        return _applied.IsOwnWitness && _applied.OtherWitnesses == 0 ? NetworkState.Witness : NetworkState.Unconfirmed;
    }

    /// <summary>
    /// The number of other witnesses, two at most, whose head this node has read within the last hour and found equal.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>That number.</returns>
    public int ConfirmedBy(long now)
    {
        return _sync.ConfirmedBy(now);
    }

    /// <summary>
    /// How long ago the oldest of the confirmations was made that <see cref="NetworkState.Fresh"/> needs.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>Milliseconds, also more than an hour; -1 where one of them was never made.</returns>
    public long FreshnessAge(long now)
    {
        return _sync.FreshnessAge(now);
    }

    /// <summary>The number of members with a slot whose head equalled this node's within the last hour.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>That number.</returns>
    public int AgreeingMembers(long now)
    {
        return _sync.AgreeingMembers(now);
    }

    /// <summary>The operator gives a network file. It is verified as one from a peer is, and applied at once.</summary>
    /// <param name="file">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>What is wrong with it; then nothing has changed.</returns>
    public NetworkFault Load(byte[] file, int offset, int length, long now)
    {
        _now = now;
        NetworkFault fault = _sync.Load(file, offset, length, now);
        RemoveExpelled(now);
        return fault;
    }

    /// <summary>
    /// The operator gives a part of a network that is larger than the node's limits: its head, and the proof of the
    /// node's own entry. They are verified, and the network is applied at once.
    /// </summary>
    /// <param name="head">The buffer that holds the head, or the network file.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="proof">The proof (<see cref="EntryProof"/>), all of the buffer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>What is wrong with them; then nothing has changed, but for a network that was being received.</returns>
    public NetworkFault LoadPart(byte[] head, int offset, byte[] proof, long now)
    {
        _now = now;
        NetworkFault fault = _sync.LoadPart(head, offset, proof, now);
        RemoveExpelled(now);
        return fault;
    }

    /// <summary>Finds a member by an inner address.</summary>
    /// <param name="address">A buffer with the address, 4 or 16 bytes.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isIpv6">Whether it has 16 bytes.</param>
    /// <returns>
    /// The index of the member's entry in <see cref="Network"/>, or -1. While the network has expired, only link-local
    /// addresses are found.
    /// </returns>
    public int FindEntry(byte[] address, int offset, bool isIpv6)
    {
        return isIpv6 && LinkLocalAddress.IsLinkLocal(address, offset)
            ? _applied.FindLinkLocal(address, offset)
            : _applied.Prefixes.Find(address, offset, isIpv6);
    }

    /// <summary>
    /// Reads what the applied network says in a vendor field of an entry. An expired network still says it.
    /// </summary>
    /// <param name="entry">The index of the entry in <see cref="Network"/>; with -1 there is no field.</param>
    /// <param name="enterprise">The vendor's IANA enterprise number.</param>
    /// <param name="index">Which of the fields with this number, from 0, in the order of the entry.</param>
    /// <param name="buffer">Takes the value, without the enterprise number.</param>
    /// <param name="offset">Where in the buffer.</param>
    /// <param name="count">The most bytes to take; what the value has beyond them is left out.</param>
    /// <returns>
    /// The length of the whole value in bytes, 0 to 251; -1 where there is no such field, and nothing has changed.
    /// </returns>
    public int ReadVendorField(int entry, long enterprise, int index, byte[] buffer, int offset, int count)
    {
        if (entry < 0 || entry >= _applied.MemberCount)
        {
            return -1;
        }

        byte[] network = _applied.File.Bytes;
        int field = VendorFields.Find(network, _applied.File.EntryOffset(entry), enterprise, index);
        if (field < 0)
        {
            return -1;
        }

        int length = VendorFields.Length(network, field);
        Array.Copy(network, field + VendorFields.HeaderSize, buffer, offset, length < count ? length : count);
        return length;
    }

    void INetworkSyncHost.Report(SyncEvent what, Peer peer, long value)
    {
        // The events of a NetworkSync have the same numbers.
        Report((NodeEvent)(int)what, peer, value);
    }

    bool INetworkSyncHost.HasEndpoint(int entry)
    {
        return HasEndpoint(entry);
    }

    Peer INetworkSyncHost.OpenMember(int entry, long now)
    {
        return OpenMember(entry, false, now);
    }

    bool INetworkSyncHost.Admit(Peer peer, int entry, long now)
    {
        if (peer.IsProvisional && !MakeRoom(false, now))
        {
            return false;
        }

        Enroll(peer, entry, now);
        return true;
    }

    int INetworkSyncHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity)
    {
        return _host.FindProof(kind, value, proof, offset, capacity);
    }

    bool INetworkSyncHost.EvictMember(long now)
    {
        Peer peer = MemberToEvict(now);
        if (peer == null)
        {
            return false;
        }

        Remove(peer, now);
        return true;
    }

    void INetworkSyncHost.NetworkApplied(Peer from, long now)
    {
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse)
            {
                FollowNetwork(peers[i], now);
            }
        }

        if (!_applied.IsSparse)
        {
            _slots.ForgetRemoved(_applied.File);
        }

        // Guests that turned out to be members may exceed the number of members' slots.
        while (Count(false) > _limits.Peers)
        {
            Remove(MemberToEvict(now), now);
        }

        // Nodes that apply a network together do not all call the same members first.
        _nextToCall = OwnEntry;
        _due[Deadline.KeptAlive] = now;
        RestartHello();
    }

    void INetworkSyncHost.ExpiryJudged(long now)
    {
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse)
            {
                FollowNetwork(peers[i], now);
            }
        }
    }

    // Gives a peer the rights that the new network gives it. A removed member loses its rights here, and its slot in
    // RemoveExpelled.
    private void FollowNetwork(Peer peer, long now)
    {
        peer.CopyPublicKey(_key, 0);
        int entry = _applied.Find(_key, 0);
        bool wasMember = IsMember(peer);
        peer.Owner = peer.SlotOwner;
        if (entry >= 0)
        {
            Enroll(peer, entry, now);
        }
        else if (!_slots.IsConfigured(peer.Slot) && (wasMember || !peer.IsProvisional))
        {
            // A sparse node does not know who was removed: a peer without a proof may stay as any guest may.
            peer.IsProvisional = true;
            peer.Since = _applied.IsSparse ? now : now - GuestLifetime;
            _due[Deadline.Guests] = now;
        }
    }

    // Called after a network was applied, in a call of its own since a device's stack is not deep: initiates to members
    // whose sessions are to be kept alive, without waiting for a packet.
    private void OpenKeptAlive(long now)
    {
        _due[Deadline.KeptAlive] = Never;
        for (int i = 0; i < _applied.MemberCount; i++)
        {
            if (i != _applied.OwnEntry && _applied.IsKeptAlive(i) && _tunnel.FindOwner(i) == null)
            {
                OpenMember(i, false, now);
            }
        }
    }
}
