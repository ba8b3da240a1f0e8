using System;
using Spore.Base;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

// A sparse node, whose memory does not take the network: it reads proofs of single entries, and holds those that it
// needs (PROTOCOL section 7.8). One proof is read at a time.
internal sealed partial class NetworkSync
{
    /// <summary>The name is that of a route.</summary>
    internal const int IsAddress = -1;

    // The files of transfers of proofs, in this order: of the own entry in a turn; of a peer that is kept when a newer
    // network is applied; of a peer with a session; of what this node needs; of what a peer asked this node for; and
    // what a peer writes. The first two are received into the part that is received, the others where a snapshot lies.
    private const int OwnProofTag = 5;
    private const int KeptProofTag = 6;
    private const int PeerProofTag = 7;
    private const int NeededProofTag = 8;
    private const int AskedProofTag = 9;
    private const int WrittenProofTag = 10;

    // The own proof, as it is served, and as it is written to a peer.
    private const int OwnServedTag = 11;
    private const int OwnGivenTag = 12;

    // In the place of a transfer: a witness is to be reached, since nobody else is believed, or any member, since no
    // peer has a session.
    private const int ReachTag = 13;

    // The last lookup of the node's own was in vain, and nothing is wanted.
    private const int InVainTag = 14;

    // How long the proofs of kept peers are collected before a network is applied, in milliseconds.
    private const long CollectionTime = 5000;

    // How long a proof may take that is not that of the own entry, in milliseconds.
    private const long ProofPatience = 4000;

    // How long a peer that gave no valid proof of its own entry is not asked for it again, in milliseconds.
    private const long ProofRetry = 60000;

    // How long what was not found is not asked for again, in milliseconds.
    private const long RepeatTime = 1000;

    // What is needed, or was asked for, as in a name, and the tag of the transfer that is to bring it, 0 for none. What
    // was asked for last stays, since its proof can be served again.
    private readonly byte[] _wanted = new byte[KeySize];
    private ProofName _wantedKind;
    private int _wantedTag;
    private long _wantedAt;

    // Whether a member that is no witness did not have it: then a witness is asked.
    private bool _asksWitness;

    // Until when proofs are collected, in milliseconds on the monotonic clock; 0 while none are.
    private long _collectUntil;

    // The slot after that of the peer whose proof is read.
    private int _nextSlot;

    // The number of the witness to ask for next.
    private int _nextWitness;

    // The version of a network that has more prefixes than fit.
    private ulong _overlarge;

    /// <summary>As <see cref="Load"/>, with a head and the proof of the own entry.</summary>
    /// <param name="head">The buffer that holds the head.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="proof">The proof, all of the buffer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>What is wrong; then nothing has changed, but for a network that was being received.</returns>
    internal NetworkFault LoadPart(byte[] head, int offset, byte[] proof, long now)
    {
        NetworkFault fault = CheckLoaded(head, offset, head.Length - offset, now);
        if (fault != NetworkFault.None || IsApplied(head, offset))
        {
            return fault;
        }

        fault = EntryProof.Verify(proof, 0, proof.Length, head, offset, Hash, _sought, 0);
        int key = EntryProof.EntryOffset + NetworkEntry.KeyOffset;
        if (fault == NetworkFault.None && !ConstantTime.Equal(proof, key, _publicKey, 0, KeySize))
        {
            fault = NetworkFault.Key;
        }

        if (fault != NetworkFault.None)
        {
            return fault;
        }

        _staging.BeginPart(head, offset);
        NetworkFile part = _staging.Received;
        int seconds = (int)(now / 1000);
        if (!part.AddOwn(proof, 0, proof.Length, seconds))
        {
            _staging.End();
            return NetworkFault.TooLarge;
        }

        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && peers[i].Owner >= 0)
            {
                peers[i].CopyPublicKey(_sought, 0);
                if (FindAtHost(ProofName.Entry, _sought) > 0)
                {
                    AddKept(part.Bytes, part.FreeOffset + EntryProof.EntryOffset, seconds);
                }
            }
        }

        _hasAuthority = true;
        Apply(null, now);
        return NetworkFault.None;
    }

    /// <summary>
    /// Called on a sparse node when the application sends a packet: looks for the member that has the destination, also
    /// where a wider prefix that is held has it. A longer one may be another member's.
    /// </summary>
    /// <param name="address">A buffer with the destination address.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isIpv6">Whether it has 16 bytes, or 4.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void NeedRoute(byte[] address, int offset, bool isIpv6, long now)
    {
        if (isIpv6 && LinkLocalAddress.IsLinkLocal(address, offset))
        {
            if (_applied.FindLinkLocal(address, offset) >= 0)
            {
                return;
            }
        }
        else
        {
            int holder = _applied.Prefixes.Find(address, offset, isIpv6);
            if (holder >= 0
                && (now - _wantedAt < RepeatTime || _applied.IsHost(holder, address, offset, isIpv6)))
            {
                return;
            }
        }

        Need(isIpv6 ? ProofName.Ipv6 : ProofName.Ipv4, address, offset, isIpv6 ? 16 : 4, now);
    }

    /// <summary>Called when a key is to be reached that has no entry here: a sparse node looks for it.</summary>
    /// <param name="key">A buffer with the public key.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void NeedEntry(byte[] key, int offset, long now)
    {
        Need(ProofName.Entry, key, offset, KeySize, now);
    }

    /// <summary>Writes the rest of the name of a proof that is read, after "entry/" or "witness/".</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where it is to start.</param>
    /// <returns>
    /// The offset behind it; <see cref="IsAddress"/> for the name of a route, whose address is <see cref="Wanted"/>.
    /// </returns>
    internal int EmitRest(TftpTransfer transfer, byte[] buffer, int offset)
    {
        byte[] key = _wanted;
        switch (transfer.File)
        {
            case OwnProofTag:
            case OwnGivenTag:
                key = _publicKey;
                break;
            case KeptProofTag:
            case PeerProofTag:
                _tunnel.Peers[_nextSlot - 1].CopyPublicKey(_sought, 0);
                key = _sought;
                break;
            default:
                if (_wantedKind == ProofName.Witness)
                {
                    return Ascii.EmitNumber(buffer, offset, BigEndian.ReadUInt32(_wanted, 0)) - 1;
                }

                if (_wantedKind != ProofName.Entry)
                {
                    return IsAddress;
                }

                break;
        }

        return Ascii.EmitHex(buffer, offset, key);
    }

    /// <summary>The address that is asked for, in its first 4 or 16 bytes.</summary>
    internal byte[] Wanted
    {
        get { return _wanted; }
    }

    /// <summary>Whether that address has 16 bytes.</summary>
    internal bool IsWantedIpv6
    {
        get { return _wantedKind == ProofName.Ipv6; }
    }

    private Blake2s Hash
    {
        get { return _applied.File.Tree.Hash; }
    }

    /// <summary>Whether a transfer brings a proof.</summary>
    internal static bool IsProof(TftpTransfer transfer)
    {
        return transfer.File >= OwnProofTag && transfer.File <= WrittenProofTag;
    }

    // Whether the node can hold the whole network of a header.
    private bool IsWhole(byte[] header, int offset)
    {
        return NetworkHeader.IsWithin(header, offset, _limits) && NetworkHeader.Version(header, offset) != _overlarge;
    }

    private void Need(ProofName kind, byte[] value, int offset, int size, long now)
    {
        if (!_applied.IsSparse || _applied.Standing != Standing.Valid || !IsIdle)
        {
            return;
        }

        // After a lookup in vain nothing is looked for: an application may send to many addresses that nobody has.
        bool isSame = kind == _wantedKind && ConstantTime.Equal(_wanted, 0, value, offset, size);
        if ((isSame || _wantedTag == InVainTag) && now - _wantedAt < RepeatTime)
        {
            return;
        }

        _asksWitness = isSame;
        Want(NeededProofTag, kind, value, offset, size, now);
    }

    private void Want(int tag, ProofName kind, byte[] value, int offset, int size, long now)
    {
        Array.Copy(value, offset, _wanted, 0, size);
        _wantedKind = kind;
        _wantedTag = tag;
        _wantedAt = now;
        _proven = -1;
        SetDue(SyncDeadline.Exchange, now);
    }

    // Called when a peer has a session and may be a member whose entry is not held.
    private void WantProof(Peer peer, long now)
    {
        if (_applied.IsSparse
            && peer.Owner < 0
            && peer.HasSession(now)
            && !Agreements.Is(peer.Slot, Agreements.KeepsProof))
        {
            Agreements.Set(peer.Slot, Agreements.WantsProof, true);
            SetDue(SyncDeadline.Exchange, now);
        }
    }

    /// <summary>
    /// Should be called when <see cref="SyncDeadline.Proofs"/> has come: a sparse node asks peers again whose proofs
    /// could not be had.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void RetryProofs(long now)
    {
        SetDue(SyncDeadline.Proofs, _applied.IsSparse ? now + ProofRetry : Never);
        if (_applied.Standing != Standing.Valid)
        {
            return;
        }

        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Agreements.Set(i, Agreements.KeepsProof, false);
            if (peers[i].InUse)
            {
                WantProof(peers[i], now);
            }
        }
    }

    /// <summary>
    /// Should be called when <see cref="SyncDeadline.Exchange"/> has come: a sparse node begins to read the next proof
    /// that is wanted, if there is memory and a transfer slot for it.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void SeekProof(long now)
    {
        EndSlowProof(now);
        if (IsWanting)
        {
            EndSlowReaders(now);
        }

        bool isAsked = _wantedTag == AskedProofTag;
        if (!_applied.IsSparse
            || _applied.Standing != Standing.Valid
            || !_staging.IsFree
            || (ParkedReaders > 0 && !isAsked))
        {
            if (isAsked)
            {
                EndWanted(TftpError.NotDefined, now);
            }

            return;
        }

        if (IsReading(PeerProofTag, WrittenProofTag))
        {
            return;
        }

        // Peers with a session come first: what they send is lost until they are known to be members.
        Peer[] peers = _tunnel.Peers;
        int first = _nextSlot;
        for (int i = 0; i < peers.Length; i++)
        {
            int slot = (first + i) % peers.Length;
            if (Agreements.Is(slot, Agreements.GivesProof) && peers[slot].InUse)
            {
                GiveOwnProof(slot, now);
            }

            if (!Agreements.Is(slot, Agreements.WantsProof))
            {
                continue;
            }

            bool isWanted = peers[slot].InUse && peers[slot].Owner < 0 && peers[slot].HasSession(now);
            if (isWanted && !ReadProofOf(peers[slot], now))
            {
                return;
            }

            Agreements.Set(slot, Agreements.WantsProof, false);
            if (IsReading(PeerProofTag, PeerProofTag))
            {
                return;
            }
        }

        if (_wantedTag == ReachTag)
        {
            _wantedTag = InVainTag;
            ReachSource(now);
        }

        if (IsIdle)
        {
            return;
        }

        if (!isAsked && FindAtHost(_wantedKind, _wanted) > 0)
        {
            Hold(_staging.ParkingBytes, _staging.ProofOffset + EntryProof.EntryOffset, now);
            EndWanted(TftpResult.Ok, now);
            return;
        }

        int source = ProofSource(AskerSlot, now);
        string name = _wantedKind == ProofName.Entry ? _entryName
            : _wantedKind == ProofName.Witness ? _witnessName
            : _routeName;
        if (source < 0)
        {
            EndWanted(TftpError.FileNotFound, now);
        }
        else
        {
            StartProof(source, name, _wantedTag, now);
        }
    }

    // Finds the proof of a peer at the host, or begins to read it from the peer itself. False when no transfer slot is
    // free.
    private bool ReadProofOf(Peer peer, long now)
    {
        _proven = -1;
        peer.CopyPublicKey(_sought, 0);
        int entry = _staging.ProofOffset + EntryProof.EntryOffset;
        if (FindAtHost(ProofName.Entry, _sought) > 0
            && peer == _tunnel.FindSlot(_staging.ParkingBytes, entry + NetworkEntry.KeyOffset))
        {
            AdmitProven(peer, _staging.ParkingBytes, entry, now);
            return true;
        }

        _nextSlot = peer.Slot + 1;
        return IsSilent(peer.Slot) || StartProof(peer.Slot, _entryName, PeerProofTag, now) != null;
    }

    // Called when the entry of a peer with a slot is proven: the peer is a member.
    private void AdmitProven(Peer peer, byte[] bytes, int entry, long now)
    {
        int index = Hold(bytes, entry, now);
        if (index >= 0 && _host.Admit(peer, index, now) && !IsFresh(now) && IsWitness(peer))
        {
            Agreements.Set(peer.Slot, Agreements.WantsRead, true);
        }
    }

    // The slot of the peer that waits for a proof that is asked for; -1 for none.
    private int AskerSlot
    {
        get
        {
            for (int i = 0; i < _tftp.Capacity; i++)
            {
                TftpTransfer transfer = _tftp.At(i);
                if (ReadsParked(transfer, ProofTag) && transfer.IsWaiting)
                {
                    return transfer.Peer;
                }
            }

            return -1;
        }
    }

    // Null when no transfer slot is free.
    private TftpTransfer StartProof(int slot, string name, int tag, long now)
    {
        BringForward(SyncDeadline.Exchange, now + ProofPatience);
        return HasFreeSlot() ? StartRead(slot, name, tag, EntryProof.MaxSize, now) : null;
    }

    // The size with which to ask for a proof: options, which cost a round trip, are left out where it has two blocks of
    // 512 bytes at most.
    private int AskedSize(int tag)
    {
        byte[] head = _staging.IsPart ? _staging.ParkingBytes
            : tag == OwnProofTag ? _candidate
            : _applied.File.Bytes;
        int count = NetworkHeader.Count(head, 0);
        long entries = BigEndian.ReadUInt32(head, NetworkHeader.EntriesLengthOffset);
        long likely = EntryProof.EntryOffset + (entries / count);
        for (; count > 1; count >>= 1)
        {
            likely += MerkleTree.HashSize;
        }

        return likely < 2 * TftpPacket.DefaultBlockSize ? 0 : EntryProof.MaxSize;
    }

    private void EndSlowProof(long now)
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsActive && transfer.File >= PeerProofTag && transfer.File <= AskedProofTag)
            {
                long end = _checks[i].Since + ProofPatience;
                if (end <= now)
                {
                    _tftp.Abort(transfer, TftpError.NotDefined);
                }
                else
                {
                    BringForward(SyncDeadline.Exchange, end);
                }
            }
        }
    }

    // Whether nothing is looked for.
    private bool IsIdle
    {
        get { return _wantedTag == 0 || _wantedTag == InVainTag; }
    }

    // Whether a sparse node needs a proof for itself.
    private bool IsWanting
    {
        get
        {
            if (!_applied.IsSparse)
            {
                return false;
            }

            for (int i = 0; i < _tunnel.Peers.Length; i++)
            {
                if (_tunnel.Peers[i].InUse && Agreements.Is(i, Agreements.WantsProof))
                {
                    return true;
                }
            }

            return _wantedTag == NeededProofTag;
        }
    }

    // A peer that reads or writes what lies in the memory for proofs has the time of a turn. A guest's transfer ends at
    // once where the node itself finds no transfer slot, as for a member's request.
    private void EndSlowReaders(long now)
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            bool isHolder = !transfer.IsClient && ReadsParked(transfer) && !transfer.IsWaiting;
            bool isGuest = transfer.IsActive && !transfer.IsClient && IsOfGuest(transfer) && !HasFreeSlot();
            if (!isHolder && !isGuest)
            {
                continue;
            }

            long end = isGuest ? now : transfer.Since + _turnTime;
            if (end <= now)
            {
                _tftp.Abort(transfer, TftpError.NotDefined);
            }
            else
            {
                BringForward(SyncDeadline.Exchange, end);
            }
        }
    }

    private bool HasFreeSlot()
    {
        int free = 0;
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            free += _tftp.At(i).IsActive ? 0 : 1;
        }

        return free > (_tftp.Capacity > 2 ? 1 : 0);
    }

    private bool IsReading(int first, int last)
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            if (_tftp.At(i).IsActive && _tftp.At(i).File >= first && _tftp.At(i).File <= last)
            {
                return true;
            }
        }

        return false;
    }

    // The slot of the peer to read a proof from, in the order of PROTOCOL 7.8-14; -1 for none. Where a route was not
    // found witnesses are first, since they alone are believed about wider prefixes.
    private int ProofSource(int asker, long now)
    {
        int best = -1;
        int bestRank = int.MaxValue;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            int slot = (_lastTurn + i) % peers.Length;
            Peer peer = peers[slot];
            if (slot == asker || !peer.InUse || !peer.HasSession(now) || IsSilent(slot))
            {
                continue;
            }

            int rank = peer.Owner < 0 ? 3
                : _asksWitness && IsWitness(peer) ? 0
                : _applied.HoldsWhole(peer.Owner) ? 1
                : 2;
            rank += Agreements.Agrees(slot) ? 0 : 4;
            rank += Agreements.Is(slot, Agreements.LacksProof) ? 8 : 0;
            if (rank < bestRank)
            {
                best = slot;
                bestRank = rank;
            }
        }

        // All were asked: from the beginning.
        for (int i = 0; i < peers.Length && bestRank >= 8; i++)
        {
            Agreements.Set(i, Agreements.LacksProof, false);
        }

        return best;
    }

    // Called when a peer asks a sparse node for a proof: it has its own one, and reads others from another peer.
    private int OpenHeldProof(TftpTransfer transfer, ProofName kind, long now)
    {
        if (kind == ProofName.Entry && ConstantTime.Equal(_sought, 0, _publicKey, 0, KeySize))
        {
            transfer.File = OwnServedTag;
            transfer.Size = OwnProofSize;
            return TftpResult.Ok;
        }

        bool isSame = kind == _wantedKind && ConstantTime.Equal(_sought, 0, _wanted, 0, SizeOf(kind));
        if (isSame && _staging.IsFree && (_proven >= 0 || _wantedTag == AskedProofTag))
        {
            transfer.File = ProofTag;
            transfer.Size = _proofSize;
            return _proven >= 0 ? TftpResult.Ok : TftpResult.Wait;
        }

        if (!IsIdle || !_staging.IsFree || ParkedReaders > 0)
        {
            return TftpResult.Later;
        }

        Want(AskedProofTag, kind, _sought, 0, SizeOf(kind), now);
        int length = FindAtHost(kind, _sought);
        if (length > 0)
        {
            _proven = 0;
            _proofSize = length;
        }

        if (length > 0 || ProofSource(transfer.Peer, now) < 0)
        {
            _wantedTag = 0;
            transfer.Size = _proofSize;
            transfer.File = length > 0 ? ProofTag : 0;
            return length > 0 ? TftpResult.Ok : TftpError.FileNotFound;
        }

        transfer.File = ProofTag;
        return TftpResult.Wait;
    }

    // Asks the host for a proof, and verifies it as one of a peer. Its length; 0 for none. It stands where one is
    // received. The value may be _sought, which has another content afterwards.
    private int FindAtHost(ProofName kind, byte[] value)
    {
        byte[] bytes = _staging.ParkingBytes;
        int offset = _staging.ProofOffset;
        int length = _host.FindProof(kind, value, bytes, offset, _staging.ProofSpace);
        byte[] head = _staging.IsPart ? bytes : _applied.File.Bytes;
        return length > 0
            && EntryProof.Verify(bytes, offset, length, head, 0, Hash, _sought, 0) == NetworkFault.None
            ? length
            : 0;
    }

    private static int SizeOf(ProofName kind)
    {
        return kind == ProofName.Entry ? KeySize : kind == ProofName.Ipv6 ? 16 : 4;
    }

    private int OwnProofSize
    {
        get
        {
            NetworkFile file = _applied.File;
            return EntryProof.EntryOffset + file.EntryLength(_applied.OwnEntry) + file.OwnPathSize;
        }
    }

    // Should be called when a peer has refused its proof, since it does not know that this node is a member: begins to
    // write the own proof to it, if a transfer slot is free.
    private void GiveOwnProof(int slot, long now)
    {
        TftpTransfer transfer = !HasFreeSlot() ? null : _tftp.StartWrite(
            _linkLocal,
            0,
            _linkLocals,
            slot * LinkLocalAddress.Size,
            _entryName,
            OwnGivenTag,
            OwnProofSize,
            false,
            now);
        if (transfer != null)
        {
            Agreements.Set(slot, Agreements.GaveProof, true);
            Agreements.Set(slot, Agreements.GivesProof, false);
            Begun(transfer, slot, now);
        }
    }

    // Copies bytes of the own proof, which stands in two parts.
    private void ReadOwnProof(int position, byte[] buffer, int offset, int count)
    {
        NetworkFile file = _applied.File;
        int entryLength = file.EntryLength(_applied.OwnEntry);
        for (int i = 0; i < count; i++)
        {
            int at = position + i - EntryProof.EntryOffset;
            buffer[offset + i] = at < 0 ? PrefixByte(file.OwnLeaf, position + i)
                : at < entryLength ? file.Bytes[file.OwnEntryOffset + at]
                : file.Bytes[file.OwnPathOffset + at - entryLength];
        }
    }

    // Called when a peer asks to write a proof. Only its own one may be written.
    private int OpenWrittenProof(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        Peer peer = PeerOf(transfer);
        bool isOwn = _applied.Standing != Standing.None
            && StartsWith(name, offset, length, _entryName)
            && ParseProofName(name, offset, length) == ProofName.Entry
            && peer == _tunnel.FindSlot(_sought, 0);
        if (!isOwn)
        {
            return Refusal.NotWritable(transfer);
        }

        if (!_staging.IsFree || ParkedReaders > 0)
        {
            return TftpResult.Later;
        }

        _proven = -1;
        transfer.File = WrittenProofTag;
        return transfer.Size > EntryProof.MaxSize ? Refusal.Network(transfer, NetworkFault.TooLarge) : TftpResult.Ok;
    }

    /// <summary>Called when a block of a proof has arrived. It is checked when it is whole.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="data">The buffer that holds the block.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="count">Its length in bytes.</param>
    /// <param name="last">Whether it ends the file.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>As <see cref="ITftpFiles.Write"/>.</returns>
    internal int WriteProof(TftpTransfer transfer, byte[] data, int offset, int count, bool last, long now)
    {
        HeaderCheck check = _checks[transfer.Index];
        byte[] bytes = _staging.ParkingBytes;
        int proof = _staging.ProofOffset;
        if (check.Length + count > _staging.ProofSpace)
        {
            return Refusal.Network(transfer, NetworkFault.TooLarge);
        }

        Array.Copy(data, offset, bytes, proof + check.Length, count);
        check.Length += count;
        if (!last)
        {
            return TftpResult.Ok;
        }

        byte[] head = _staging.IsPart ? bytes : _applied.File.Bytes;
        NetworkFault fault = EntryProof.Verify(bytes, proof, check.Length, head, 0, Hash, _sought, 0);
        if (fault == NetworkFault.None)
        {
            fault = TakeProof(transfer, bytes, proof, check.Length, now);
        }

        if (fault != NetworkFault.None)
        {
            Peer peer = PeerOf(transfer);
            _host.Report(SyncEvent.NetworkRefused, peer, (long)fault);
            if (fault == NetworkFault.OtherVersion && transfer.IsClient && transfer != _turn && peer != null)
            {
                // Heads first.
                Agreements.Set(peer.Slot, Agreements.WantsRead, true);
            }

            return Refusal.Network(transfer, fault);
        }

        // Also of a proof that a peer asked for: it is often the peer's own one. From here, where a device's stack is
        // not as deep.
        int entry = proof + EntryProof.EntryOffset;
        Peer proven = transfer.File < PeerProofTag || transfer.File == NeededProofTag
            ? null
            : _tunnel.FindSlot(bytes, entry + NetworkEntry.KeyOffset);
        if (proven != null && proven.Owner < 0)
        {
            AdmitProven(proven, bytes, entry, now);
        }

        return TftpResult.Ok;
    }

    // Called when a proof has verified: whether it is what was asked for decides what becomes of it.
    private NetworkFault TakeProof(TftpTransfer transfer, byte[] bytes, int proof, int length, long now)
    {
        Peer peer = PeerOf(transfer);
        int entry = proof + EntryProof.EntryOffset;
        int key = entry + NetworkEntry.KeyOffset;
        int seconds = (int)(now / 1000);
        switch (transfer.File)
        {
            case OwnProofTag:
                if (!ConstantTime.Equal(bytes, key, _publicKey, 0, KeySize))
                {
                    return NetworkFault.Key;
                }

                if (IsPast(_staging.Expires, now))
                {
                    return NetworkFault.Expired;
                }

                if (!_staging.Received.AddOwn(bytes, proof, length, seconds))
                {
                    return NetworkFault.TooLarge;
                }

                BeginCollection(now);
                return NetworkFault.None;

            case KeptProofTag:
                _tunnel.Peers[_nextSlot - 1].CopyPublicKey(_sought, 0);
                if (ConstantTime.Equal(bytes, key, _sought, 0, KeySize))
                {
                    AddKept(bytes, entry, seconds);
                }

                return NetworkFault.None;

            case PeerProofTag:
            case WrittenProofTag:
                return peer == null || peer != _tunnel.FindSlot(bytes, key) ? NetworkFault.Key : NetworkFault.None;

            default:
                if (!IsWanted(peer, bytes, entry))
                {
                    return NetworkFault.Key;
                }

                if (transfer.File == AskedProofTag)
                {
                    _proofSize = length;
                    _proven = 0;
                }
                else
                {
                    Hold(bytes, entry, now);
                }

                return NetworkFault.None;
        }
    }

    // Whether a proven entry is what was asked for. Only a witness is believed that no longer prefix holds an address.
    private bool IsWanted(Peer peer, byte[] bytes, int entry)
    {
        int key = entry + NetworkEntry.KeyOffset;
        switch (_wantedKind)
        {
            case ProofName.Entry:
                return ConstantTime.Equal(bytes, key, _wanted, 0, KeySize);
            case ProofName.Witness:
                return NetworkEntry.IsWitness(bytes, entry);
            default:
                bool isIpv6 = _wantedKind == ProofName.Ipv6;
                if (isIpv6 && LinkLocalAddress.IsLinkLocal(_wanted, 0))
                {
                    LinkLocalAddress.FromKey(Hash, bytes, key, _sought, 0);
                    return ConstantTime.Equal(_sought, 0, _wanted, 0, LinkLocalAddress.Size);
                }

                int bits = _applied.LongestPrefix(bytes, entry, _wanted, 0, isIpv6);
                return bits == (isIpv6 ? 128 : 32) || (bits >= 0 && peer != null && IsWitness(peer));
        }
    }

    // An entry with a restriction gives a guest's rights, for which no entry is needed.
    private void AddKept(byte[] bytes, int entry, int seconds)
    {
        if (!NetworkEntry.IsRestricted(bytes, entry))
        {
            _staging.Received.AddEntry(bytes, entry, seconds);
        }
    }

    // Holds an entry that was proven. Where there is no memory for it, the entry of a peer goes that was used longest
    // ago, first of those without a slot. Its index, or -1 where it can't be held, or gives no more than a guest's
    // rights.
    private int Hold(byte[] bytes, int entry, long now)
    {
        NetworkFile file = _applied.File;
        if (NetworkEntry.IsRestricted(bytes, entry))
        {
            return -1;
        }

        int held = file.IsSparse ? file.Find(bytes, entry + NetworkEntry.KeyOffset) : -1;
        if (held >= 0 || !file.IsSparse || !file.CanHold(bytes, entry))
        {
            return held;
        }

        int seconds = (int)(now / 1000);
        while (!file.AddEntry(bytes, entry, seconds))
        {
            int oldest = LeastRecentlyUsed();
            if (oldest >= 0)
            {
                file.RemoveEntry(oldest);
            }
            else if (!_host.EvictMember(now))
            {
                return -1;
            }

            Refresh();
        }

        Refresh();
        return file.Find(bytes, entry + NetworkEntry.KeyOffset);
    }

    // The entry without a slot that was used longest ago; -1 for none.
    private int LeastRecentlyUsed()
    {
        NetworkFile file = _applied.File;
        int oldest = -1;
        for (int i = 0; i < file.Count; i++)
        {
            if (i != _applied.OwnEntry
                && _tunnel.FindOwner(i) == null
                && (oldest < 0 || file.UsedAt(i) < file.UsedAt(oldest)))
            {
                oldest = i;
            }
        }

        return oldest;
    }

    // Called when entries were added or removed: their indices have changed, which are the members' owner numbers.
    private void Refresh()
    {
        _applied.Refresh(_publicKey);
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && peers[i].Owner >= 0)
            {
                peers[i].CopyPublicKey(_sought, 0);
                peers[i].Owner = _applied.File.Find(_sought, 0);
            }
        }

        _host.Report(SyncEvent.EntriesChanged, null, _applied.File.Count);
    }

    /// <summary>Called when a member is initiated to, or loses its slot.</summary>
    /// <param name="entry">The index of its entry.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void Use(int entry, long now)
    {
        if (_applied.IsSparse && entry >= 0)
        {
            _applied.File.Use(entry, (int)(now / 1000));
        }
    }

    // Called when the own entry is proven: proofs of the peers that are kept are read from the same peer.
    private void BeginCollection(long now)
    {
        _turns.Succeeded(IdOf(_turn.Peer));
        _turn = null;
        _staging.Owner = null;
        _nextSlot = 0;
        _collectUntil = now + CollectionTime;
        SetDue(SyncDeadline.Turn, now);
    }

    // Reads the next proof of a peer that is kept, or applies the network.
    private void Collect(long now)
    {
        Peer[] peers = _tunnel.Peers;
        Peer source = peers[_lastTurn].InUse ? peers[_lastTurn] : null;
        if (now < _collectUntil && source != null)
        {
            SetDue(SyncDeadline.Turn, _collectUntil);
            if (IsReading(KeptProofTag, KeptProofTag))
            {
                return;
            }

            while (_nextSlot < peers.Length)
            {
                Peer peer = peers[_nextSlot];
                _nextSlot++;
                if (!peer.InUse || peer.Owner < 0 || !peer.HasSession(now))
                {
                    continue;
                }

                if (StartRead(_lastTurn, _entryName, KeptProofTag, EntryProof.MaxSize, now) == null)
                {
                    _nextSlot--;
                    BringForward(SyncDeadline.Turn, now + FirstPause);
                }

                return;
            }
        }

        // The transfer is ended before its memory is used for something else.
        _collectUntil = now;
        AbortKeptRead();
        Apply(source, now);
    }

    private void AbortKeptRead()
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            if (_tftp.At(i).File == KeptProofTag)
            {
                _tftp.Abort(_tftp.At(i), TftpError.NotDefined);
            }
        }
    }

    // Called when a transfer of a proof has ended that had no turn.
    private void ProofClosed(TftpTransfer transfer, int result, long now)
    {
        if (transfer.File == KeptProofTag)
        {
            SetDue(SyncDeadline.Turn, now);
        }
        else if (transfer.File == PeerProofTag && transfer.IsRefused && result == TftpError.AccessViolation)
        {
            // Not here, where the transfer still has its slot.
            Agreements.Set(transfer.Peer, Agreements.GivesProof, !Agreements.Is(transfer.Peer, Agreements.GaveProof));
        }
        else if (transfer.File == PeerProofTag && result != TftpResult.Ok)
        {
            Agreements.Set(transfer.Peer, Agreements.KeepsProof, true);
        }
        else if (transfer.File == NeededProofTag || transfer.File == AskedProofTag)
        {
            // Another one is asked next.
            Agreements.Set(transfer.Peer, Agreements.LacksProof, result != TftpResult.Ok);
            EndWanted(result, now);
        }
    }

    // Called when what was wanted has come, or could not be had.
    private void EndWanted(int result, long now)
    {
        int tag = _wantedTag;
        _wantedTag = 0;
        if (tag == NeededProofTag)
        {
            if (_wantedKind == ProofName.Witness)
            {
                // After the last number the node waits, since it may have no memory for more witnesses.
                long pause = result != TftpResult.Ok ? RepeatTime : _nextWitness == 0 ? FreshnessRetry : 0;
                BringForward(SyncDeadline.Freshness, now + pause);
            }

            if (result != TftpResult.Ok)
            {
                _wantedAt = now;

                // Not here, where the peer may be losing its slot.
                _wantedTag = ReachTag;
                SetDue(SyncDeadline.Exchange, now);
            }

            return;
        }

        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (ReadsParked(transfer, ProofTag) && transfer.IsWaiting)
            {
                transfer.Size = _proofSize;
                _tftp.Resume(transfer, result == TftpResult.Ok ? result : HeldFault(result), now);
            }
        }
    }

    // Called when freshness is sought: a sparse node looks for as many witnesses as it needs.
    private void NeedWitness(long now)
    {
        if (!_applied.IsSparse || HeldWitnesses >= Needed)
        {
            return;
        }

        BringForward(SyncDeadline.Freshness, now + FreshnessRetry);
        if (!IsIdle)
        {
            return;
        }

        BigEndian.WriteUInt32(_sought, 0, _nextWitness);
        _nextWitness = _nextWitness + 1 < _applied.StatedWitnesses ? _nextWitness + 1 : 0;
        Want(NeededProofTag, ProofName.Witness, _sought, 0, SizeOf(ProofName.Witness), now);
    }

    // The number of other witnesses whose entries are held.
    private int HeldWitnesses
    {
        get
        {
            int count = 0;
            for (int i = 0; i < _applied.MemberCount; i++)
            {
                count += i != _applied.OwnEntry && _applied.IsWitness(i) ? 1 : 0;
            }

            return count;
        }
    }

    // Should be called when no peer that could be asked has what is needed: asks a witness for a session, or another
    // member where no witness is known.
    private void ReachSource(long now)
    {
        int members = _applied.MemberCount;
        for (int i = 0; i < 2 * members; i++)
        {
            _askedWitness = _askedWitness + 1 < members ? _askedWitness + 1 : 0;
            if (_askedWitness == _applied.OwnEntry
                || !(i >= members || _applied.IsWitness(_askedWitness))
                || !_host.HasEndpoint(_askedWitness))
            {
                continue;
            }

            Peer peer = _host.OpenMember(_askedWitness, now);
            if (peer != null && !peer.HasSession(now))
            {
                _tunnel.Initiate(peer, now);
                return;
            }
        }
    }

    // What is not held here may be held elsewhere.
    private static int HeldFault(int result)
    {
        return result == TftpError.FileNotFound ? TftpError.FileNotFound : TftpError.NotDefined;
    }
}
