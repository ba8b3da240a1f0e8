using System;
using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

/// <summary>
/// The staging buffer. A network is received into it. In the memory that this leaves, inner packets wait for a session.
/// At its end the block is parked that followed a header whose signature is being checked, or a snapshot of status or a
/// proof lies.
/// </summary>
internal sealed class Staging
{
    private readonly Tunnel _tunnel;
    private int _parking;
    private NetworkFile _file;
    private TftpTransfer _parked;
    private int _parkedLength;
    private bool _isLastParked;

    /// <summary>Makes an empty buffer, in which packets wait.</summary>
    /// <param name="file">The memory for a network.</param>
    /// <param name="tunnel">The tunnel whose packets wait in it.</param>
    /// <param name="parking">
    /// The bytes to keep free of packets, for a block that is parked, a snapshot or a proof.
    /// </param>
    internal Staging(NetworkFile file, Tunnel tunnel, int parking)
    {
        _file = file;
        _tunnel = tunnel;
        _parking = parking;
        End();
    }

    /// <summary>The transfer whose network, or whose part of it, is being received, or null.</summary>
    internal TftpTransfer Owner { get; set; }

    /// <summary>When the network that is being received expires, in Unix seconds; 0 for never.</summary>
    internal long Expires
    {
        get { return _file.Expires; }
    }

    /// <summary>The network that is being received; to be read only when it is complete.</summary>
    internal NetworkFile Received
    {
        get { return _file; }
    }

    /// <summary>The number of bytes at the end of the buffer in which no packets wait.</summary>
    internal int ParkingSpace
    {
        get { return _parking < _file.Bytes.Length / 2 ? _parking : _file.Bytes.Length / 2; }
    }

    /// <summary>The buffer whose end that is.</summary>
    internal byte[] ParkingBytes
    {
        get { return _file.Bytes; }
    }

    /// <summary>Where the space for parking starts in the buffer.</summary>
    internal int ParkingOffset
    {
        get { return _file.Bytes.Length - ParkingSpace; }
    }

    /// <summary>Whether nothing is parked, and no network is received.</summary>
    internal bool IsFree
    {
        get { return _parked == null && _file.IsEmpty; }
    }

    /// <summary>Called when a network is to be received. Packets wait behind it where there is memory.</summary>
    /// <param name="header">A buffer with its header, which was checked.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="owner">The transfer, or null where the operator gives the network.</param>
    /// <returns>What is wrong with it; then packets wait again.</returns>
    internal NetworkFault Begin(byte[] header, int offset, TftpTransfer owner)
    {
        int length = NetworkHeader.HeadSize(header, offset) + NetworkHeader.EntriesLength(header, offset);
        bool fits = length > 0 && length < ParkingOffset;
        _tunnel.QueueIn(fits ? _file.Bytes : null, length, fits ? ParkingOffset - length : 0);
        _parked = null;
        NetworkFault fault = _file.Begin(header, offset);
        if (fault != NetworkFault.None)
        {
            End();
            return fault;
        }

        Owner = owner;
        return NetworkFault.None;
    }

    /// <summary>Called when a part of a network is to be received. Packets that wait are dropped.</summary>
    /// <param name="head">A buffer with its head, whose signatures have verified.</param>
    /// <param name="offset">Where it starts.</param>
    internal void BeginPart(byte[] head, int offset)
    {
        _tunnel.QueueIn(null, 0, 0);
        _parked = null;
        _file.BeginPart(head, offset);
    }

    /// <summary>Whether a part of a network is received.</summary>
    internal bool IsPart
    {
        get { return _file.IsSparse; }
    }

    /// <summary>Where a proof is received in <see cref="ParkingBytes"/>.</summary>
    internal int ProofOffset
    {
        get { return IsPart ? _file.FreeOffset : ParkingOffset; }
    }

    /// <summary>The length of the largest proof that can be received, in bytes.</summary>
    internal int ProofSpace
    {
        get { return IsPart ? _file.FreeSize : ParkingSpace; }
    }

    /// <summary>Called when bytes of the entries have arrived.</summary>
    /// <returns>What is wrong with them; then the file is empty.</returns>
    internal NetworkFault Append(byte[] data, int offset, int count)
    {
        return _file.Append(data, offset, count);
    }

    /// <summary>Called when all entries have arrived.</summary>
    /// <returns>What is wrong with the network; then the file is empty.</returns>
    internal NetworkFault Complete()
    {
        return _file.Complete();
    }

    /// <summary>Called when nothing is received any more: packets wait in the buffer again.</summary>
    internal void End()
    {
        Owner = null;
        _file.Clear();
        _tunnel.QueueIn(_file.Bytes, 0, ParkingOffset);
    }

    /// <summary>
    /// Called when the network that was received is applied: the memory of the one before it becomes the buffer.
    /// </summary>
    /// <returns>The network that was received.</returns>
    internal NetworkFile Exchange(NetworkFile applied)
    {
        NetworkFile received = _file;
        _file = applied;
        if (received.IsSparse && _parking < EntryProof.MaxSize)
        {
            // From now on proofs are received here.
            _parking = EntryProof.MaxSize;
        }

        End();
        return received;
    }

    /// <summary>
    /// Parks what followed a header, where there is free space and no other block. Without it the block is accepted
    /// when the peer repeats it, after some seconds.
    /// </summary>
    /// <param name="transfer">The transfer that brought it.</param>
    /// <param name="data">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="count">Its length in bytes.</param>
    /// <param name="isLast">Whether it ends the file.</param>
    /// <param name="mayEvict">Whether another parked block gives way.</param>
    internal void Park(TftpTransfer transfer, byte[] data, int offset, int count, bool isLast, bool mayEvict)
    {
        if ((_parked == null || mayEvict) && _file.IsEmpty && count <= ParkingSpace)
        {
            Array.Copy(data, offset, _file.Bytes, _file.Bytes.Length - count, count);
            _parked = transfer;
            _parkedLength = count;
            _isLastParked = isLast;
        }
    }

    /// <summary>The transfer whose block is parked, or null.</summary>
    internal TftpTransfer Parked
    {
        get { return _parked; }
    }

    /// <summary>Where the parked block starts in <see cref="ParkedBytes"/>.</summary>
    internal int ParkedOffset
    {
        get { return _file.Bytes.Length - _parkedLength; }
    }

    /// <summary>The buffer that holds the parked block.</summary>
    internal byte[] ParkedBytes
    {
        get { return _file.Bytes; }
    }

    /// <summary>The length of the parked block in bytes.</summary>
    internal int ParkedLength
    {
        get { return _parkedLength; }
    }

    /// <summary>Whether the parked block ends its file.</summary>
    internal bool IsLastParked
    {
        get { return _isLastParked; }
    }

    /// <summary>Called when a transfer has ended.</summary>
    internal void Closed(TftpTransfer transfer)
    {
        if (_parked == transfer)
        {
            _parked = null;
        }

        if (Owner == transfer)
        {
            End();
        }
    }
}
