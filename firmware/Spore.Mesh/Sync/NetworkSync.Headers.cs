using System;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

// Heads that transfers bring: all checks, and the signatures, of which those of one head are checked at a time
// (PROTOCOL section 7.4).
internal sealed partial class NetworkSync
{
    // The shortest time between two checks of a signature for one member, and for one guest, in milliseconds. It
    // doubles with each refusal, up to the longest.
    private const long MemberCheckInterval = 10000;
    private const long GuestCheckInterval = 30000;
    private const long LongestCheckInterval = 600000;

    private readonly HeadVerifier _verifier;
    private readonly HeadMemory _refused;
    private readonly HeadMemory _verified;

    // The heads that transfers bring, by transfer.
    private readonly byte[] _heads;
    private readonly HeaderCheck[] _checks;
    private readonly byte[] _candidate = new byte[NetworkHeader.MaxHeadSize];
    private ulong _candidateVersion;
    private CandidateState _candidateState;

    // The index of the transfer whose signature is being checked, or -1.
    private int _checking = -1;

    /// <summary>Whether a signature is being checked.</summary>
    internal bool IsChecking
    {
        get { return _checking >= 0; }
    }

    /// <summary>When a signature may be checked next, in milliseconds on the monotonic clock.</summary>
    internal long CheckDue
    {
        get { return DueAt(SyncDeadline.Check); }
    }

    /// <summary>The number of headers that wait until their signature is checked.</summary>
    internal int WaitingChecks
    {
        get
        {
            int count = 0;
            for (int i = 0; i < _checks.Length; i++)
            {
                count += _checks[i].State == HeaderState.Waiting ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>
    /// Should be called off the packet path when <see cref="CheckDue"/> has come, while the tunnel multiplies nothing:
    /// begins to check a signature.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void BeginCheck(long now)
    {
        SetDue(SyncDeadline.Check, Never);
        int next = NextCheck(now);
        if (next >= 0)
        {
            int header = HeadOffset(next);
            Peer peer = PeerOf(_tftp.At(next));
            if (peer != null && !IsVerified(header) && CheckUnrefused(header, now) == NetworkFault.None)
            {
                Agreements.CheckedAt[peer.Slot] = now;
                _verifier.Begin(_heads, header, IsCertified(_heads, header));
                _checking = next;
                return;
            }

            EndCheck(next, false, now);
        }

        ScheduleCheck(now);
    }

    /// <summary>Should be called while <see cref="IsChecking"/>: does one slice of the work.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void ContinueCheck(long now)
    {
        if (_verifier.Step())
        {
            return;
        }

        int checkedTransfer = _checking;
        _checking = -1;
        EndCheck(checkedTransfer, _verifier.Finish(), now);
        ScheduleCheck(now);
    }

    // Copies what the block holds of the head. A repeated block may differ from the one whose signature was checked.
    private int Collect(int head, HeaderCheck check, byte[] data, int offset, int count)
    {
        int taken = 0;
        int missing = HeadSize(head, check) - check.Length;
        while (missing > 0 && taken < count)
        {
            int part = missing < count - taken ? missing : count - taken;
            int at = head + check.Length;
            if (check.State == HeaderState.Verified && !ConstantTime.Equal(_heads, at, data, offset + taken, part))
            {
                check.State = HeaderState.Open;
            }

            Array.Copy(data, offset + taken, _heads, at, part);
            check.Length += part;
            taken += part;
            missing = HeadSize(head, check) - check.Length;
        }

        return taken;
    }

    private static int HeadOffset(int transfer)
    {
        return transfer * NetworkHeader.MaxHeadSize;
    }

    // The header tells whether a certificate follows.
    private int HeadSize(int head, HeaderCheck check)
    {
        return check.Length < NetworkHeader.Size ? NetworkHeader.Size : NetworkHeader.HeadSize(_heads, head);
    }

    // Called when a header is whole: decides what can be decided without its signature.
    private int JudgeHeader(TftpTransfer transfer, HeaderCheck check, long now)
    {
        Peer peer = PeerOf(transfer);
        if (peer == null)
        {
            return TftpResult.Aborted;
        }

        int header = HeadOffset(transfer.Index);
        if (_applied.HasHead(_heads, header))
        {
            return Agree(transfer, peer, now);
        }

        bool isVerified = IsVerified(header);
        NetworkFault fault = isVerified ? CheckUnsigned(_heads, header, now) : CheckUnrefused(header, now);
        if (fault == NetworkFault.Older)
        {
            // The peer is the one to be informed.
            Inform(peer, !peer.IsProvisional || transfer.IsClient, now);
            return EndOfOlder(transfer);
        }

        if (fault != NetworkFault.None)
        {
            return Refuse(transfer, fault);
        }

        // While a verified header was on its way again, another one of its version may have been applied: the check
        // then reports equivocation.
        if ((!isVerified && check.State != HeaderState.Verified)
            || NetworkHeader.Version(_heads, header) == _applied.Version)
        {
            check.State = HeaderState.Waiting;
            check.WaitsSince = now;
            ScheduleCheck(now);
            return TftpResult.Wait;
        }

        TakeOffer(transfer, peer, now);
        return AfterHead(transfer, header, now);
    }

    // All checks of a header but that of its signature.
    private NetworkFault CheckUnsigned(byte[] buffer, int offset, long now)
    {
        NetworkFault fault = NetworkHeader.Check(buffer, offset);
        if (fault != NetworkFault.None)
        {
            return fault;
        }

        ulong version = NetworkHeader.Version(buffer, offset);
        if (version == 0 || version < _applied.Version)
        {
            return NetworkFault.Older;
        }

        if (version < _floor)
        {
            return NetworkFault.BelowFloor;
        }

        return IsPast(NetworkHeader.Expires(buffer, offset), now) ? NetworkFault.Expired : NetworkFault.None;
    }

    private NetworkFault CheckUnrefused(int header, long now)
    {
        NetworkFault fault = CheckUnsigned(_heads, header, now);
        return fault == NetworkFault.None && _refused.Contains(_heads, header) ? NetworkFault.AlreadyRefused : fault;
    }

    // A new network is judged without the words of witnesses.
    private bool IsPast(long expires, long now)
    {
        return expires != 0 && _clock.Own(now) >= expires * 1000;
    }

    // Verifies the operator's header within the call. A check that is under way shares the verifier: it begins anew.
    private bool VerifyAtOnce(byte[] file, int offset)
    {
        _tunnel.StopWork();
        bool isSigned = _verifier.Verify(file, offset, IsCertified(file, offset));
        if (_checking >= 0)
        {
            int header = HeadOffset(_checking);
            _verifier.Begin(_heads, header, IsCertified(_heads, header));
        }

        return isSigned;
    }

    private void EndCheck(int index, bool isSigned, long now)
    {
        TftpTransfer transfer = _tftp.At(index);
        HeaderCheck check = _checks[index];
        Peer peer = PeerOf(transfer);
        check.State = HeaderState.Open;
        int verdict = peer == null
            ? TftpResult.Aborted
            : JudgeChecked(transfer, peer, check, HeadOffset(index), isSigned, now);
        _tftp.Resume(transfer, verdict, now);
    }

    // Called when a signature has been checked. While it waited, another transfer may have brought the same header, or
    // a newer one may have been applied.
    private int JudgeChecked(TftpTransfer transfer, Peer peer, HeaderCheck check, int header, bool isSigned, long now)
    {
        bool isVerified = IsVerified(header);
        NetworkFault fault = isVerified ? CheckUnsigned(_heads, header, now) : CheckUnrefused(header, now);
        int slot = peer.Slot;
        if (fault == NetworkFault.None && !isVerified && !isSigned)
        {
            _refused.Add(_heads, header);
            Agreements.AddRefusal(slot);
            fault = NetworkFault.Signature;
        }

        if (fault == NetworkFault.Older)
        {
            return EndOfOlder(transfer);
        }

        if (fault != NetworkFault.None)
        {
            return Refuse(transfer, fault);
        }

        ulong version = NetworkHeader.Version(_heads, header);
        if (_applied.HasHeader(_heads, header))
        {
            return Agree(transfer, peer, now);
        }

        if (version == _applied.Version || _applied.HasOtherCertificate(_heads, header))
        {
            _host.Report(SyncEvent.Equivocation, peer, (long)version);
            return Refuse(transfer, NetworkFault.Equivocation);
        }

        if (!isVerified)
        {
            _verified.Add(_heads, header);
            _host.Report(SyncEvent.HeaderVerified, peer, (long)version);
        }

        if (version > _candidateVersion)
        {
            Array.Copy(_heads, header, _candidate, 0, NetworkHeader.HeadSize(_heads, header));
            _candidateVersion = version;
            _candidateState = CandidateState.Sought;
            _turns.Restart();
        }

        TakeOffer(transfer, peer, now);
        if (transfer.File == HeadTag)
        {
            return EndOfHead(transfer, transfer.BlockLength - check.Rest);
        }

        if (!IsWhole(_heads, header))
        {
            return AfterHead(transfer, header, now);
        }

        if (_staging.Parked == transfer && MayBring(transfer, header, now))
        {
            return TakeEntries(
                transfer,
                _staging.ParkedBytes,
                _staging.ParkedOffset,
                _staging.ParkedLength,
                _staging.IsLastParked,
                now);
        }

        // The block that completed the header is accepted when it comes again.
        check.State = HeaderState.Verified;
        check.Length -= check.Rest;
        return TftpResult.Repeat;
    }

    private static int EndOfHead(TftpTransfer transfer, int excess)
    {
        return excess == 0 ? TftpResult.Ok : Refusal.Network(transfer, NetworkFault.TrailingBytes);
    }

    // An own read of an older header ends well, and is followed by a write. A write of a peer is refused, and a network
    // that is older than the header which its peer has shown is a failed read.
    private static int EndOfOlder(TftpTransfer transfer)
    {
        return transfer.IsClient && transfer.File == HeadTag
            ? TftpResult.Ok
            : Refusal.Network(transfer, NetworkFault.Older);
    }

    private int Refuse(TftpTransfer transfer, NetworkFault fault)
    {
        _host.Report(SyncEvent.HeaderRefused, PeerOf(transfer), (long)fault);
        return Refusal.Network(transfer, fault);
    }

    // Members are first. Guests are in turn, those without a refused header first.
    private int NextCheck(long now)
    {
        int best = -1;
        int bestRank = int.MaxValue;
        for (int i = 0; i < _checks.Length; i++)
        {
            if (_checks[i].State != HeaderState.Waiting || CheckDueOf(i, now) > now)
            {
                continue;
            }

            Peer peer = PeerOf(_tftp.At(i));
            int rank = peer == null || peer.Owner >= 0 ? 0 : Agreements.Refusals(peer.Slot) > 0 ? 2 : 1;
            if (rank < bestRank || (rank == bestRank && _checks[i].WaitsSince < _checks[best].WaitsSince))
            {
                best = i;
                bestRank = rank;
            }
        }

        return best;
    }

    private void ScheduleCheck(long now)
    {
        for (int i = 0; i < _checks.Length; i++)
        {
            if (_checks[i].State == HeaderState.Waiting)
            {
                long due = CheckDueOf(i, now);
                BringForward(SyncDeadline.Check, due > now ? due : now);
            }
        }
    }

    // A header that another transfer has brought and that was verified there needs no check any more.
    private long CheckDueOf(int index, long now)
    {
        Peer peer = PeerOf(_tftp.At(index));
        if (peer == null || IsVerified(HeadOffset(index)))
        {
            return now;
        }

        long interval = peer.Owner >= 0 ? MemberCheckInterval : GuestCheckInterval;
        interval <<= Agreements.Refusals(peer.Slot);
        return Agreements.CheckedAt[peer.Slot] + (interval < LongestCheckInterval ? interval : LongestCheckInterval);
    }

    // Whether a head has verified before, by its bytes.
    private bool IsVerified(int header)
    {
        return _verified.Contains(_heads, header);
    }

    // Whether the certificate of a head is one that has verified already: then it is not checked again.
    private bool IsCertified(byte[] head, int offset)
    {
        return _applied.HasCertificate(head, offset)
            || (_candidateVersion != 0
                && NetworkHeader.HeadSize(_candidate, 0) == NetworkHeader.MaxHeadSize
                && ConstantTime.Equal(
                    head,
                    offset + NetworkHeader.Size,
                    _candidate,
                    NetworkHeader.Size,
                    SigningCertificate.Size));
    }
}
