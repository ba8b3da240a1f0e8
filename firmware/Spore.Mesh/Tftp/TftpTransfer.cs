using System;

namespace Spore.Tftp;

/// <summary>One transfer of a file, by either side and in either direction. It belongs to the pool of a <see cref="TftpService"/> and is used again and again.</summary>
public sealed class TftpTransfer
{
    /// <summary>The longest name of a file in bytes.</summary>
    public const int MaxNameLength = 128;

    /// <summary>The length of the addresses in bytes.</summary>
    public const int AddressSize = 16;

    /// <summary>The peer's address.</summary>
    public readonly byte[] RemoteAddress = new byte[AddressSize];

    /// <summary>Our address.</summary>
    public readonly byte[] LocalAddress = new byte[AddressSize];

    /// <summary>The place in the pool, from 0.</summary>
    public readonly int Index;

    /// <summary>The length of the block that waits for <see cref="TftpService.Resume"/> in bytes.</summary>
    public int BlockLength;

    /// <summary>Which file it is, for the user of the service.</summary>
    public int File;

    /// <summary>The number of the peer, for the user of the service, who sets it when a transfer opens; -1 at first.</summary>
    public int Peer;

    /// <summary>The file's length in bytes; while a file arrives, what was announced, or -1.</summary>
    public int Size;

    /// <summary>The text to send with the next error in place of the usual one for its code, at most 500 bytes of ASCII; null at first.</summary>
    public string ErrorText;

    internal readonly TftpOptions Options = new TftpOptions();
    internal string Name;
    internal TftpState State;
    internal int RequestHash;
    internal int Limit;
    internal int BlockNumber;
    internal bool IsLast;
    internal int Tries;
    internal long FirstSent;
    internal long Deadline;

    private const int Unmeasured = -1;

    private int _roundTrip8;
    private int _deviation4;
    private int _retransmission;

    internal TftpTransfer(int index)
    {
        Index = index;
    }

    /// <summary>The peer's port; 69 until it has answered our request.</summary>
    public int RemotePort { get; internal set; }

    /// <summary>Our port.</summary>
    public int LocalPort { get; internal set; }

    /// <summary>Whether this side made the request.</summary>
    public bool IsClient { get; internal set; }

    /// <summary>Whether this side sends the file.</summary>
    public bool IsSender { get; internal set; }

    /// <summary>The size of all blocks but the last in bytes.</summary>
    public int BlockSize { get; internal set; }

    /// <summary>How many bytes have been acknowledged, by the peer or by us.</summary>
    public int Position { get; internal set; }

    /// <summary>Whether the peer ended it by an error.</summary>
    public bool IsRefused { get; internal set; }

    /// <summary>Whether it is under way: opened, and not closed.</summary>
    public bool IsActive
    {
        get { return State == TftpState.Requesting || State == TftpState.Sending || State == TftpState.Receiving || State == TftpState.Waiting; }
    }

    /// <summary>Whether the files' word on a block is awaited.</summary>
    public bool IsWaiting
    {
        get { return State == TftpState.Waiting; }
    }

    /// <summary>Should be called when a free slot is taken: forgets what it was used for.</summary>
    internal void Open(byte[] local, int localOffset, int localPort, byte[] remote, int remoteOffset, int remotePort)
    {
        Array.Copy(local, localOffset, LocalAddress, 0, AddressSize);
        Array.Copy(remote, remoteOffset, RemoteAddress, 0, AddressSize);
        LocalPort = localPort;
        RemotePort = remotePort;
        State = TftpState.Opening;
        Options.Clear();
        BlockLength = 0;
        File = 0;
        Peer = -1;
        Size = -1;
        ErrorText = null;
        RequestHash = 0;
        Limit = int.MaxValue;
        BlockNumber = 0;
        IsLast = false;
        IsRefused = false;
        BlockSize = TftpPacket.DefaultBlockSize;
        Position = 0;
        Deadline = long.MaxValue;
        _roundTrip8 = Unmeasured;
        _retransmission = TftpTiming.Initial;
    }

    internal bool IsBetween(byte[] local, int localOffset, byte[] remote, int remoteOffset)
    {
        return IsRemote(remote, remoteOffset) && IsSame(LocalAddress, local, localOffset);
    }

    internal bool IsRemote(byte[] remote, int offset)
    {
        return IsSame(RemoteAddress, remote, offset);
    }

    /// <summary>Should be called when a new packet goes out: its answer is awaited from now on.</summary>
    internal void StartTimer(long now)
    {
        FirstSent = now;
        Tries = 1;
        Deadline = now + Interval();
    }

    /// <summary>Should be called when the packet goes out again because of the timer.</summary>
    internal void BackOff(long now)
    {
        int largest = Options.Timeout * 1000 > TftpTiming.Largest ? Options.Timeout * 1000 : TftpTiming.Largest;
        _retransmission = _retransmission * 2 < largest ? _retransmission * 2 : largest;
        Tries++;
        Deadline = now + Interval();
    }

    /// <summary>Should be called when a block is wanted again: its sender is the one to repeat it, and is waited for as long as it may take.</summary>
    internal void AwaitRepetition(long now)
    {
        FirstSent = now;
        Tries = TftpTiming.Tries;
        Deadline = now + TftpTiming.GiveUp;
    }

    /// <summary>Should be called when the answer that was awaited is there: measures the round trip (RFC 6298 section 2), unless it is unclear which packet was answered (its section 3).</summary>
    internal void Answered(long now)
    {
        if (Tries != 1)
        {
            return;
        }

        if (Options.Timeout != TftpOptions.Absent)
        {
            _retransmission = Options.Timeout * 1000;
            return;
        }

        int sample = now - FirstSent < TftpTiming.Largest ? (int)(now - FirstSent) : TftpTiming.Largest;
        if (_roundTrip8 == Unmeasured)
        {
            _roundTrip8 = sample * 8;
            _deviation4 = sample * 2;
        }
        else
        {
            int error = sample - _roundTrip8 / 8;
            _roundTrip8 += error;
            _deviation4 += (error < 0 ? -error : error) - _deviation4 / 4;
        }

        int timeout = _roundTrip8 / 8 + _deviation4;
        _retransmission = timeout < TftpTiming.Smallest ? TftpTiming.Smallest : timeout > TftpTiming.Largest ? TftpTiming.Largest : timeout;
    }

    /// <summary>Should be called when the timeout was negotiated.</summary>
    internal void TakeTimeoutOption()
    {
        if (Options.Timeout != TftpOptions.Absent)
        {
            _retransmission = Options.Timeout * 1000;
        }
    }

    /// <summary>The receiver waits twice as long as the sender, which is the one to repeat when a block is lost.</summary>
    private int Interval()
    {
        if (Options.Timeout != TftpOptions.Absent || State != TftpState.Receiving)
        {
            return _retransmission;
        }

        return _retransmission * 2 < TftpTiming.Largest ? _retransmission * 2 : TftpTiming.Largest;
    }

    private static bool IsSame(byte[] address, byte[] other, int offset)
    {
        for (int i = 0; i < AddressSize; i++)
        {
            if (address[i] != other[offset + i])
            {
                return false;
            }
        }

        return true;
    }
}
