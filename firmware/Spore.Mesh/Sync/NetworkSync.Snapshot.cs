using Spore.Tftp;

namespace Spore.Sync;

// The end of the staging buffer, which holds a snapshot of status while nothing else needs it.
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

    /// <summary>Whether a snapshot can be made: no network arrives, and no block is parked.</summary>
    internal bool HasSnapshotSpace
    {
        get { return _staging.IsFree; }
    }

    /// <summary>The number of transfers that read the snapshot.</summary>
    internal int SnapshotReaders
    {
        get
        {
            int count = 0;
            for (int i = 0; i < _tftp.Capacity; i++)
            {
                count += ReadsSnapshot(_tftp.At(i)) ? 1 : 0;
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

    /// <summary>Called when the snapshot is made anew, or its memory is needed: ends all reads of it.</summary>
    internal void AbortSnapshotReaders()
    {
        for (int i = 0; i < _tftp.Capacity; i++)
        {
            if (ReadsSnapshot(_tftp.At(i)))
            {
                _tftp.Abort(_tftp.At(i), TftpError.NotDefined);
            }
        }
    }

    private static bool ReadsSnapshot(TftpTransfer transfer)
    {
        return transfer.IsActive && !transfer.IsClient && transfer.File == SnapshotTag;
    }
}
