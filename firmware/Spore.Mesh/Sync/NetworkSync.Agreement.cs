using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

// Agreement with each peer: own reads and writes of head (PROTOCOL section 8.1).
internal sealed partial class NetworkSync
{
    /// <summary>What is known of each peer's network, by slot.</summary>
    internal readonly Agreements Agreements;

    // How long an exchange of heads may take while others wait for its transfer slot, in milliseconds: longer than a
    // header waits for its check.
    private const long HeadPatience = 20000;

    // The slot of the last peer whose turn it was to exchange heads.
    private int _exchangedWith;

    /// <summary>
    /// Called when a session has come up: its initiator, and a node without a network, reads the peer's head.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="isInitiator">Whether this node initiated.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void SessionUp(Peer peer, bool isInitiator, long now)
    {
        int slot = peer.Slot;
        Agreements.SessionUp(slot);
        if (isInitiator || _applied.Standing == Standing.None || (!IsFresh(now) && IsWitness(peer)))
        {
            Agreements.Set(slot, Agreements.WantsRead, true);
        }

        WantProof(peer, now);
        if (Agreements.Is(slot, Agreements.WantsRead) || Agreements.Is(slot, Agreements.WantsWrite))
        {
            SetDue(SyncDeadline.Exchange, now);
        }
    }

    /// <summary>Called when a peer has sent a TFTP packet.</summary>
    /// <param name="peer">The peer.</param>
    internal void HeardTftp(Peer peer)
    {
        Agreements.Set(peer.Slot, Agreements.SpeaksTftp, true);
    }

    /// <summary>The number of members with a slot whose head equalled the node's own within the last hour.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal int AgreeingMembers(long now)
    {
        int count = 0;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && peers[i].Owner >= 0 && now - Agreements.AgreedAt[i] < Confirmations.Lifetime)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// Should be called when <see cref="SyncDeadline.Exchange"/> has come: begins the exchanges that are wanted, as far
    /// as transfer slots are free.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void ExchangeHeads(long now)
    {
        SetDue(SyncDeadline.Exchange, Never);
        EndSlowReads(now);
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            // The peers have turns. Otherwise one that always wants an exchange would keep the slots from the others.
            int slot = (_exchangedWith + 1) % peers.Length;
            Peer peer = peers[slot];
            if (peer.InUse && peer.HasSession(now) && !(ReadHead(slot, now) && WriteHead(slot, now)))
            {
                AwaitTransferSlot(now);
                return;
            }

            _exchangedWith = slot;
        }
    }

    // Begins to read a peer's head, if that is wanted. False when no transfer slot is free.
    private bool ReadHead(int slot, long now)
    {
        if (!Agreements.Is(slot, Agreements.WantsRead))
        {
            return true;
        }

        if (IsSilent(slot))
        {
            Agreements.Set(slot, Agreements.WantsRead, false);
            return true;
        }

        TftpTransfer transfer =
            MayExchangeHeads() ? StartRead(slot, _headName, HeadTag, NetworkHeader.MaxHeadSize, now) : null;
        Agreements.Set(slot, Agreements.WantsRead, transfer == null);
        return transfer != null;
    }

    // Begins to write the own head to a peer, if that is wanted. False when no transfer slot is free.
    private bool WriteHead(int slot, long now)
    {
        if (!Agreements.Is(slot, Agreements.WantsWrite))
        {
            return true;
        }

        if (_applied.Standing != Standing.None && !IsSilent(slot))
        {
            TftpTransfer transfer = !MayExchangeHeads() ? null : _tftp.StartWrite(
                _linkLocal,
                0,
                _linkLocals,
                slot * LinkLocalAddress.Size,
                _headName,
                HeadTag,
                _applied.File.HeadSize,
                false,
                now);
            if (transfer == null)
            {
                return false;
            }

            Begun(transfer, slot, now);
        }

        Agreements.Set(slot, Agreements.WantsWrite, false);
        return true;
    }

    private TftpTransfer StartRead(int slot, string name, int tag, int maxSize, long now)
    {
        int asked = tag >= OwnProofTag ? AskedSize(tag) : maxSize;
        TftpTransfer transfer = _tftp.StartRead(
            _linkLocal, 0, _linkLocals, slot * LinkLocalAddress.Size, name, tag, asked, now);
        if (transfer != null)
        {
            transfer.Limit = maxSize;
            Begun(transfer, slot, now);
        }

        return transfer;
    }

    private void Begun(TftpTransfer transfer, int slot, long now)
    {
        transfer.Peer = slot;
        _checks[transfer.Index].Since = now;
        BringForward(SyncDeadline.Exchange, now + _turnTime);
        if (!Agreements.Is(slot, Agreements.SpeaksTftp))
        {
            transfer.MostRequests = Agreements.Requests(slot);
            Agreements.Requested(slot);
        }
    }

    // A node without a network gives each peer the time of one turn to show its head. The time that the node itself
    // takes to check a header does not count.
    private void EndSlowReads(long now)
    {
        for (int i = 0; i < _tftp.Capacity && _applied.Standing == Standing.None; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (!IsHeadExchange(transfer) || _checks[i].State == HeaderState.Waiting)
            {
                continue;
            }

            long due = _checks[i].Since + _turnTime;
            if (due > now)
            {
                BringForward(SyncDeadline.Exchange, due);
                continue;
            }

            _turns.Passed(IdOf(transfer.Peer));
            _tftp.Abort(transfer, TftpError.NotDefined);
        }
    }

    // Called when no transfer slot is free to exchange heads: ends an exchange that takes too long, or waits for that.
    private void AwaitTransferSlot(long now)
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (IsHeadExchange(transfer))
            {
                long due = _checks[i].Since + HeadPatience;
                if (due <= now)
                {
                    _tftp.Abort(transfer, TftpError.NotDefined);
                    return;
                }

                BringForward(SyncDeadline.Exchange, due);
            }
        }
    }

    // Whether a peer has never sent a TFTP packet, and was asked often enough in this session.
    private bool IsSilent(int slot)
    {
        return !Agreements.Is(slot, Agreements.SpeaksTftp) && Agreements.Requests(slot) == 0;
    }

    // Whether the own exchanges of head may hold one more transfer slot: they hold a quarter at most, and not the last
    // free one.
    private bool MayExchangeHeads()
    {
        int free = 0;
        int held = 0;
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            free += transfer.IsActive ? 0 : 1;
            held += IsHeadExchange(transfer) ? 1 : 0;
        }

        return (held == 0 || held < _tftp.Capacity / 4) && (free > 1 || _tftp.Capacity <= 2);
    }

    private static bool IsHeadExchange(TftpTransfer transfer)
    {
        return transfer.IsActive && transfer.IsClient && transfer.File == HeadTag;
    }

    // Whether the node itself reads head or network.
    private static bool IsRead(TftpTransfer transfer)
    {
        return transfer.IsClient && !transfer.IsSender;
    }

    // Whether a peer writes network. This does not show that the peer's own node holds it: a person may have sent it
    // with curl, from a machine whose node does not.
    private static bool IsPush(TftpTransfer transfer)
    {
        return !transfer.IsClient && transfer.File == NetworkTag;
    }

    // Called when a header that a peer sent equals that of the applied network.
    private int Agree(TftpTransfer transfer, Peer peer, long now)
    {
        int slot = peer.Slot;
        bool agreed = Agreements.Agrees(slot);
        if (IsPush(transfer))
        {
            Inform(peer, !agreed && !peer.IsProvisional, now);
            return Refusal.Network(transfer, NetworkFault.Older);
        }

        Agreements.AgreedAt[slot] = now;
        Agreements.Set(slot, Agreements.WantsWrite, false);
        if (!agreed)
        {
            Agreements.Set(slot, Agreements.KeepsProof, false);
            _host.Report(SyncEvent.Agreed, peer, (long)_applied.Version);
        }

        WantProof(peer, now);
        if (IsRead(transfer))
        {
            Confirm(peer, now, now);
        }

        return transfer.File == HeadTag ? TftpResult.Ok : Refusal.Network(transfer, NetworkFault.Older);
    }

    // Has the own head written to a peer that may not know it.
    private void Inform(Peer peer, bool isWanted, long now)
    {
        if (isWanted)
        {
            Agreements.Set(peer.Slot, Agreements.WantsWrite, true);
            SetDue(SyncDeadline.Exchange, now);
        }
    }

    // Called for each peer when a network has been applied: who has shown it agrees, the others are informed.
    private void AgreeAnew(Peer peer, ulong version, long now)
    {
        int slot = peer.Slot;
        Agreements.Disagree(slot);
        Agreements.Set(slot, Agreements.KeepsProof, false);
        WantProof(peer, now);
        if (Agreements.Offered[slot] == version)
        {
            Agreements.AgreedAt[slot] = Agreements.OfferedAt[slot];
            if (Agreements.Is(slot, Agreements.WasRead))
            {
                Confirm(peer, Agreements.AgreedAt[slot], now);
            }
        }
        else if (!peer.IsProvisional && peer.HasSession(now))
        {
            Agreements.Set(slot, Agreements.WantsWrite, true);
        }
    }
}
