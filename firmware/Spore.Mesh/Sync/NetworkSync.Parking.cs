using Spore.Tftp;

namespace Spore.Sync;

// The end of the staging buffer. While no network arrives it holds a block that is parked, a snapshot of status, or a
// proof that is served or read: what came first, for as long as it is needed.
internal sealed partial class NetworkSync
{
    /// <summary>The <see cref="TftpTransfer.File"/> of the snapshot.</summary>
    internal const int SnapshotTag = 3;

    /// <summary>The buffer that holds the snapshot.</summary>
    internal byte[] SnapshotBytes
    {
        get { return _staging.ParkingBytes; }
    }

    /// <summary>Where the snapshot starts in that buffer.</summary>
    internal int SnapshotOffset
    {
        get { return _staging.ParkingOffset; }
    }

    /// <summary>The number of bytes that there are for a snapshot.</summary>
    internal int SnapshotCapacity
    {
        get { return _staging.ParkingSpace; }
    }

    /// <summary>Called when a snapshot is to be made.</summary>
    /// <returns>Whether it can be: no network arrives, no block is parked, and nobody reads a proof.</returns>
    internal bool TakeSnapshotSpace()
    {
        if (!_staging.IsFree || ParkedReaders > 0 || IsWanting)
        {
            return false;
        }

        _proven = -1;
        return true;
    }

    /// <summary>Whether a transfer reads the snapshot.</summary>
    internal bool IsSnapshotRead
    {
        get
        {
            for (int i = 0; i < _tftp.Capacity; i++)
            {
                if (ReadsParked(_tftp.At(i), SnapshotTag))
                {
                    return true;
                }
            }

            return false;
        }
    }

    // The number of transfers that read a snapshot or a proof, or bring a proof.
    private int ParkedReaders
    {
        get
        {
            int count = 0;
            for (int i = 0; i < _tftp.Capacity; i++)
            {
                count += ReadsParked(_tftp.At(i)) ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>The version of the last network that a peer has shown, 0 for none.</summary>
    /// <param name="slot">The slot of the peer.</param>
    internal ulong ShownVersion(int slot)
    {
        return Agreements.Agrees(slot) ? _applied.Version : Agreements.Offered[slot];
    }

    /// <summary>
    /// Called when the snapshot is made anew, or the memory is needed: ends all reads of a snapshot or a proof.
    /// </summary>
    internal void AbortParkedReaders()
    {
        _proven = -1;
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            if (ReadsParked(_tftp.At(i)))
            {
                _tftp.Abort(_tftp.At(i), TftpError.NotDefined);
            }
        }
    }

    private static bool ReadsParked(TftpTransfer transfer)
    {
        return ReadsParked(transfer, SnapshotTag)
            || ReadsParked(transfer, ProofTag)
            || (transfer.IsActive && transfer.File >= PeerProofTag && transfer.File <= WrittenProofTag);
    }

    private static bool ReadsParked(TftpTransfer transfer, int tag)
    {
        return transfer.IsActive && !transfer.IsClient && transfer.File == tag;
    }
}
