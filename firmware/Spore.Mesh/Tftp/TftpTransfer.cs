using System;

namespace Spore.Tftp;

/// <summary>
/// The state of one transfer, in either role and either direction, with the timer of its last packet. Read first:
/// RFC 1350 sections 2 and 4; for the timer RFC 6298 sections 2 and 3.
/// </summary>
/// <remarks>It is a slot of a <see cref="TftpService"/>, and one transfer after another uses it.</remarks>
public sealed class TftpTransfer
{
    /// <summary>The largest length of a file name in bytes.</summary>
    public const int MaxNameLength = 128;

    /// <summary>The length of an address in bytes.</summary>
    public const int AddressSize = 16;

    /// <summary>The peer's address.</summary>
    public readonly byte[] RemoteAddress = new byte[AddressSize];

    /// <summary>The address of this node.</summary>
    public readonly byte[] LocalAddress = new byte[AddressSize];

    /// <summary>The index of the slot, from 0.</summary>
    public readonly int Index;

    /// <summary>The length in bytes of the block that waits for <see cref="TftpService.Resume"/>.</summary>
    public int BlockLength;

    /// <summary>The file, by a number that the user of the service chooses.</summary>
    public int File;

    /// <summary>The peer, by a number that the user of the service sets when the transfer opens; -1 at first.</summary>
    public int Peer;

    /// <summary>The file's size in bytes. At the receiver it is the announced size, or -1 if there was none.</summary>
    public int Size;

    /// <summary>
    /// The largest window to accept in blocks, at least 1. Its first value is the service's limit. The user of the
    /// service may lower it when the transfer opens.
    /// </summary>
    public int LargestWindow;

    /// <summary>
    /// The text of the next error packet, at most 500 bytes of ASCII. Null, as at first, means the usual text of the
    /// code.
    /// </summary>
    public string ErrorText;

    /// <summary>
    /// How often the own request is sent at most, or 0 for as often as any packet. It can be set when the transfer was
    /// started.
    /// </summary>
    public int MostRequests;

    internal readonly TftpOptions Options = new TftpOptions();
    internal string Name;
    internal TftpState State;
    internal int RequestHash;

    // The block number when a copy of the request came that was ignored, or -2.
    internal int CopiedAt;

    // The largest size to accept, in bytes.
    internal int Limit;

    // The last block before the window: at the sender the one acknowledged last, at the receiver the one received last
    // in order. Number 0 is the acknowledgment of options; -1 means that it is still to be acknowledged. Numbers do
    // not roll over: packets have their lower 16 bits.
    internal int BlockNumber;

    // At the sender the block sent last, at the receiver the block that it acknowledged last.
    internal int Edge;

    // At the receiver how far the block out of order that arrived last was ahead of BlockNumber, 0 for none. At the
    // sender 1 when an acknowledgment of BlockNumber has restarted the window.
    internal int Gap;
    internal bool IsLast;

    // How many times the last packet or window was sent, and when first and when it is due again, in milliseconds on
    // the monotonic clock.
    internal int Tries;
    internal long FirstSent;
    internal long Deadline;

    private const int Unmeasured = -1;

    // In milliseconds: 8 times the smoothed round trip, 4 times its deviation, and the retransmission timeout.
    private int _roundTrip8;
    private int _deviation4;
    private int _retransmission;

    internal TftpTransfer(int index)
    {
        Index = index;
    }

    /// <summary>The peer's port; 69 until the peer has answered the request of this side.</summary>
    public int RemotePort { get; internal set; }

    /// <summary>The port of this side.</summary>
    public int LocalPort { get; internal set; }

    /// <summary>When the peer's request was served, in milliseconds on the monotonic clock.</summary>
    public long Since { get; internal set; }

    /// <summary>Whether this side made the request.</summary>
    public bool IsClient { get; internal set; }

    /// <summary>How the bytes travel. A file read as netascii is given with its lines ended by CR LF.</summary>
    public TftpMode Mode { get; internal set; }

    /// <summary>Whether this side sends the file.</summary>
    public bool IsSender { get; internal set; }

    /// <summary>The size in bytes of each block but the last.</summary>
    public int BlockSize { get; internal set; }

    /// <summary>The number of blocks that are sent before an acknowledgment (RFC 7440).</summary>
    public int WindowSize { get; internal set; }

    /// <summary>The number of bytes that were acknowledged, or at the receiver received in order.</summary>
    public int Position { get; internal set; }

    /// <summary>
    /// The number of the response to the file that is written, or 0 where none is given. While a request opens it is
    /// <see cref="TftpOptions.WantsResponse"/> if the peer asks for a response. The files then set it.
    /// </summary>
    public long Response
    {
        get { return Options.Response; }
        set { Options.Response = value; }
    }

    /// <summary>Whether the peer ended the transfer by an error packet.</summary>
    public bool IsRefused { get; internal set; }

    /// <summary>Whether the transfer is opened and not closed.</summary>
    public bool IsActive
    {
        get
        {
            return State == TftpState.Requesting
                || State == TftpState.Sending
                || State == TftpState.Receiving
                || State == TftpState.Waiting;
        }
    }

    /// <summary>Whether a block or a peer's request to read waits for <see cref="TftpService.Resume"/>.</summary>
    public bool IsWaiting
    {
        get { return State == TftpState.Waiting; }
    }

    /// <summary>Should be called when a slot is used anew: resets all state of the transfer before.</summary>
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
        MostRequests = 0;
        RequestHash = 0;
        CopiedAt = -2;
        Mode = TftpMode.Octet;
        Limit = int.MaxValue;
        LargestWindow = 1;
        BlockNumber = 0;
        Edge = 0;
        Gap = 0;
        IsLast = false;
        IsRefused = false;
        BlockSize = TftpPacket.DefaultBlockSize;
        WindowSize = 1;
        Position = 0;
        Deadline = long.MaxValue;
        _roundTrip8 = Unmeasured;
        _retransmission = TftpTiming.Initial;
    }

    /// <summary>The number of the block that ends the file, at the sender.</summary>
    internal int LastBlock
    {
        get { return (Size / BlockSize) + 1; }
    }

    internal bool IsBetween(byte[] local, int localOffset, byte[] remote, int remoteOffset)
    {
        return IsRemote(remote, remoteOffset) && IsSame(LocalAddress, local, localOffset);
    }

    internal bool IsRemote(byte[] remote, int offset)
    {
        return IsSame(RemoteAddress, remote, offset);
    }

    /// <summary>Should be called when a new packet is sent: the timer for its answer starts.</summary>
    internal void StartTimer(long now)
    {
        FirstSent = now;
        Tries = 1;
        Deadline = now + Interval();
    }

    /// <summary>Should be called when the packet is sent again because of the timer.</summary>
    internal void BackOff(long now)
    {
        int largest = Options.Timeout * 1000 > TftpTiming.Largest ? Options.Timeout * 1000 : TftpTiming.Largest;
        _retransmission = _retransmission * 2 < largest ? _retransmission * 2 : largest;
        Tries++;
        Deadline = now + Interval();
    }

    /// <summary>
    /// Should be called when the window or its acknowledgment is sent again because of what the peer has sent.
    /// </summary>
    internal void SentAgain(long now)
    {
        Tries++;
        Deadline = now + Interval();
    }

    /// <summary>
    /// Should be called when the peer has to send a block again: nothing is sent until the peer has had time to do so.
    /// </summary>
    internal void AwaitRepetition(long now)
    {
        FirstSent = now;
        Tries = TftpTiming.Tries;
        Deadline = now + TftpTiming.GiveUp;
    }

    /// <summary>
    /// Should be called when the answer to the last packet was received: measures the round trip (RFC 6298 section 2),
    /// unless the packet was sent more than once (section 3).
    /// </summary>
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
        _retransmission = timeout < TftpTiming.Smallest ? TftpTiming.Smallest
            : timeout > TftpTiming.Largest ? TftpTiming.Largest
            : timeout;
    }

    /// <summary>Should be called when options were accepted: a timeout among them replaces the measured one.</summary>
    internal void UseTimeoutOption()
    {
        if (Options.Timeout != TftpOptions.Absent)
        {
            _retransmission = Options.Timeout * 1000;
        }
    }

    // The receiver waits twice as long as the sender, because it is the sender that repeats a lost block.
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
