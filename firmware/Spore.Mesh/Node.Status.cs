using System;
using Spore.Services;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// The file "status": what is in it, and the snapshot that its readers share (PROTOCOL section 8.3).
public sealed partial class Node
{
    // For how long a snapshot is shared while it is being read, in milliseconds. It has a few blocks.
    private const long SnapshotLifetime = 5000;

    // The number of the reason for "unconfirmed" where there is no witness to read.
    private const int NoOtherWitness = 6;

    private static readonly string _statusName = "status";

    // Each text has a number where a '#' is, a version where a '^' is, and other parts where another sign is. Text in
    // one piece takes least memory.
    private static readonly string _nodeText =
        "state=@\nreason=$\nversion=^\nsessions=#\nconfirmed_by=#\nsince_boot=#\nfirmware=!\nheap=#\nuptime=#\n"
        + "due_checks=#\ndue_secrets=#\ndue_keys=#\ndue_pairs=#\nin=#\nout=#\ninvalid=#\nreplayed=#\nlimited=#\n"
        + "dropped=#\n";

    private static readonly string _peerText = "peer=@ label=$ endpoint=! session=# version=^ in=# out=#\n";

    // In the order of NetworkState, and one more reason for being unconfirmed.
    private static readonly string _states = "none|unconfirmed|witness|fresh|behind|expired|";
    private static readonly string _reasons =
        "no network|too few witnesses read|only witness|witnesses agree|newer network refused|past its end|"
        + "no other witness|";

    private readonly NodeIdleWork _work = new NodeIdleWork();
    private readonly StatusText _status = new StatusText();

    // When the snapshot was made, in milliseconds on the monotonic clock, its length in bytes, and for which mode.
    private long _snapshotAt;
    private int _snapshotLength;
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

    /// <summary>Writes the text of the file <c>status</c>, as it is now (PROTOCOL section 8.3).</summary>
    /// <param name="buffer">Takes the text.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="capacity">The bytes that there are for it: peers that do not fit are left out.</param>
    /// <param name="isNetascii">Whether CR LF ends a line, instead of LF.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>Its length in bytes.</returns>
    public int WriteStatus(byte[] buffer, int offset, int capacity, bool isNetascii, long now)
    {
        _now = now;
        CountIdleWork(_work, now);
        _status.Begin(buffer, offset, capacity, isNetascii);
        AddNodeLines();
        int omitted = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (!peers[i].InUse)
            {
                continue;
            }

            // After each line there has to be space for the end. Behind one without space, others are not tried.
            int length = _status.Length;
            if (omitted == 0)
            {
                AddPeerLine(peers[i]);
            }

            if (omitted > 0 || !_status.Fits || !_status.HasSpaceForEnd)
            {
                _status.Truncate(length);
                omitted++;
            }
        }

        if (omitted > 0)
        {
            _status.AddOmitted(omitted);
        }

        _status.End();
        return _status.Length;
    }

    private void AddNodeLines()
    {
        NetworkState state = State(_now);
        bool hasNoWitness = state == NetworkState.Unconfirmed && _applied.OtherWitnesses == 0;
        int numbers = 0;
        for (int i = 0; i < _nodeText.Length; i++)
        {
            char c = _nodeText[i];
            switch (c)
            {
                case '@':
                    _status.AddWord(_states, (int)state);
                    break;
                case '$':
                    _status.AddWord(_reasons, hasNoWitness ? NoOtherWitness : (int)state);
                    break;
                case '^':
                    _status.AddVersion(NetworkVersion);
                    break;
                case '!':
                    _status.AddText(FirmwareVersion);
                    break;
                case '#':
                    _status.AddNumber(NodeNumber(numbers));
                    numbers++;
                    break;
                default:
                    _status.Add(c);
                    break;
            }
        }
    }

    private void AddPeerLine(Peer peer)
    {
        int numbers = 0;
        for (int i = 0; i < _peerText.Length; i++)
        {
            char c = _peerText[i];
            switch (c)
            {
                case '@':
                    peer.CopyPublicKey(_key, 0);
                    _status.AddKey(_key);
                    break;
                case '$':
                    if (peer.Owner >= 0 && _applied.FindField(peer.Owner, EntryField.Label))
                    {
                        EntryField label = _applied.Field;
                        _status.AddLabel(_applied.File.Bytes, label.ValueOffset, label.ValueLength);
                    }

                    break;
                case '^':
                    ulong version = _sync.ShownVersion(peer.Slot);
                    if (version != 0)
                    {
                        _status.AddVersion(version);
                    }

                    break;
                case '!':
                    _status.AddEndpoint(peer.Endpoint);
                    break;
                case '#':
                    _status.AddNumber(PeerNumber(peer, numbers));
                    numbers++;
                    break;
                default:
                    _status.Add(c);
                    break;
            }
        }
    }

    private long NodeNumber(int index)
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

    private long PeerNumber(Peer peer, int index)
    {
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
        transfer.Size = _snapshotLength;
        return TftpResult.Ok;
    }

    private void WriteSnapshot(TftpMode mode)
    {
        _snapshotAt = _now;
        _snapshotMode = mode;
        _snapshotLength = WriteStatus(
            _sync.SnapshotBytes,
            _sync.SnapshotOffset,
            _sync.SnapshotCapacity < _limits.StatusBytes ? _sync.SnapshotCapacity : _limits.StatusBytes,
            mode == TftpMode.Netascii,
            _now);
    }

    private void ReadSnapshot(int position, byte[] buffer, int offset, int count)
    {
        Array.Copy(_sync.SnapshotBytes, _sync.SnapshotOffset + position, buffer, offset, count);
    }
}
