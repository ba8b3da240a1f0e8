using System;
using Spore.Tftp;

namespace Spore.Mesh;

// The file "status": this node, as text (PROTOCOL section 8.3).
public sealed partial class Node
{
    // More than it can be, and less than what is left in the send buffer behind a block of that size.
    private const int StatusRoom = 256;

    private const int StatusTag = 3;

    private static readonly string _statusName = "status";

    // A number stands where a '#' is, in the order of StatusNumber; the state is one of the words. Text in one
    // piece takes least memory.
    private static readonly string _statusText =
        "state=@\nversion=#\nsessions=#\nuptime=#\ndue_checks=#\ndue_secrets=#\ndue_keys=#\ndue_pairs=#\n\n";

    // In the order of NetworkState.
    private static readonly string _stateWords = "none unconfirmed witness fresh behind expired ";

    private readonly NodeIdleWork _work = new NodeIdleWork();

    /// <summary>Tells what is to be done as soon as there is time.</summary>
    /// <param name="work">Takes the numbers.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void CountIdleWork(NodeIdleWork work, long now)
    {
        work.Checks = _sync.WaitingChecks;
        _tunnel.CountWork(work, now);
    }

    // Writes the text to the end of the send buffer.
    private int WriteStatus()
    {
        byte[] buffer = _tunnel.SendBuffer;
        int start = buffer.Length - StatusRoom;
        CountIdleWork(_work, _now);
        int at = start;
        int numbers = 0;
        for (int i = 0; i < _statusText.Length; i++)
        {
            char c = _statusText[i];
            if (c == '@')
            {
                at = EmitState(buffer, at);
            }
            else if (c == '#')
            {
                at = Ascii.EmitNumber(buffer, at, StatusNumber(numbers)) - 1;
                numbers++;
            }
            else
            {
                buffer[at] = (byte)c;
                at++;
            }
        }

        return at - start;
    }

    private int EmitState(byte[] buffer, int at)
    {
        int word = (int)State(_now);
        for (int i = 0; word >= 0; i++)
        {
            char c = _stateWords[i];
            if (c == ' ')
            {
                word--;
            }
            else if (word == 0)
            {
                buffer[at] = (byte)c;
                at++;
            }
        }

        return at;
    }

    private long StatusNumber(int index)
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

    // The text may have grown or shrunk between two reads; the size that was announced stays.
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
