using System;
using System.Security.Cryptography;
using System.Text;

namespace Spore.Hostsim.Uapi;

/// <summary>
/// Lines of an answer, in one buffer. There are secrets among them, so nothing of it is left in memory.
/// </summary>
internal sealed class UapiText : IDisposable
{
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>What was written so far; only valid until more is.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Writes a line that holds no secret.</summary>
    /// <param name="line">The line, in ASCII, without its end.</param>
    public void Line(string line)
    {
        Span<byte> room = Reserve(line.Length + 1);
        Encoding.ASCII.GetBytes(line, room);
        room[line.Length] = (byte)'\n';
    }

    /// <summary>Writes a line with a key.</summary>
    /// <param name="name">What stands before the equals sign.</param>
    /// <param name="key">The key.</param>
    public void Key(string name, ReadOnlySpan<byte> key)
    {
        Span<byte> room = Reserve(name.Length + 1 + (2 * key.Length) + 1);
        Encoding.ASCII.GetBytes(name, room);
        room[name.Length] = (byte)'=';
        Convert.TryToHexStringLower(key, room[(name.Length + 1)..], out _);
        room[^1] = (byte)'\n';
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_buffer);
    }

    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length - _length < size)
        {
            byte[] larger = new byte[Math.Max(2 * _buffer.Length, _length + size)];
            _buffer.CopyTo(larger, 0);
            CryptographicOperations.ZeroMemory(_buffer);
            _buffer = larger;
        }

        _length += size;
        return _buffer.AsSpan(_length - size, size);
    }
}
