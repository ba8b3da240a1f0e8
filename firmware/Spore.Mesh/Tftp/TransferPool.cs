using Spore.Base;

namespace Spore.Tftp;

/// <summary>
/// The slots of all transfers, and the transfer identifiers (ports) that tell them apart. Read first: RFC 1350
/// section 4.
/// </summary>
/// <remarks>
/// The pool chooses the ports, because a new port has to differ from those of the other slots. On a device an object
/// of its own for this would take 36 bytes.
/// </remarks>
internal sealed class TransferPool
{
    private const int FirstPort = 61000;
    private const int LastPort = 65535;

    private readonly TftpTransfer[] _transfers;
    private readonly IEntropy _entropy;
    private readonly byte[] _random = new byte[2];

    /// <summary>Allocates the slots.</summary>
    /// <param name="capacity">The number of slots, at least 1.</param>
    /// <param name="entropy">The entropy source for ports.</param>
    internal TransferPool(int capacity, IEntropy entropy)
    {
        _entropy = entropy;
        _transfers = new TftpTransfer[capacity];
        for (int i = 0; i < capacity; i++)
        {
            _transfers[i] = new TftpTransfer(i);
        }
    }

    /// <summary>The number of slots.</summary>
    internal int Capacity
    {
        get { return _transfers.Length; }
    }

    /// <summary>
    /// The earliest deadline of a transfer, in milliseconds on the monotonic clock; <see cref="long.MaxValue"/> if
    /// there is none.
    /// </summary>
    internal long NextDeadline
    {
        get
        {
            long next = long.MaxValue;
            for (int i = 0; i < _transfers.Length; i++)
            {
                TftpTransfer transfer = _transfers[i];
                if (transfer.State != TftpState.Free && transfer.Deadline < next)
                {
                    next = transfer.Deadline;
                }
            }

            return next;
        }
    }

    /// <summary>Returns the transfer of a slot, active or not.</summary>
    /// <param name="index">The slot, from 0.</param>
    internal TftpTransfer At(int index)
    {
        return _transfers[index];
    }

    /// <summary>Finds the transfer to which a datagram belongs by its addresses and its destination port.</summary>
    /// <returns>The transfer, or null.</returns>
    internal TftpTransfer Find(int localPort, byte[] local, int localOffset, byte[] remote, int remoteOffset)
    {
        for (int i = 0; i < _transfers.Length; i++)
        {
            TftpTransfer transfer = _transfers[i];
            if (transfer.LocalPort == localPort
                && transfer.State != TftpState.Free
                && transfer.IsBetween(local, localOffset, remote, remoteOffset))
            {
                return transfer;
            }
        }

        return null;
    }

    /// <summary>Finds the transfer that a peer's last request from a port has opened.</summary>
    /// <returns>The transfer, or null.</returns>
    internal TftpTransfer FindRequested(byte[] local, int localOffset, byte[] remote, int remoteOffset, int remotePort)
    {
        for (int i = 0; i < _transfers.Length; i++)
        {
            TftpTransfer transfer = _transfers[i];
            if (transfer.RemotePort == remotePort
                && transfer.State != TftpState.Free
                && !transfer.IsClient
                && transfer.IsBetween(local, localOffset, remote, remoteOffset))
            {
                return transfer;
            }
        }

        return null;
    }

    /// <summary>
    /// Finds a slot for a peer's request. A peer gets none while its requests hold half of all slots, or the only one.
    /// </summary>
    /// <returns>A slot to open, or null.</returns>
    internal TftpTransfer FindSlotFor(byte[] remote, int remoteOffset)
    {
        int held = 0;
        for (int i = 0; i < _transfers.Length; i++)
        {
            TftpTransfer transfer = _transfers[i];
            if (transfer.IsActive && !transfer.IsClient && transfer.IsRemote(remote, remoteOffset))
            {
                held++;
            }
        }

        int share = _transfers.Length / 2;
        return held < (share > 1 ? share : 1) ? FindSlot(false) : null;
    }

    /// <summary>
    /// Finds a slot that is free, or else the slot that has dallied longest. Own transfers and requests of peers leave
    /// each other one slot: else two nodes that write to each other would wait for each other.
    /// </summary>
    /// <param name="isClient">Whether the slot is for an own transfer, not for a request of a peer.</param>
    /// <returns>A slot to open, or null.</returns>
    internal TftpTransfer FindSlot(bool isClient)
    {
        TftpTransfer found = null;
        int sameSide = 0;
        for (int i = 0; i < _transfers.Length; i++)
        {
            TftpTransfer transfer = _transfers[i];
            if (transfer.State == TftpState.Free)
            {
                if (found == null || found.State != TftpState.Free)
                {
                    found = transfer;
                }
            }
            else if (transfer.State == TftpState.Dallying)
            {
                if (found == null || (found.State == TftpState.Dallying && transfer.Deadline < found.Deadline))
                {
                    found = transfer;
                }
            }
            else if (transfer.IsClient == isClient)
            {
                sameSide++;
            }
        }

        int most = _transfers.Length > 1 ? _transfers.Length - 1 : 1;
        return sameSide < most ? found : null;
    }

    /// <summary>The window that one more receiving transfer may have, while each other slot keeps one block.</summary>
    /// <param name="most">The largest window of a transfer, in blocks.</param>
    /// <param name="together">The largest windows of all receiving transfers, in blocks.</param>
    /// <returns>Blocks, at least 1.</returns>
    internal int WindowLeft(int most, int together)
    {
        int left = together - _transfers.Length + 1;
        for (int i = 0; i < _transfers.Length; i++)
        {
            TftpTransfer transfer = _transfers[i];
            if (transfer.IsActive && !transfer.IsSender)
            {
                int window = transfer.State == TftpState.Requesting ? transfer.Options.WindowSize : transfer.WindowSize;
                left -= window > 1 ? window - 1 : 0;
            }
        }

        return left < 1 ? 1 : left < most ? left : most;
    }

    /// <summary>Chooses a random port that no transfer has, as a transfer identifier (RFC 1350 section 4).</summary>
    /// <returns>A UDP port, 61000 to 65535.</returns>
    internal int ChoosePort()
    {
        _entropy.Fill(_random, 0, 2);
        int port = FirstPort + ((_random[0] << 8) | _random[1]) % (LastPort + 1 - FirstPort);
        while (IsInUse(port))
        {
            port = port == LastPort ? FirstPort : port + 1;
        }

        return port;
    }

    private bool IsInUse(int port)
    {
        for (int i = 0; i < _transfers.Length; i++)
        {
            if (_transfers[i].State != TftpState.Free && _transfers[i].LocalPort == port)
            {
                return true;
            }
        }

        return false;
    }
}
