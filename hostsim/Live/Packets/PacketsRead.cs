using System;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// What was read from a TUN interface at one time, to be gone through packet by packet: large TCP segments are cut, and
/// checksums that the kernel has left open are made.
/// </summary>
internal sealed class PacketsRead
{
    private const int MaxPacket = 65535;
    private const int MaxCount = 128;

    // Under load the machine has more than one large segment at a time, and each reading costs the core's lock once.
    private const int MaxLarge = 8;

    private readonly int _headerSize;
    private readonly int[] _ends = new int[MaxCount];
    private readonly TcpSegmenter _segmenter = new();
    private int _count;
    private int _next;
    private bool _isCutting;

    /// <summary>Takes the memory.</summary>
    /// <param name="headerSize">The length of the virtio header before each packet, 0 where there is none.</param>
    public PacketsRead(int headerSize)
    {
        _headerSize = headerSize;
        Buffer = new byte[MaxLarge * (headerSize + MaxPacket)];
    }

    /// <summary>The buffer that holds all of them.</summary>
    public byte[] Buffer { get; }

    /// <summary>Where the present packet starts.</summary>
    public int Offset { get; private set; }

    /// <summary>The present packet's length.</summary>
    public int Length { get; private set; }

    /// <summary>Whether there is something to go through.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Where the next packet can be read to.</summary>
    /// <returns>Enough room for any, or nothing when those that are there are to be gone through first.</returns>
    public Span<byte> Room()
    {
        int end = _count == 0 ? 0 : _ends[_count - 1];
        return _count == MaxCount || Buffer.Length - end < _headerSize + MaxPacket ? [] : Buffer.AsSpan(end);
    }

    /// <summary>Called when one has been read into the room.</summary>
    /// <param name="length">Its length, with its header.</param>
    public void Add(int length)
    {
        _ends[_count] = (_count == 0 ? 0 : _ends[_count - 1]) + length;
        _count++;
    }

    /// <summary>Goes on to the next packet; those before it are not there any more.</summary>
    /// <returns>False at the end; then it is empty.</returns>
    public bool Next()
    {
        for (; ; )
        {
            if (_isCutting && _segmenter.Next())
            {
                Offset = _segmenter.Offset;
                Length = _segmenter.Length;
                return true;
            }

            _isCutting = false;
            if (_next == _count)
            {
                _next = 0;
                _count = 0;
                return false;
            }

            int start = _next == 0 ? 0 : _ends[_next - 1];
            Offset = start + _headerSize;
            Length = _ends[_next++] - Offset;
            if (Length > 0 && Prepare(start))
            {
                return true;
            }
        }
    }

    // Whether the packet can go as it stands.
    private bool Prepare(int start)
    {
        if (_headerSize == 0)
        {
            return true;
        }

        VirtioHeader header = VirtioHeader.Read(Buffer.AsSpan(start));
        if (header.Segmentation != VirtioHeader.None)
        {
            _isCutting = header.Segmentation is VirtioHeader.Tcp4 or VirtioHeader.Tcp6
                && _segmenter.Begin(Buffer, Offset, Length, header.ChecksumStart, header.SegmentSize);
            return false;
        }

        if ((header.Flags & VirtioHeader.NeedsChecksum) != 0)
        {
            Span<byte> covered = Buffer.AsSpan(Offset, Length)[Math.Min(header.ChecksumStart, Length)..];
            if (covered.Length < header.ChecksumOffset + 2)
            {
                return false;
            }

            // The field holds the sum of the pseudo header. UDP has 0 for no checksum (RFC 768), and nobody
            // minds 0xFFFF instead.
            uint sum = VectorChecksum.Add(0, covered);
            VectorChecksum.Write(sum == 0xFFFF ? sum : ~sum, covered.Slice(header.ChecksumOffset, 2));
        }

        return true;
    }
}
