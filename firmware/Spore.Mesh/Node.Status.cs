using System;
using Spore.Services;
using Spore.Tftp;

namespace Spore.Mesh;

// The file "status": the numbers in it, and the memory that its text is made in (PROTOCOL section 8.3).
public sealed partial class Node : IStatusSource
{
    private const int StatusTag = 3;

    private static readonly string _statusName = "status";

    private readonly NodeIdleWork _work = new NodeIdleWork();

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

    long IStatusSource.StatusNumber(int index)
    {
        switch (index)
        {
            case 0:
                // In this order the interpreter takes the result as signed.
                return long.MaxValue & (long)NetworkVersion;
            case 1:
                return SessionCount(_now);
            case 2:
                return _now / 1000;
            case 3:
                return _work.Checks;
            case 4:
                return _work.Secrets;
            case 5:
                return _work.Keys;
            default:
                return _work.Pairs;
        }
    }

    // The text is made at the end of the send buffer, behind a block of the largest size.
    private int WriteStatus(TftpMode mode)
    {
        byte[] buffer = _tunnel.SendBuffer;
        CountIdleWork(_work, _now);
        return StatusText.Emit(buffer, buffer.Length - StatusText.MaxSize, mode == TftpMode.Netascii, this);
    }

    // The text may have grown or shrunk between two reads; the size that was announced stays.
    private void ReadStatus(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        int start = _tunnel.SendBuffer.Length - StatusText.MaxSize;
        for (int i = WriteStatus(transfer.Mode); i < transfer.Size; i++)
        {
            _tunnel.SendBuffer[start + i] = (byte)'\n';
        }

        Array.Copy(_tunnel.SendBuffer, start + position, buffer, offset, count);
    }
}
