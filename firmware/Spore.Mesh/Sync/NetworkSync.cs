using System;
using Spore.Base;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

/// <summary>
/// How a node comes to the newest signed network, and how its peers come to it: the files <c>head</c> and
/// <c>network</c>, the checks, the applying (PROTOCOL sections 7.4, 7.5 and 8.1). Read PROTOCOL section 8 first.
/// </summary>
internal sealed partial class NetworkSync
{
    /// <summary>The <see cref="TftpTransfer.File"/> of <c>head</c>.</summary>
    internal const int HeadTag = 1;

    /// <summary>The <see cref="TftpTransfer.File"/> of <c>network</c>.</summary>
    internal const int NetworkTag = 2;

    private const long Never = long.MaxValue;

    private static readonly string _headName = "head";
    private static readonly string _networkName = "network";

    private readonly INetworkSyncHost _host;
    private readonly AppliedNetwork _applied;
    private readonly NetworkLimits _limits;
    private readonly ulong _floor;
    private readonly WallClock _clock;
    private readonly Jitter _jitter;
    private readonly Tunnel _tunnel;
    private readonly TftpService _tftp;
    private readonly byte[] _publicKey;
    private readonly byte[] _linkLocal;
    private readonly byte[] _linkLocals;
    private readonly long[] _due;
    private readonly int _first;
    private readonly Staging _staging;

    /// <summary>Makes a sync without a network and takes all memory that it will ever use.</summary>
    /// <param name="host">The node.</param>
    /// <param name="applied">The applied network, empty.</param>
    /// <param name="limits">What the node can hold.</param>
    /// <param name="parking">The bytes of the staging buffer to keep free of packets.</param>
    /// <param name="turnTime">The length of a turn in the first round, in milliseconds.</param>
    /// <param name="passed">The number of peers to remember that let a turn pass.</param>
    /// <param name="floor">The oldest network version that the node may accept.</param>
    /// <param name="clock">The wall clock.</param>
    /// <param name="jitter">The randomness of intervals.</param>
    /// <param name="verifier">The verifier of heads.</param>
    /// <param name="hash">The hash to compute with; it can be shared with what is not at work during a call.</param>
    /// <param name="tunnel">The tunnel.</param>
    /// <param name="tftp">The service for transfers, whose files call the methods below.</param>
    /// <param name="publicKey">The node's public key, 32 bytes.</param>
    /// <param name="linkLocal">The node's link-local address, 16 bytes.</param>
    /// <param name="linkLocals">The link-local addresses of the tunnel's slots, 16 bytes each.</param>
    /// <param name="due">The node's deadlines, in milliseconds on the monotonic clock.</param>
    /// <param name="first">The index of the first <see cref="SyncDeadline"/> among them.</param>
    internal NetworkSync(
        INetworkSyncHost host,
        AppliedNetwork applied,
        NetworkLimits limits,
        int parking,
        int turnTime,
        int passed,
        ulong floor,
        WallClock clock,
        Jitter jitter,
        HeadVerifier verifier,
        Blake2s hash,
        Tunnel tunnel,
        TftpService tftp,
        byte[] publicKey,
        byte[] linkLocal,
        byte[] linkLocals,
        long[] due,
        int first)
    {
        _host = host;
        _applied = applied;
        _limits = limits;
        _floor = floor;
        _clock = clock;
        _jitter = jitter;
        _verifier = verifier;
        _tunnel = tunnel;
        _tftp = tftp;
        _publicKey = publicKey;
        _linkLocal = linkLocal;
        _linkLocals = linkLocals;
        _due = due;
        _first = first;
        _path = new AuditPath(applied.File.Tree);
        _levels = limits.KeepsHashes ? new MerkleLevels(hash, limits.NetworkEntries) : null;
        _staging = new Staging(new NetworkFile(applied.File), tunnel, parking);
        _refused = new HeadMemory(hash, _sought);
        _verified = new HeadMemory(hash, _sought);
        _turns = new Turns(tunnel.Peers.Length, passed);
        _turnTime = turnTime;
        Agreements = new Agreements(tunnel.Peers.Length);
        _heads = new byte[tftp.Capacity * NetworkHeader.MaxHeadSize];
        _checks = new HeaderCheck[tftp.Capacity];
        for (int i = 0; i < _checks.Length; i++)
        {
            _checks[i] = new HeaderCheck();
        }
    }

    /// <summary>Whether a name is that of <c>head</c>, <c>network</c> or a proof.</summary>
    internal static bool IsName(byte[] name, int offset, int length)
    {
        return Ascii.IsSame(name, offset, length, _headName)
            || Ascii.IsSame(name, offset, length, _networkName)
            || IsProofName(name, offset, length);
    }

    /// <summary>Called when a peer asks to read a file.</summary>
    /// <param name="transfer">The transfer, which knows the slot of its peer.</param>
    /// <param name="isMember">Whether the peer is a member.</param>
    /// <param name="name">A buffer with the name.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>As <see cref="ITftpFiles.OpenRead"/>.</returns>
    internal int OpenRead(TftpTransfer transfer, bool isMember, byte[] name, int offset, int length, long now)
    {
        if (Ascii.IsSame(name, offset, length, _headName))
        {
            transfer.File = HeadTag;
            transfer.Size = _applied.File.HeadSize;
            return _applied.Standing != Standing.None && ServesHead ? TftpResult.Ok : TftpError.FileNotFound;
        }

        bool isWhole = _applied.Standing != Standing.None && !_applied.IsSparse;
        if (isWhole && Ascii.IsSame(name, offset, length, _networkName))
        {
            transfer.File = NetworkTag;
            transfer.Size = _applied.File.Length;
            return isMember ? TftpResult.Ok : Refusal.MembersOnly(transfer);
        }

        return IsProofName(name, offset, length) && _applied.Standing != Standing.None
            ? OpenProof(transfer, isMember, name, offset, length, now)
            : TftpError.FileNotFound;
    }

    /// <summary>Called when a peer asks to write a file.</summary>
    /// <param name="transfer">The transfer, which knows the slot of its peer.</param>
    /// <param name="name">A buffer with the name.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>As <see cref="ITftpFiles.OpenWrite"/>.</returns>
    internal int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        // A header is checked before the block after it is accepted.
        transfer.LargestWindow = 1;
        if (Ascii.IsSame(name, offset, length, _headName))
        {
            transfer.File = HeadTag;
            return TftpResult.Ok;
        }

        if (!Ascii.IsSame(name, offset, length, _networkName))
        {
            return OpenWrittenProof(transfer, name, offset, length);
        }

        transfer.File = NetworkTag;
        return transfer.Size > MostBytes ? Refusal.Network(transfer, NetworkFault.TooLarge) : TftpResult.Ok;
    }

    /// <summary>Called when a block of <c>head</c>, <c>network</c> or a proof is to be sent.</summary>
    /// <param name="tag">The <see cref="TftpTransfer.File"/>.</param>
    /// <param name="position">Where it starts in the file, in bytes.</param>
    /// <param name="buffer">The buffer to fill.</param>
    /// <param name="offset">Where in it.</param>
    /// <param name="count">The number of bytes.</param>
    internal void Read(int tag, int position, byte[] buffer, int offset, int count)
    {
        if (tag == ProofTag)
        {
            Array.Copy(_staging.ParkingBytes, _staging.ParkingOffset + position, buffer, offset, count);
            return;
        }

        if (tag == OwnServedTag || tag == OwnGivenTag)
        {
            ReadOwnProof(position, buffer, offset, count);
            return;
        }

        if (IsFromLevels(tag))
        {
            ReadFromLevels(tag - FirstLevelsTag, position, buffer, offset, count);
            return;
        }

        // Transfers are aborted when the network changes, so these are the bytes of the file that was opened.
        Array.Copy(_applied.File.Bytes, position, buffer, offset, count);
    }

    /// <summary>
    /// Called when a block of <c>head</c> or <c>network</c> has arrived. The first 144 or 256 bytes are the head.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="data">The buffer that holds the block.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="count">Its length in bytes.</param>
    /// <param name="last">Whether it ends the file.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>As <see cref="ITftpFiles.Write"/>.</returns>
    internal int Write(TftpTransfer transfer, byte[] data, int offset, int count, bool last, long now)
    {
        HeaderCheck check = _checks[transfer.Index];
        int taken = 0;
        int head = HeadOffset(transfer.Index);
        if (check.Length < HeadSize(head, check))
        {
            taken = Collect(head, check, data, offset, count);
            if (check.Length < HeadSize(head, check))
            {
                return last ? Refuse(transfer, NetworkFault.Truncated) : TftpResult.Ok;
            }

            check.Rest = taken;
            int verdict = JudgeHeader(transfer, check, now);
            if (verdict != TftpResult.Ok)
            {
                if (verdict == TftpResult.Wait && transfer.File == NetworkTag)
                {
                    Park(transfer, data, offset + taken, count - taken, last);
                }

                return verdict;
            }
        }

        return transfer.File == HeadTag
            ? EndOfHead(transfer, count - taken)
            : TakeEntries(transfer, data, offset + taken, count - taken, last, now);
    }

    /// <summary>Called when a transfer has ended, of these files or of another.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">As in <see cref="ITftpFiles.Closed"/>.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void Closed(TftpTransfer transfer, int result, long now)
    {
        _checks[transfer.Index].Clear();
        if (_checking == transfer.Index)
        {
            _checking = -1;
            ScheduleCheck(now);
        }

        _staging.Closed(transfer);
        if (transfer == _turn)
        {
            TurnEnded(transfer, result, now);
        }
        else if (IsProof(transfer))
        {
            ProofClosed(transfer, result, now);
        }
        else if (transfer.File == OwnGivenTag && result == TftpResult.Ok)
        {
            Agreements.Set(transfer.Peer, Agreements.WantsProof, true);
        }
        else if (transfer.IsClient
            && !transfer.IsSender
            && transfer.File == HeadTag
            && result == TftpError.FileNotFound)
        {
            Peer peer = PeerOf(transfer);
            if (peer != null)
            {
                Agreements.Set(peer.Slot, Agreements.WantsWrite, _applied.Standing != Standing.None);
            }
        }

        // A transfer slot is free again.
        SetDue(SyncDeadline.Exchange, now);
    }

    /// <summary>
    /// Called when the operator gives a network file. It is verified as one of a peer is, and applied at once.
    /// </summary>
    /// <param name="file">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>What is wrong with it; then nothing has changed, but for a network that was being received.</returns>
    internal NetworkFault Load(byte[] file, int offset, int length, long now)
    {
        NetworkFault fault = CheckLoaded(file, offset, length, now);
        if (fault != NetworkFault.None || IsApplied(file, offset))
        {
            return fault;
        }

        fault = _staging.Begin(file, offset, null);
        if (fault == NetworkFault.None)
        {
            int head = NetworkHeader.HeadSize(file, offset);
            fault = _staging.Append(file, offset + head, length - head);
        }

        if (fault == NetworkFault.None)
        {
            fault = _staging.Complete();
        }

        if (fault != NetworkFault.None)
        {
            _staging.End();
            return fault;
        }

        _hasAuthority = true;
        Apply(null, now);
        return NetworkFault.None;
    }

    // Verifies the head of the operator's file at once, and ends what is being received. A network that is applied
    // already needs nothing more.
    private NetworkFault CheckLoaded(byte[] file, int offset, int length, long now)
    {
        if (length < NetworkHeader.Size || length < NetworkHeader.HeadSize(file, offset))
        {
            return NetworkFault.Truncated;
        }

        NetworkFault fault = CheckUnsigned(file, offset, now);
        if (fault != NetworkFault.None)
        {
            return fault;
        }

        if (!VerifyAtOnce(file, offset))
        {
            return NetworkFault.Signature;
        }

        if (IsApplied(file, offset))
        {
            if (!_applied.HasHeader(file, offset))
            {
                return NetworkFault.Equivocation;
            }

            _hasAuthority = true;
            return NetworkFault.None;
        }

        if (_applied.HasOtherCertificate(file, offset))
        {
            return NetworkFault.Equivocation;
        }

        if (_staging.Owner != null)
        {
            _tftp.Abort(_staging.Owner, TftpError.NotDefined);
        }

        AbortParkedReaders();
        AbortKeptRead();
        if (_collectUntil != 0)
        {
            // What is collected is given up, and read again where this file is refused.
            _collectUntil = 0;
            _staging.End();
            SetDue(SyncDeadline.Turn, now);
        }

        return NetworkFault.None;
    }

    private bool IsApplied(byte[] file, int offset)
    {
        return NetworkHeader.Version(file, offset) == _applied.Version;
    }

    /// <summary>The peer of a transfer, or null when it has lost its slot.</summary>
    internal Peer PeerOf(TftpTransfer transfer)
    {
        int slot = transfer.Peer;
        return slot >= 0 && _tunnel.Peers[slot].InUse ? _tunnel.Peers[slot] : null;
    }

    /// <summary>
    /// When the applied network expires, or is restored after wall time was corrected, in milliseconds on the monotonic
    /// clock.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal long ExpiryDue(long now)
    {
        if (_applied.Standing == Standing.None || _applied.File.Expires == 0)
        {
            return Never;
        }

        long left = (_applied.File.Expires * 1000) - _clock.Now(now);
        bool isExpired = _applied.Standing == Standing.Expired;
        if (left <= 0)
        {
            return isExpired ? Never : now;
        }

        return isExpired ? now : now + left;
    }

    /// <summary>
    /// Should be called when <see cref="ExpiryDue"/> has come: the applied network expires, or is restored.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void JudgeExpiry(long now)
    {
        bool isPast = _applied.Standing == Standing.Valid;
        _applied.SetExpired(isPast);
        _isReportedFresh = false;
        AbortReads();
        _host.ExpiryJudged(now);
        _host.Report(isPast ? SyncEvent.NetworkExpired : SyncEvent.NetworkRestored, null, (long)_applied.Version);
        SetDue(SyncDeadline.Freshness, now);
    }

    // Called when the staged network is complete and its root agrees. It may have expired by the words of witnesses:
    // then it expires at the next call of Advance.
    private void Apply(Peer from, long now)
    {
        bool hasNewFields = VendorFields.Differ(_applied.File, _staging.Received);
        if (_staging.IsPart)
        {
            _staging.Received.Index();
        }

        AbortParkedReaders();
        _wantedTag = 0;
        _collectUntil = 0;
        _applied.Apply(_staging.Exchange(_applied.File), _publicKey);

        if (_levels != null)
        {
            _levels.Begin(_applied.IsSparse ? 0 : _applied.File.Count);
        }

        // Nodes that apply a network together do not all ask the same witness first.
        _askedWitness = _applied.OwnEntry;
        _nextWitness = _applied.StatedWitnesses == 0 ? 0 : _publicKey[0] % _applied.StatedWitnesses;
        ulong version = _applied.Version;
        if (_candidateVersion <= version)
        {
            _candidateVersion = 0;
        }

        if (_turn != null && from != null && _turn.Peer == from.Slot)
        {
            _turns.Succeeded(IdOf(from.Slot));
            _turn = null;
        }

        _turns.Restart();
        SetDue(SyncDeadline.Turn, _candidateVersion == 0 ? Never : now);
        _candidateState = _candidateVersion == 0 ? CandidateState.None : CandidateState.Sought;
        _confirmations.Clear();
        _isReportedFresh = false;
        _clock.Follow(_applied);
        AbortReads();
        _host.NetworkApplied(from, now);
        if (from != null && IsWitness(from))
        {
            _hasAuthority = true;
        }

        _host.Report(SyncEvent.NetworkApplied, from, (long)version);
        if (hasNewFields)
        {
            _host.Report(SyncEvent.VendorFieldsChanged, null, (long)version);
        }

        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse)
            {
                AgreeAnew(peers[i], version, now);
            }
        }

        SetDue(SyncDeadline.Exchange, now);
        SetDue(SyncDeadline.Proofs, now + ProofRetry);
        if (!IsFresh(now))
        {
            SetDue(SyncDeadline.Freshness, now + _jitter.Below(LongestFirstDelay + 1));
        }
    }

    // A peer that is reading the old network would get a mixture, and one that has lost its rights what it may not.
    private void AbortReads()
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsActive && transfer.IsSender)
            {
                _tftp.Abort(transfer, TftpError.NotDefined);
            }
        }
    }

    // One block is parked, a member's rather than a guest's.
    private void Park(TftpTransfer transfer, byte[] data, int offset, int count, bool last)
    {
        if (ParkedReaders > 0)
        {
            return;
        }

        _proven = -1;
        bool mayEvict = _staging.Parked != null && IsOfGuest(_staging.Parked) && !IsOfGuest(transfer);
        _staging.Park(transfer, data, offset, count, last, mayEvict);
    }

    private int TakeEntries(TftpTransfer transfer, byte[] data, int offset, int count, bool last, long now)
    {
        if (_staging.Owner != transfer)
        {
            return TftpResult.Aborted;
        }

        ulong version = NetworkHeader.Version(_staging.Received.Bytes, 0);
        NetworkFault fault = _staging.Append(data, offset, count);
        if (fault == NetworkFault.None && last)
        {
            fault = IsPast(_staging.Expires, now) ? NetworkFault.Expired : _staging.Complete();
        }

        Peer peer = PeerOf(transfer);
        if (fault != NetworkFault.None)
        {
            // The entries are those of the network, and have more prefixes than fit.
            _overlarge = fault == NetworkFault.TooLarge ? version : _overlarge;
            _host.Report(SyncEvent.NetworkRefused, peer, (long)fault);
            return Refusal.Network(transfer, fault);
        }

        if (last)
        {
            Apply(peer, now);
        }

        return TftpResult.Ok;
    }

    // The largest network file that this node can hold, in bytes.
    private int MostBytes
    {
        get { return NetworkHeader.MaxHeadSize + _limits.NetworkBytes; }
    }

    private bool IsOfGuest(TftpTransfer transfer)
    {
        Peer peer = PeerOf(transfer);
        return peer == null || peer.IsProvisional;
    }

    private bool IsWitness(Peer peer)
    {
        return peer.Owner >= 0 && _applied.IsWitness(peer.Owner);
    }

    private long DueAt(int deadline)
    {
        return _due[_first + deadline];
    }

    private void SetDue(int deadline, long time)
    {
        _due[_first + deadline] = time;
    }

    private void BringForward(int deadline, long time)
    {
        if (time < DueAt(deadline))
        {
            SetDue(deadline, time);
        }
    }
}
