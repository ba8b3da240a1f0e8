using System;
using System.Collections.Generic;
using System.Text;

namespace Spore.Tests.Nodes;

/// <summary>
/// A TFTP transfer of a <c>Stranger</c>, in blocks of 512 bytes, without options. It repeats a block that is not
/// acknowledged, and gives up after half a minute.
/// </summary>
internal sealed class StrangerTransfer(
    int localPort, int remotePort, bool isSender, Action<StrangerTransfer, byte[]> send, Action<Action> later)
{
    // Ten in a second. Without an end those of an hour would come to hundreds of datagrams a second.
    private const int MostRepetitions = 300;

    private int _block;
    private int _blockSize = 512;

    public int LocalPort { get; } = localPort;

    public int RemotePort { get; private set; } = remotePort;

    public string Name { get; init; } = string.Empty;

    public List<byte> Content { get; init; } = [];

    public bool IsDone { get; private set; }

    /// <summary>Whether anything has come back.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>The error's code, or null when there was none.</summary>
    public int? Error { get; private set; }

    public string ErrorText { get; private set; } = string.Empty;

    /// <summary>The number of the block after which nothing more is said.</summary>
    public int SilentAfter { get; init; } = int.MaxValue;

    /// <summary>Blocks sent, each repetition counted.</summary>
    public int BlocksSent { get; private set; }

    /// <summary>Whether the file is there whole.</summary>
    public bool IsComplete => IsDone && Error is null;

    public static byte[] Request(int opcode, string name, params string[] options) =>
        [
            0,
            (byte)opcode,
            .. Encoding.Latin1.GetBytes(name + "\0octet\0" + string.Concat(Array.ConvertAll(options, o => o + "\0"))),
        ];

    /// <summary>Answers a peer's request: by the first block, or by the acknowledgment of none.</summary>
    public void Begin()
    {
        if (isSender)
        {
            SendBlock(1, MostRepetitions);
        }
        else
        {
            send(this, [0, 4, 0, 0]);
        }
    }

    /// <summary>Ends it without a word.</summary>
    public void Abandon() => IsDone = true;

    /// <summary>Ends it by an error of our own.</summary>
    public void GiveUp()
    {
        IsDone = true;
        send(this, [0, 5, 0, 0, 0]);
    }

    public void Take(byte[] packet, int sourcePort)
    {
        HasAnswer = true;
        int number = packet.Length >= 4 ? (packet[2] << 8) | packet[3] : -1;
        if (packet[1] == 5)
        {
            Error = number;
            ErrorText = Encoding.Latin1.GetString(packet, 4, packet.Length - 5);
            IsDone = true;
            return;
        }

        RemotePort = sourcePort;
        if (packet[1] == 6)
        {
            // A block size of one digit is all that is asked for.
            _blockSize = packet[^2] - '0';
            send(this, [0, 4, 0, 0]);
            return;
        }

        if (!isSender && packet[1] == 3 && number == _block + 1)
        {
            _block = number;
            Content.AddRange(packet[4..]);
            if (number <= SilentAfter)
            {
                send(this, [0, 4, .. packet[2..4]]);
                IsDone = packet.Length < _blockSize + 4;
            }
        }
        else if (isSender && packet[1] == 4 && number == _block)
        {
            if (_block > 0 && _block * _blockSize > Content.Count)
            {
                IsDone = true;
            }
            else
            {
                SendBlock(_block + 1, MostRepetitions);
            }
        }
    }

    private void SendBlock(int number, int repetitions)
    {
        _block = number;
        if (number <= SilentAfter)
        {
            BlocksSent++;
            int start = (number - 1) * _blockSize;
            send(
                this,
                [
                    0, 3, (byte)(number >> 8), (byte)number,
                    .. Content.GetRange(start, Math.Min(_blockSize, Content.Count - start)),
                ]);
            later(() =>
            {
                if (_block == number && !IsDone && repetitions > 0)
                {
                    SendBlock(number, repetitions - 1);
                }
            });
        }
    }
}
