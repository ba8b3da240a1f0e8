using System;
using Spore.Base;
using Spore.Services;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// The file "status": what is in it, and the snapshot that its readers share (PROTOCOL section 8.3).
public sealed partial class Node : IStatusSource
{
    // For how long a snapshot is shared while it is being read, in milliseconds. It has a few blocks.
    private const long SnapshotLifetime = 5000;

    // The number of the reason for "unconfirmed" where there is no witness to read.
    private const int NoOtherWitness = 6;

    private static readonly string _statusName = "status";

    private readonly NodeIdleWork _work = new NodeIdleWork();
    private readonly StatusText _status = new StatusText();

    // When the snapshot was made, in milliseconds on the monotonic clock, and for which mode.
    private long _snapshotAt;
    private TftpMode _snapshotMode;

    /// <summary>The version of the firmware or program for <c>status</c>, in ASCII; null for none.</summary>
    public string FirmwareVersion;

    /// <summary>Counts the tasks that wait for idle time.</summary>
    /// <param name="work">Takes the numbers.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void CountIdleWork(NodeIdleWork work, long now)
    {
        work.Checks = _sync.WaitingChecks;
        _tunnel.CountWork(work, now);
    }

    int IStatusSource.StatusState
    {
        get { return (int)State(_now); }
    }

    int IStatusSource.StatusReason
    {
        get
        {
            NetworkState state = State(_now);
            return state == NetworkState.Unconfirmed && _applied.OtherWitnesses == 0 ? NoOtherWitness : (int)state;
        }
    }

    string IStatusSource.StatusFirmware
    {
        get { return FirmwareVersion; }
    }

    ulong IStatusSource.StatusVersion
    {
        get { return NetworkVersion; }
    }

    long IStatusSource.StatusNumber(int index)
    {
        switch (index)
        {
            case 0:
                return SessionCount(_now);
            case 1:
                return _sync.ConfirmedBy(_now);
            case 2:
                return _sync.ConfirmedSinceBoot;
            case 3:
                return _host.FreeHeap();
            case 4:
                return _now / 1000;
            case 5:
                return _work.Checks;
            case 6:
                return _work.Secrets;
            case 7:
                return _work.Keys;
            case 8:
                return _work.Pairs;
            case 9:
                return Counters.BytesReceived;
            case 10:
                return Counters.BytesSent;
            case 11:
                return Counters.Invalid;
            case 12:
                return Counters.Replayed;
            case 13:
                return Counters.Limited;
            default:
                return Counters.InnerDropped;
        }
    }

    byte[] IStatusSource.StatusKey(int slot)
    {
        _tunnel.Peers[slot].CopyPublicKey(_key, 0);
        return _key;
    }

    int IStatusSource.StatusLabel(int slot)
    {
        int entry = _tunnel.Peers[slot].Owner;
        return entry >= 0 && _applied.FindField(entry, EntryField.Label) ? _applied.Field.ValueLength : 0;
    }

    byte[] IStatusSource.StatusLabelBytes
    {
        get { return _applied.File.Bytes; }
    }

    int IStatusSource.StatusLabelOffset
    {
        get { return _applied.Field.ValueOffset; }
    }

    Endpoint IStatusSource.StatusEndpoint(int slot)
    {
        return _tunnel.Peers[slot].Endpoint;
    }

    ulong IStatusSource.StatusPeerVersion(int slot)
    {
        return _sync.ShownVersion(slot);
    }

    long IStatusSource.StatusPeerNumber(int slot, int index)
    {
        Peer peer = _tunnel.Peers[slot];
        switch (index)
        {
            case 0:
                return peer.HasSession(_now) ? (_now - peer.SessionSince) / 1000 : StatusText.Unknown;
            case 1:
                return peer.BytesReceived;
            default:
                return peer.BytesSent;
        }
    }

    // Called when a member opens status. Readers share a snapshot while it is young; an old one is made anew, and ends
    // the transfers of those that still read it. It lies in the staging buffer: while a network arrives there is none.
    private int OpenStatus(TftpTransfer transfer)
    {
        if (_sync.IsSnapshotRead && _now - _snapshotAt >= SnapshotLifetime)
        {
            _sync.AbortParkedReaders();
        }

        if (!_sync.IsSnapshotRead)
        {
            if (!_sync.TakeSnapshotSpace())
            {
                return TftpResult.Later;
            }

            WriteSnapshot(transfer.Mode);
        }
        else if (_snapshotMode != transfer.Mode)
        {
            return TftpResult.Later;
        }

        transfer.File = NetworkSync.SnapshotTag;
        transfer.Size = _status.Length;
        return TftpResult.Ok;
    }

    private void WriteSnapshot(TftpMode mode)
    {
        CountIdleWork(_work, _now);
        _snapshotAt = _now;
        _snapshotMode = mode;
        _status.Begin(
            _sync.SnapshotBytes,
            _sync.SnapshotOffset,
            _sync.SnapshotCapacity < _limits.StatusBytes ? _sync.SnapshotCapacity : _limits.StatusBytes,
            mode == TftpMode.Netascii);
        _status.AddNode(this);
        int omitted = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (!peers[i].InUse)
            {
                continue;
            }

            // After each line there has to be space for the end.
            int length = _status.Length;
            _status.AddPeer(this, i);
            int fitted = _status.Length;
            EndSnapshot(peers.Length);
            bool isTooLong = !_status.Fits;
            _status.Truncate(isTooLong ? length : fitted);
            omitted += isTooLong ? 1 : 0;
        }

        EndSnapshot(omitted);
    }

    private void EndSnapshot(int omitted)
    {
        if (omitted > 0)
        {
            _status.AddOmitted(omitted);
        }

        _status.End();
    }

    private void ReadSnapshot(int position, byte[] buffer, int offset, int count)
    {
        Array.Copy(_sync.SnapshotBytes, _sync.SnapshotOffset + position, buffer, offset, count);
    }
}
