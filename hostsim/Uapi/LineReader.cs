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
    private bool _isInLine;

    /// <summary>Reads a line.</summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>
    /// The line without its end, only valid until the next call; null where the stream ends, maybe within a line.
    /// </returns>
    /// <exception cref="InvalidDataException">
    /// It is too long; nothing more can be read but by <see cref="Drain"/>.
    /// </exception>
    public async ValueTask<ReadOnlyMemory<byte>?> Read(CancellationToken cancel)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length < 0 ? _end - _start > LongestLine : length > LongestLine)
            {
                _isInLine = true;
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

    /// <summary>
    /// Drops lines up to an empty one, or to the end of the stream, so that a client can write all it has to.
    /// </summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="progress">Called whenever something was read.</param>
    /// <returns>The end of that.</returns>
    public async ValueTask Drain(CancellationToken cancel, Action progress)
    {
        while (true)
        {
            while (_start < _end)
            {
                bool isEnd = _buffer[_start++] == '\n';
                if (isEnd && !_isInLine)
                {
                    return;
                }

                _isInLine = !isEnd;
            }

            _start = 0;
            _end = await stream.ReadAsync(_buffer, cancel);
            progress();
            if (_end == 0)
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _buffer.AsSpan().Clear();
    }
}
