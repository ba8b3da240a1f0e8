using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// The files that peers read and write (PROTOCOL section 8): each name has its owner.
public sealed partial class Node : ITftpFiles
{
    // The slot of the peer whose packet is being handled.
    private int _requester;

    int ITftpFiles.OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        transfer.Peer = _requester;
        Peer peer = _sync.PeerOf(transfer);
        bool isMember = peer != null && IsMember(peer);
        if (!IsServed(transfer.Peer, peer == null || peer.IsProvisional))
        {
            return TftpResult.Later;
        }

        if (Ascii.IsSame(name, offset, length, _statusName))
        {
            transfer.File = StatusTag;
            transfer.Size = WriteStatus(transfer.Mode);
            return isMember ? TftpResult.Ok : Refusal.MembersOnly(transfer);
        }

        int result = _sync.OpenRead(transfer, isMember, name, offset, length);
        return result == TftpResult.Ok && transfer.Mode == TftpMode.Netascii ? Refusal.NotText(transfer) : result;
    }

    int ITftpFiles.OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        transfer.Peer = _requester;
        Peer peer = _sync.PeerOf(transfer);
        if (!IsServed(transfer.Peer, peer == null || peer.IsProvisional))
        {
            return TftpResult.Later;
        }

        return _sync.OpenWrite(transfer, name, offset, length);
    }

    void ITftpFiles.Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        if (transfer.File == StatusTag)
        {
            ReadStatus(transfer, position, buffer, offset, count);
        }
        else
        {
            _sync.Read(position, buffer, offset, count);
        }
    }

    int ITftpFiles.Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        return _sync.Write(transfer, data, offset, count, last, _now);
    }

    void ITftpFiles.Closed(TftpTransfer transfer, int result)
    {
        if (result == TftpResult.Timeout)
        {
            TransferTimedOut(transfer, _now);
        }

        _sync.Closed(transfer, result, _now);
    }
}
