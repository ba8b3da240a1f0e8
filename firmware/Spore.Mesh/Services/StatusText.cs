using Spore.Base;
using Spore.Net;
using Spore.Tftp;

namespace Spore.Services;

/// <summary>
/// Writes the text of the file <c>status</c> into a buffer; what does not fit is left out. Read first: PROTOCOL section
/// 8.3.
/// </summary>
internal sealed class StatusText
{
    /// <summary>A number that is left empty.</summary>
    internal const long Unknown = -1;

    /// <summary>The length of the longest address in bytes.</summary>
    internal const int LongestAddress = 39;

    private const int KeySize = 32;

    // The line of peers that have none, with a number of four digits, and the line break behind it; in netascii.
    private const int LongestEnd = 22;
    private const int Escaped = '%';

    private static readonly string _omitted = "peers_omitted=#\n";

    private byte[] _buffer;
    private int _start;
    private int _at;
    private int _end;
    private bool _isNetascii;

    /// <summary>Whether all that was written has fitted.</summary>
    internal bool Fits { get; private set; }

    /// <summary>The length of the text so far, in bytes.</summary>
    internal int Length
    {
        get { return _at - _start; }
    }

    /// <summary>Whether there is space for the end, with as many peers as there may be.</summary>
    internal bool HasSpaceForEnd
    {
        get { return _end - _at >= LongestEnd; }
    }

    /// <summary>Called before all others: the text will be written to a buffer.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="offset">Where the text will start.</param>
    /// <param name="capacity">The number of bytes that there are for it.</param>
    /// <param name="isNetascii">Whether CR LF ends a line, instead of LF.</param>
    internal void Begin(byte[] buffer, int offset, int capacity, bool isNetascii)
    {
        _buffer = buffer;
        _start = offset;
        _at = offset;
        _end = offset + capacity;
        _isNetascii = isNetascii;
        Fits = true;
    }

    /// <summary>Ends the text before a length that it had, so that more can be written.</summary>
    /// <param name="length">The length in bytes.</param>
    internal void Truncate(int length)
    {
        _at = _start + length;
        Fits = true;
    }

    /// <summary>Writes how many peers have no line.</summary>
    /// <param name="count">Their number.</param>
    internal void AddOmitted(int count)
    {
        for (int i = 0; i < _omitted.Length; i++)
        {
            if (_omitted[i] == '#')
            {
                AddNumber(count);
            }
            else
            {
                Add(_omitted[i]);
            }
        }
    }

    /// <summary>Writes the line break that ends the text.</summary>
    internal void End()
    {
        Add('\n');
    }

    /// <summary>Writes one of several words.</summary>
    /// <param name="words">The words, each with a bar behind it.</param>
    /// <param name="word">The index of the word.</param>
    internal void AddWord(string words, int word)
    {
        for (int i = 0; word >= 0; i++)
        {
            if (words[i] == '|')
            {
                word--;
            }
            else if (word == 0)
            {
                Add(words[i]);
            }
        }
    }

    /// <summary>Writes a text.</summary>
    /// <param name="text">The text, in ASCII, or null.</param>
    internal void AddText(string text)
    {
        for (int i = 0; text != null && i < text.Length; i++)
        {
            Add(text[i]);
        }
    }

    /// <summary>Writes a number in decimal digits.</summary>
    /// <param name="value">The number, at least 0; <see cref="Unknown"/> writes nothing.</param>
    internal void AddNumber(long value)
    {
        if (value == Unknown)
        {
            return;
        }

        long unit = 1;
        while (value / unit >= 10)
        {
            unit *= 10;
        }

        for (; unit > 0; unit /= 10)
        {
            Add((char)('0' + (int)(value / unit % 10)));
        }
    }

    /// <summary>
    /// Writes the revision of a network version; in another epoch than 0 the epoch and a dot before it.
    /// </summary>
    /// <param name="version">The version.</param>
    internal void AddVersion(ulong version)
    {
        // In this order the interpreter takes the results as signed.
        long epoch = 0xFFFFL & (long)(version >> 48);
        if (epoch != 0)
        {
            AddNumber(epoch);
            Add('.');
        }

        AddNumber(0xFFFFFFFFFFFFL & (long)version);
    }

    /// <summary>Writes a public key in lower-case digits.</summary>
    /// <param name="key">The key, 32 bytes.</param>
    internal void AddKey(byte[] key)
    {
        if (_end - _at < 2 * KeySize)
        {
            _at = _end;
            Fits = false;
            return;
        }

        _at = Ascii.EmitHex(_buffer, _at, key);
    }

    /// <summary>
    /// Writes a label. Spaces separate the parts of a line, so they and what is not printable are written as in a URI
    /// (RFC 3986 section 2.1).
    /// </summary>
    /// <param name="bytes">A buffer with the label.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    internal void AddLabel(byte[] bytes, int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            int c = bytes[offset + i];
            if (c > ' ' && c != Escaped && c != 0x7F)
            {
                Add((char)c);
            }
            else
            {
                Add('%');
                AddDigits(c >> 4);
                AddDigits(c & 15);
            }
        }
    }

    /// <summary>Writes an endpoint, <c>A:P</c> or <c>[A]:P</c>; nothing for an unknown one.</summary>
    /// <param name="endpoint">The endpoint.</param>
    internal void AddEndpoint(Endpoint endpoint)
    {
        if (!endpoint.IsKnown)
        {
            return;
        }

        if (!endpoint.IsIpv4)
        {
            Add('[');
        }

        AddAddress(endpoint);
        if (!endpoint.IsIpv4)
        {
            if (endpoint.Zone != 0)
            {
                Add('%');
                AddNumber(endpoint.Zone);
            }

            Add(']');
        }

        Add(':');
        AddNumber(endpoint.Port);
    }

    /// <summary>Writes the address of an endpoint, without its zone: dotted, or as RFC 5952.</summary>
    /// <param name="endpoint">The endpoint.</param>
    internal void AddAddress(Endpoint endpoint)
    {
        if (endpoint.IsIpv4)
        {
            // In this order the interpreter takes the result as signed.
            long address = 0xFFFFFFFFL & (long)endpoint.AddressLow;
            for (int shift = 24; shift >= 0; shift -= 8)
            {
                AddNumber((address >> shift) & 0xFF);
                if (shift > 0)
                {
                    Add('.');
                }
            }
        }
        else
        {
            AddIpv6(endpoint);
        }
    }

    // RFC 5952: the longest run of zero groups is written as "::", the first of several.
    private void AddIpv6(Endpoint endpoint)
    {
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < Ipv6.AddressSize / 2; i++)
        {
            int length = 0;
            while (i + length < Ipv6.AddressSize / 2 && Group(endpoint, i + length) == 0)
            {
                length++;
            }

            if (length > runLength)
            {
                runStart = i;
                runLength = length;
            }
        }

        for (int i = 0; i < Ipv6.AddressSize / 2; i++)
        {
            if (i == runStart)
            {
                Add(':');
                Add(':');
                i += runLength - 1;
                continue;
            }

            if (i > 0 && i != runStart + runLength)
            {
                Add(':');
            }

            AddDigits(Group(endpoint, i));
        }
    }

    private static int Group(Endpoint endpoint, int index)
    {
        ulong half = index < 4 ? endpoint.AddressHigh : endpoint.AddressLow;
        return (int)(0xFFFFL & (long)(half >> (48 - (16 * (index & 3)))));
    }

    // Hexadecimal digits without leading zeros.
    private void AddDigits(int value)
    {
        int shift = 0;
        while (value >> shift > 15)
        {
            shift += 4;
        }

        for (; shift >= 0; shift -= 4)
        {
            int digit = (value >> shift) & 15;
            Add((char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
    }

    /// <summary>Writes a character of ASCII.</summary>
    /// <param name="c">The character.</param>
    internal void Add(char c)
    {
        if (c == '\n' && _isNetascii)
        {
            AddByte('\r');
        }

        AddByte(c);
    }

    private void AddByte(char c)
    {
        if (_at == _end)
        {
            Fits = false;
            return;
        }

        _buffer[_at] = (byte)c;
        _at++;
    }
}
