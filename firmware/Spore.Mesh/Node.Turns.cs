using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// Whose requests get the transfer slots when there are not enough (PROTOCOL section 8).
public sealed partial class Node
{
    // For how long a request that got no slot counts as waiting, in seconds: clients repeat theirs sooner.
    private const int RequestPatience = 8;

    // Called when a request of a peer has arrived: where all slots are held, ends a transfer that has to give way.
    private void MakeRoom(Peer peer, long now)
    {
        if (_tftp.HasServerSlot || Holds(peer.Slot) > 0)
        {
            return;
        }

        TftpTransfer transfer = FindOverstaying(peer, now);
        if (transfer == null)
        {
            _slots.Waits(peer.Slot, now);
            return;
        }

        Peer holder = _sync.PeerOf(transfer);
        if (holder != null)
        {
            _slots.AddOverstay(holder.Slot);
        }

        _tftp.Abort(transfer, TftpError.NotDefined);
    }

    // The transfer that has to give way to a peer's request: that of a guest to a member's, else the oldest one that
    // has had its time, which doubles for each peer that has overstayed it.
    private TftpTransfer FindOverstaying(Peer requester, long now)
    {
        TftpTransfer found = null;
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (!transfer.IsActive || transfer.IsClient || _sync.HasTurn(transfer))
            {
                continue;
            }

            Peer holder = _sync.PeerOf(transfer);
            if (!requester.IsProvisional && (holder == null || holder.IsProvisional))
            {
                return transfer;
            }

            int overstays = holder == null ? 0 : _slots.Overstays(holder.Slot);
            if (now - transfer.Since >= (long)_limits.SlotTime << overstays
                && (found == null || transfer.Since < found.Since))
            {
                found = transfer;
            }
        }

        return found;
    }

    // Called when a slot is there for a request of a peer: whether it gets it. A guest has one transfer at most. The
    // last slot goes to the peer that was served longest ago, of those that wait.
    private bool IsServed(int slot, bool isGuest)
    {
        bool isTurn = !isGuest || Holds(slot) == 0;
        if (isTurn && !_tftp.HasServerSlot && _slots.IsBehindAnother(slot, RequestPatience, _now))
        {
            _slots.Waits(slot, _now);
            isTurn = false;
        }

        if (isTurn)
        {
            _slots.Served(slot, _now);
        }

        return isTurn;
    }

    // The number of active transfers that a peer's requests have opened.
    private int Holds(int slot)
    {
        int count = 0;
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            count += transfer.IsActive && !transfer.IsClient && transfer.Peer == slot ? 1 : 0;
        }

        return count;
    }
}
