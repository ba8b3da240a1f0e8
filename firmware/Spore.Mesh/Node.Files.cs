using Spore.Discovery;
using Spore.Services;
using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// The files that peers read and write, and those of peers that the application does (PROTOCOL section 8): each name has
// its owner.
public sealed partial class Node : ITftpFiles, ITftpNames
{
    /// <summary>
    /// The smallest <see cref="TftpTransfer.File"/> that the application may use, for <see cref="Files"/> and for
    /// <see cref="Read"/> and <see cref="Write"/>.
    /// </summary>
    public const int FirstFile = 16;

    /// <summary>
    /// The application's files, which members read and write by names that are none of the node's; null for none. They
    /// also take what <see cref="Read"/> reads, and give what <see cref="Write"/> writes.
    /// </summary>
    public ITftpFiles Files;

    // Null for a node that answers no requests.
    private RequestTable _requests;

    // The slot of the peer whose packet is being handled.
    private int _requester;

    /// <summary>
    /// Should be called when the node was made, by an application that answers requests: takes the memory for them.
    /// </summary>
    /// <param name="handler">What answers.</param>
    /// <param name="count">The number of requests at one time, at least 1.</param>
    /// <param name="size">The largest length of a request, and of a response, in bytes.</param>
    public void HandleRequests(IRequestHandler handler, int count, int size)
    {
        _requests = new RequestTable(handler, count, size, _tftp, _entropy);
    }

    /// <summary>Called when the response to a request is there, or when there will be none.</summary>
    /// <param name="number">The number of the request, as <see cref="IRequestHandler.Handle"/> got it.</param>
    /// <param name="response">
    /// A buffer with the response. Null where there will be none: who waits for it gets error 0, and the next request
    /// may come.
    /// </param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False, with nothing changed, if the request is gone or the response is too long.</returns>
    public bool Respond(long number, byte[] response, int offset, int length, long now)
    {
        _now = now;
        return _requests != null && _requests.Respond(number, response, offset, length, now);
    }

    /// <summary>
    /// Should be called when the verdict is there for which a method of <see cref="Files"/> returned
    /// <see cref="TftpResult.Wait"/>. Changes nothing if the transfer waits for none.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">As for <see cref="TftpService.Resume"/>.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Resume(TftpTransfer transfer, int result, long now)
    {
        _now = now;
        _tftp.Resume(transfer, result, now);
    }

    /// <summary>
    /// Sends an error to the peer and ends the transfer. Changes nothing if it is not active. A method of
    /// <see cref="Files"/> may call it.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">The error to send, and the result to close with.</param>
    public void Abort(TftpTransfer transfer, int result)
    {
        _tftp.Abort(transfer, result);
    }

    /// <summary>Begins to read a peer's file.</summary>
    /// <param name="key">A buffer with the public key of a member or of a configured peer.</param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <param name="name">
    /// The file's name there, at most <see cref="TftpTransfer.MaxNameLength"/> ASCII characters.
    /// </param>
    /// <param name="file">The <see cref="TftpTransfer.File"/> of <see cref="Files"/> that takes it.</param>
    /// <param name="maxSize">The largest size to accept, in bytes.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// The transfer; null where no transfer slot is free, or there is no session yet: the node then asks for one.
    /// </returns>
    public TftpTransfer Read(byte[] key, int keyOffset, string name, int file, int maxSize, long now)
    {
        Peer peer = Reach(key, keyOffset, now);
        return peer == null ? null : Opened(
            _tftp.StartRead(
                LinkLocal, 0, _slots.LinkLocals, PeerSlots.LinkLocal(peer.Slot), name, file, maxSize, now),
            peer);
    }

    /// <summary>Begins to write a file to a peer.</summary>
    /// <param name="key">A buffer with the public key of a member or of a configured peer.</param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <param name="name">
    /// The file's name there, at most <see cref="TftpTransfer.MaxNameLength"/> ASCII characters.
    /// </param>
    /// <param name="file">The <see cref="TftpTransfer.File"/> of <see cref="Files"/> that gives it.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="wantsResponse">Whether to ask for a response, as with the file <c>request</c>.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>As <see cref="Read"/>.</returns>
    public TftpTransfer Write(
        byte[] key, int keyOffset, string name, int file, int size, bool wantsResponse, long now)
    {
        Peer peer = Reach(key, keyOffset, now);
        return peer == null ? null : Opened(
            _tftp.StartWrite(
                LinkLocal,
                0,
                _slots.LinkLocals,
                PeerSlots.LinkLocal(peer.Slot),
                name,
                file,
                size,
                wantsResponse,
                now),
            peer);
    }

    int ITftpFiles.OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        transfer.Peer = _requester;
        Peer peer = _sync.PeerOf(transfer);
        if (peer == null || !IsServed(transfer.Peer, peer.IsProvisional))
        {
            return TftpResult.Later;
        }

        bool isMember = HasRights(peer);
        if (Ascii.IsSame(name, offset, length, _statusName))
        {
            return isMember ? OpenStatus(transfer) : Refusal.MembersOnly(transfer);
        }

        long response = TftpOptions.ParseResponseName(name, offset, length);
        int result;
        if (response != 0)
        {
            peer.CopyPublicKey(_key, 0);
            result = _requests == null
                ? TftpError.FileNotFound
                : _requests.OpenRead(transfer, response, _key, _now);
        }
        else if (Files != null && isMember && !NetworkSync.IsName(name, offset, length))
        {
            return Files.OpenRead(transfer, name, offset, length);
        }
        else
        {
            result = _sync.OpenRead(transfer, isMember, name, offset, length, _now);
        }

        bool isOpened = result == TftpResult.Ok || result == TftpResult.Wait;
        return isOpened && transfer.Mode == TftpMode.Netascii ? Refusal.NotText(transfer) : result;
    }

    int ITftpFiles.OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        transfer.Peer = _requester;
        Peer peer = _sync.PeerOf(transfer);
        if (peer == null || !IsServed(transfer.Peer, peer.IsProvisional))
        {
            return TftpResult.Later;
        }

        if (RequestTable.IsRequest(name, offset, length))
        {
            peer.CopyPublicKey(_key, 0);
            return _requests == null || !HasRights(peer)
                ? Refusal.NotWritable(transfer)
                : _requests.OpenWrite(transfer, _key, _now);
        }

        return Files != null && HasRights(peer) && !NetworkSync.IsName(name, offset, length)
            ? Files.OpenWrite(transfer, name, offset, length)
            : _sync.OpenWrite(transfer, name, offset, length);
    }

    void ITftpFiles.Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        if (RequestTable.Owns(transfer))
        {
            _requests.Read(transfer, position, buffer, offset, count);
        }
        else if (transfer.File >= FirstFile)
        {
            Files.Read(transfer, position, buffer, offset, count);
        }
        else if (transfer.File == NetworkSync.SnapshotTag)
        {
            ReadSnapshot(position, buffer, offset, count);
        }
        else
        {
            _sync.Read(transfer.File, position, buffer, offset, count);
        }
    }

    int ITftpFiles.Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        if (RequestTable.Owns(transfer))
        {
            return _requests.Write(transfer, position, data, offset, count);
        }

        if (transfer.File >= FirstFile)
        {
            return Files.Write(transfer, position, data, offset, count, last);
        }

        return NetworkSync.IsProof(transfer)
            ? _sync.WriteProof(transfer, data, offset, count, last, _now)
            : _sync.Write(transfer, data, offset, count, last, _now);
    }

    void ITftpFiles.Closed(TftpTransfer transfer, int result)
    {
        if (result == TftpResult.Timeout)
        {
            TransferTimedOut(transfer, _now);
        }

        if (RequestTable.Owns(transfer))
        {
            _requests.Closed(transfer, result, _now);
        }
        else if (transfer.File >= FirstFile)
        {
            Files.Closed(transfer, result);
        }

        _sync.Closed(transfer, result, _now);
    }

    int ITftpNames.EmitRest(TftpTransfer transfer, byte[] buffer, int offset)
    {
        int end = transfer.File < FirstFile ? _sync.EmitRest(transfer, buffer, offset) : offset;
        if (end == NetworkSync.IsAddress)
        {
            if (_sync.IsWantedIpv6)
            {
                _place.SetIpv6(_sync.Wanted, 0, 0, 0);
            }
            else
            {
                _place.SetIpv4(_sync.Wanted, 0, 0);
            }

            _status.Begin(buffer, offset, StatusText.LongestAddress, false);
            _status.AddAddress(_place);
            end = _status.Length + offset;
        }

        return end;
    }

    private static TftpTransfer Opened(TftpTransfer transfer, Peer peer)
    {
        if (transfer != null)
        {
            transfer.Peer = peer.Slot;
        }

        return transfer;
    }

    // Finds the session with a member or a configured peer; where there is none, asks for it.
    private Peer Reach(byte[] key, int offset, long now)
    {
        _now = now;
        Peer peer = _tunnel.FindSlot(key, offset);
        int entry = _applied.Find(key, offset);
        if (peer == null && entry >= 0 && entry != _applied.OwnEntry)
        {
            peer = OpenMember(entry, true, now);
        }
        else if (peer == null)
        {
            _sync.NeedEntry(key, offset, now);
        }

        if (peer != null && !peer.HasSession(now))
        {
            _tunnel.Initiate(peer, now);
            return null;
        }

        return peer;
    }
}
