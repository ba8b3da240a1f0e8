using System;
using Spore.Tftp;

namespace Spore;

// The file "status": this node, as text (PROTOCOL section 8.3).
public sealed partial class Node
{
    // More than it can be, and less than what is left in the send buffer behind a block of that size.
    private const int StatusRoom = 256;

    private const int StatusFile = 3;

    private static readonly string _statusName = "status";
    private static readonly string[] _stateNames = { "none", "unconfirmed", "fresh", "behind", "expired" };
    private static readonly string[] _statusKeys =
    {
        "state=", "\nversion=", "\nsessions=", "\nuptime=", "\ndue_checks=", "\ndue_secrets=", "\ndue_keys=", "\ndue_pairs=",
    };

    private readonly IdleWork _work = new IdleWork();

    /// <summary>Tells what is to be done as soon as there is time.</summary>
    /// <param name="work">Takes the numbers.</param>
    /// <param name="now">The monotonic clock in milliseconds.</param>
    public void CountIdleWork(IdleWork work, long now)
    {
        work.Checks = 0;
        for (int i = 0; i < _checks.Length; i++)
        {
            work.Checks += _checks[i].IsWaiting ? 1 : 0;
        }

        _tunnel.CountWork(work, now);
    }

    // Writes the text to the end of the send buffer.
    private int WriteStatus()
    {
        byte[] buffer = _tunnel.SendBuffer;
        int start = buffer.Length - StatusRoom;
        CountIdleWork(_work, _now);
        int state = !_network.IsComplete ? 0 : _expired ? 4 : IsBehind ? 3 : IsFresh(_now) ? 2 : 1;
        int at = Ascii.Emit(buffer, start, _statusKeys[0]) - 1;
        at = Ascii.Emit(buffer, at, _stateNames[state]) - 1;
        for (int i = 1; i < _statusKeys.Length; i++)
        {
            at = Ascii.Emit(buffer, at, _statusKeys[i]) - 1;
            at = Ascii.EmitNumber(buffer, at, StatusNumber(i)) - 1;
        }

        buffer[at] = (byte)'\n';
        buffer[at + 1] = (byte)'\n';
        return at + 2 - start;
    }

    private long StatusNumber(int key)
    {
        switch (key)
        {
            case 1:
                return (long)NetworkVersion;
            case 2:
                return SessionCount(_now);
            case 3:
                return _now / 1000;
            case 4:
                return _work.Checks;
            case 5:
                return _work.Secrets;
            case 6:
                return _work.Keys;
            default:
                return _work.Pairs;
        }
    }

    // Asked again for what was sent, it may have grown or shrunk; the size that was told stays.
    private void ReadStatus(int size, int position, byte[] buffer, int offset, int count)
    {
        int start = _tunnel.SendBuffer.Length - StatusRoom;
        for (int i = WriteStatus(); i < size; i++)
        {
            _tunnel.SendBuffer[start + i] = (byte)'\n';
        }

        Array.Copy(_tunnel.SendBuffer, start + position, buffer, offset, count);
    }
}
