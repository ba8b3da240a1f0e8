using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Spore.Hostsim.Uapi;

/// <summary>
/// Lines from a stream, in a buffer of a fixed size. There are secrets among them, so it is wiped when it
/// is not needed any more.
/// </summary>
/// <param name="stream">The stream.</param>
internal sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>The longest line, without its end.</summary>
    public const int LongestLine = 512;

    private readonly byte[] _buffer = new byte[8 * LongestLine];
    private int _start;
    private int _end;

    /// <summary>Reads a line.</summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>
    /// The line without its end, only valid until the next call; null where the stream ends, maybe within a line.
    /// </returns>
    /// <exception cref="InvalidDataException">It is too long; nothing more can be read.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> Read(CancellationToken cancel)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0 ? _end - _start > LongestLine : length > LongestLine)
            {
                throw new InvalidDataException($"a line is longer than {LongestLine} characters");
            }

            if (length >= 0)
            {
                _start += length + 1;
                return _buffer.AsMemory(_start - length - 1, length);
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            _buffer.AsSpan(_end).Clear();
            int count = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (count == 0)
            {
                return null;
            }

            _end += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer.AsSpan().Clear();
    }
}
