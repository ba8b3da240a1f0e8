using System;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// The files that peers read and write (PROTOCOL section 8), and those that this node reads and writes as a client.
public sealed partial class Node : ITftpFiles
{
    private const int HeadFile = 1;
    private const int NetworkFileTag = 2;

    // The shortest time between two checks of a signature from one member, and from one guest.
    private const long MemberCheckInterval = 10000;
    private const long GuestCheckInterval = 30000;

    private static readonly string _headName = "head";
    private static readonly string _networkName = "network";

    // The slot of the peer whose packet is being handled.
    private int _requester;

    private readonly byte[] _headers;
    private readonly HeaderCheck[] _checks;
    private readonly RefusedHeaders _refused;
    private readonly byte[] _candidate = new byte[NetworkHeader.Size];
    private ulong _candidateVersion;

    // The transfer whose header's signature is being checked, or -1.
    private int _checking = -1;

    int ITftpFiles.OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        transfer.Peer = _requester;
        Peer peer = PeerOf(transfer);
        if (Ascii.IsSame(name, offset, length, _headName))
        {
            if (!_network.IsComplete || !ServesHead)
            {
                return TftpError.FileNotFound;
            }

            transfer.File = HeadFile;
            transfer.Size = NetworkHeader.Size;
            return TftpResult.Ok;
        }

        if (Ascii.IsSame(name, offset, length, _networkName))
        {
            if (!_network.IsComplete)
            {
                return TftpError.FileNotFound;
            }

            if (peer == null || !IsMember(peer))
            {
                return Refusal.MembersOnly(transfer);
            }

            transfer.File = NetworkFileTag;
            transfer.Size = _network.Length;
            return TftpResult.Ok;
        }

        if (Ascii.IsSame(name, offset, length, _statusName))
        {
            if (peer == null || !IsMember(peer))
            {
                return Refusal.MembersOnly(transfer);
            }

            transfer.File = StatusFile;
            transfer.Size = WriteStatus();
            return TftpResult.Ok;
        }

        return TftpError.FileNotFound;
    }

    int ITftpFiles.OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        transfer.Peer = _requester;
        if (Ascii.IsSame(name, offset, length, _headName))
        {
            transfer.File = HeadFile;
        }
        else if (Ascii.IsSame(name, offset, length, _networkName))
        {
            transfer.File = NetworkFileTag;
            if (transfer.Size > _limits.NetworkBytes)
            {
                return Refusal.Network(transfer, NetworkFault.TooLarge);
            }
        }
        else
        {
            return Refusal.NotWritable(transfer);
        }

        return TftpResult.Ok;
    }

    void ITftpFiles.Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        if (transfer.File == StatusFile)
        {
            ReadStatus(transfer.Size, position, buffer, offset, count);
            return;
        }

        // Transfers are aborted when the network changes, so what is read here is what was opened.
        Array.Copy(_network.Bytes, position, buffer, offset, count);
    }

    int ITftpFiles.Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        HeaderCheck check = _checks[transfer.Index];
        int taken = 0;
        if (check.Length < NetworkHeader.Size)
        {
            taken = NetworkHeader.Size - check.Length;
            if (taken > count)
            {
                taken = count;
            }

            int place = (transfer.Index * NetworkHeader.Size) + check.Length;
            check.IsVerified = check.IsVerified && IsSame(_headers, place, data, offset, taken);
            Array.Copy(data, offset, _headers, place, taken);
            check.Length += taken;
            if (check.Length < NetworkHeader.Size)
            {
                return last ? Refuse(transfer, NetworkFault.Truncated) : TftpResult.Ok;
            }

            check.Rest = taken;
            int judgment = JudgeHeader(transfer, check);
            if (judgment != TftpResult.Ok)
            {
                if (judgment == TftpResult.Wait)
                {
                    Park(transfer, data, offset + taken, count - taken, last);
                }

                return judgment;
            }
        }

        return transfer.File == HeadFile ? EndOfHead(transfer, count - taken) : TakeEntries(transfer, data, offset + taken, count - taken, last);
    }

    void ITftpFiles.Closed(TftpTransfer transfer, int result)
    {
        _checks[transfer.Index].Clear();
        if (_checking == transfer.Index)
        {
            _checking = -1;
            ScheduleCheck();
        }

        _staging.Closed(transfer);

        if (transfer == _pull)
        {
            PullEnded(transfer, result);
        }
        else if (transfer.IsClient && !transfer.IsSender && transfer.File == HeadFile && result == TftpError.FileNotFound)
        {
            Peer peer = PeerOf(transfer);
            if (peer != null)
            {
                _agreements.Set(peer.Slot, Agreements.WantsWrite, _network.IsComplete);
            }
        }

        // A place in the pool is free again.
        _due[Deadline.Exchange] = _now;
    }

    /// <summary>Called when a header is whole: what can be said of it without its signature.</summary>
    /// <returns><see cref="TftpResult.Ok"/> to go on with what follows it.</returns>
    private int JudgeHeader(TftpTransfer transfer, HeaderCheck check)
    {
        Peer peer = PeerOf(transfer);
        if (peer == null)
        {
            return TftpResult.Aborted;
        }

        int header = transfer.Index * NetworkHeader.Size;
        if (_network.IsComplete && ConstantTime.Equal(_headers, header, _network.Bytes, 0, NetworkHeader.Size))
        {
            Agree(peer);
            return transfer.File == HeadFile ? TftpResult.Ok : Refusal.Network(transfer, NetworkFault.Older);
        }

        if (!IsCandidate(header))
        {
            NetworkFault fault = CheckUnrefused(header);
            if (fault == NetworkFault.Older)
            {
                // It is the peer that has something to learn.
                if (!peer.IsProvisional || transfer.IsClient)
                {
                    _agreements.Set(peer.Slot, Agreements.WantsWrite, true);
                    _due[Deadline.Exchange] = _now;
                }

                return transfer.IsClient ? TftpResult.Ok : Refusal.Network(transfer, fault);
            }

            if (fault != NetworkFault.None)
            {
                return Refuse(transfer, fault);
            }

            // Between a header's check and its repetition another one of its version may have been applied: that is told by the check.
            if (!check.IsVerified || NetworkHeader.Version(_headers, header) == NetworkVersion)
            {
                check.IsWaiting = true;
                check.WaitsSince = _now;
                ScheduleCheck();
                return TftpResult.Wait;
            }
        }

        TakeOffer(transfer, peer);
        return transfer.File == HeadFile || TakeStaging(transfer, header) ? TftpResult.Ok : Refusal.Busy(transfer);
    }

    // Everything about a header but its signature.
    private NetworkFault CheckUnsigned(byte[] buffer, int offset)
    {
        NetworkFault fault = NetworkHeader.Check(buffer, offset, _limits);
        if (fault != NetworkFault.None)
        {
            return fault;
        }

        ulong version = NetworkHeader.Version(buffer, offset);
        if (version == 0 || version < NetworkVersion)
        {
            return NetworkFault.Older;
        }

        if (version < _floor)
        {
            return NetworkFault.BelowFloor;
        }

        return IsPast(NetworkHeader.Expires(buffer, offset)) ? NetworkFault.Expired : NetworkFault.None;
    }

    private bool IsPast(long expires)
    {
        return expires != 0 && _clock.Now(_now) >= expires * 1000;
    }

    /// <summary>Called off the packet path: begins to check a signature, of whom it is the turn.</summary>
    private void BeginCheck(long now)
    {
        _due[Deadline.Check] = Never;
        int place = NextCheck(now);
        if (place >= 0)
        {
            int header = place * NetworkHeader.Size;
            Peer peer = PeerOf(_tftp.At(place));
            if (peer != null && !IsCandidate(header) && CheckUnrefused(header) == NetworkFault.None)
            {
                _agreements.CheckedAt[peer.Slot] = now;
                NetworkHeader.BeginVerify(_ed25519, _ed25519.PublicKey, 0, _headers, header);
                _checking = place;
                return;
            }

            EndCheck(place, false, now);
        }

        ScheduleCheck();
    }

    /// <summary>Called while a signature is being checked: carries on by a step.</summary>
    private void ContinueCheck(long now)
    {
        if (_ed25519.Step())
        {
            return;
        }

        int place = _checking;
        _checking = -1;
        EndCheck(place, _ed25519.Finish(), now);
        ScheduleCheck();
    }

    private void EndCheck(int place, bool isSigned, long now)
    {
        TftpTransfer transfer = _tftp.At(place);
        HeaderCheck check = _checks[place];
        Peer peer = PeerOf(transfer);
        int result = peer == null ? TftpResult.Aborted : JudgeChecked(transfer, peer, check, place * NetworkHeader.Size, isSigned);
        check.IsWaiting = false;
        _tftp.Resume(transfer, result, now);
    }

    private NetworkFault CheckUnrefused(int header)
    {
        NetworkFault fault = CheckUnsigned(_headers, header);
        return fault == NetworkFault.None && _refused.Contains(_headers, header) ? NetworkFault.AlreadyRefused : fault;
    }

    private int JudgeChecked(TftpTransfer transfer, Peer peer, HeaderCheck check, int header, bool isSigned)
    {
        // Another transfer may have brought the same header, or a newer one may have been applied, while this one waited.
        bool isCandidate = IsCandidate(header);
        NetworkFault fault = isCandidate ? CheckUnsigned(_headers, header) : CheckUnrefused(header);
        int slot = peer.Slot;
        if (fault == NetworkFault.None && !isCandidate && !isSigned)
        {
            _refused.Add(_headers, header);
            _agreements.Set(slot, Agreements.WasRefused, true);
            fault = NetworkFault.Signature;
        }

        if (fault == NetworkFault.Older)
        {
            return transfer.IsClient ? TftpResult.Ok : Refusal.Network(transfer, fault);
        }

        if (fault != NetworkFault.None)
        {
            return Refuse(transfer, fault);
        }

        ulong version = NetworkHeader.Version(_headers, header);
        _agreements.Set(slot, Agreements.HasVouched, true);
        if (version == NetworkVersion)
        {
            if (_network.IsComplete && ConstantTime.Equal(_headers, header, _network.Bytes, 0, NetworkHeader.Size))
            {
                Agree(peer);
                return transfer.File == HeadFile ? TftpResult.Ok : Refusal.Network(transfer, NetworkFault.Older);
            }

            Report(NodeEvent.Equivocation, peer, (long)version);
            return Refuse(transfer, NetworkFault.Equivocation);
        }

        if (version == _candidateVersion && !isCandidate)
        {
            Report(NodeEvent.Equivocation, peer, (long)version);
            return Refuse(transfer, NetworkFault.Equivocation);
        }

        if (!isCandidate)
        {
            Report(NodeEvent.HeaderVerified, peer, (long)version);
            if (version > _candidateVersion)
            {
                Array.Copy(_headers, header, _candidate, 0, NetworkHeader.Size);
                _candidateVersion = version;
                _pullTries = 0;
                _isBehind = false;
            }
        }

        TakeOffer(transfer, peer);
        if (transfer.File == HeadFile)
        {
            return EndOfHead(transfer, transfer.BlockLength - check.Rest);
        }

        if (_staging.Parked == transfer && TakeStaging(transfer, header))
        {
            return TakeEntries(transfer, _staging.ParkedBytes, _staging.ParkedOffset, _staging.ParkedLength, _staging.IsLastParked);
        }

        // The block that completed the header is taken when it comes again.
        check.IsVerified = true;
        check.Length -= check.Rest;
        return TftpResult.Repeat;
    }

    /// <summary>Called when a newer header is known to be signed.</summary>
    private void TakeOffer(TftpTransfer transfer, Peer peer)
    {
        int slot = peer.Slot;
        _agreements.Offered[slot] = NetworkHeader.Version(_headers, transfer.Index * NetworkHeader.Size);
        _agreements.OfferedAt[slot] = _now;
        _agreements.Set(slot, Agreements.HasVouched, true);
        if (transfer.File == HeadFile)
        {
            _due[Deadline.Pull] = Earlier(_due[Deadline.Pull], _now);
        }
    }

    private static int EndOfHead(TftpTransfer transfer, int excess)
    {
        return excess == 0 ? TftpResult.Ok : Refusal.Network(transfer, NetworkFault.TrailingBytes);
    }

    // There is one staging buffer. Who is silent gives it up, an older version to a newer one, and a guest to anyone else.
    private bool TakeStaging(TftpTransfer transfer, int header)
    {
        TftpTransfer owner = _staging.Owner;
        if (owner != null && owner != transfer)
        {
            ulong version = NetworkHeader.Version(_headers, header);
            ulong held = NetworkHeader.Version(_headers, owner.Index * NetworkHeader.Size);
            bool isBetter = version > held || (version == held && !IsOfGuest(transfer) && IsOfGuest(owner));
            if (!isBetter && !_staging.IsSilent(_now))
            {
                return false;
            }

            _tftp.Abort(owner, TftpError.NotDefined);
        }

        return _staging.Begin(_headers, header, transfer, _now) == NetworkFault.None;
    }

    // One block is parked, a member's rather than a guest's.
    private void Park(TftpTransfer transfer, byte[] data, int offset, int count, bool last)
    {
        if (transfer.File == NetworkFileTag)
        {
            bool mayEvict = _staging.Parked != null && IsOfGuest(_staging.Parked) && !IsOfGuest(transfer);
            _staging.Park(transfer, data, offset, count, last, mayEvict);
        }
    }

    private bool IsOfGuest(TftpTransfer transfer)
    {
        Peer peer = PeerOf(transfer);
        return peer == null || peer.IsProvisional;
    }

    private int TakeEntries(TftpTransfer transfer, byte[] data, int offset, int count, bool last)
    {
        if (_staging.Owner != transfer)
        {
            return TftpResult.Aborted;
        }

        NetworkFault fault = _staging.Append(data, offset, count, _now);
        if (fault == NetworkFault.None && last)
        {
            fault = IsPast(_staging.Expires) ? NetworkFault.Expired : _staging.Complete();
        }

        if (fault != NetworkFault.None)
        {
            Report(NodeEvent.NetworkRefused, PeerOf(transfer), (long)fault);
            return Refusal.Network(transfer, fault);
        }

        if (last)
        {
            Apply(PeerOf(transfer), _now);
        }

        return TftpResult.Ok;
    }

    private int Refuse(TftpTransfer transfer, NetworkFault fault)
    {
        Report(NodeEvent.HeaderRefused, PeerOf(transfer), (long)fault);
        return Refusal.Network(transfer, fault);
    }

    // Members first; guests in turn, those with no refused header first.
    private int NextCheck(long now)
    {
        int best = -1;
        int bestRank = int.MaxValue;
        for (int i = 0; i < _checks.Length; i++)
        {
            if (!_checks[i].IsWaiting)
            {
                continue;
            }

            if (CheckDueOf(i) > now)
            {
                continue;
            }

            Peer peer = PeerOf(_tftp.At(i));
            int rank = peer == null || IsMember(peer) ? 0 : _agreements.Is(peer.Slot, Agreements.WasRefused) ? 2 : 1;
            if (rank < bestRank || (rank == bestRank && _checks[i].WaitsSince < _checks[best].WaitsSince))
            {
                best = i;
                bestRank = rank;
            }
        }

        return best;
    }

    private void ScheduleCheck()
    {
        for (int i = 0; i < _checks.Length; i++)
        {
            if (_checks[i].IsWaiting)
            {
                long due = CheckDueOf(i);
                _due[Deadline.Check] = Earlier(_due[Deadline.Check], due > _now ? due : _now);
            }
        }
    }

    // A header that needs no signature check any more, since another transfer has brought it, waits for nothing.
    private long CheckDueOf(int place)
    {
        Peer peer = PeerOf(_tftp.At(place));
        if (peer == null || IsCandidate(place * NetworkHeader.Size))
        {
            return _now;
        }

        return _agreements.CheckedAt[peer.Slot] + (IsMember(peer) ? MemberCheckInterval : GuestCheckInterval);
    }

    private bool IsCandidate(int header)
    {
        return _candidateVersion != 0 && ConstantTime.Equal(_headers, header, _candidate, 0, NetworkHeader.Size);
    }
}
