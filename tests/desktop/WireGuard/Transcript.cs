using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace Spore.Tests.WireGuard;

/// <summary>
/// What two ends say, and when: "5.133 A1#2" for an initiation of A's after 5.133 s, "B2" for a response, "A4" data,
/// "B0" a keepalive; after "#" the number of the handshake that it belongs to, in the order of their initiations.
/// "A&lt;" is a packet that A takes; "A-" is when A has no keys any more.
/// </summary>
internal sealed class Transcript
{
    private readonly EndPair _pair;
    private readonly long _start;
    private readonly Dictionary<(char Who, uint Index), int> _handshakes = [];
    private readonly bool[] _hadKeys = [false, false];
    private readonly int[] _received = [0, 0];
    private int _initiations;

    public Transcript(EndPair pair)
    {
        _pair = pair;
        _start = pair.Now;
        pair.Happened = Look;
    }

    public List<(long At, string What)> Lines { get; } = [];

    /// <summary>Called with each datagram of an end.</summary>
    public void Write(IEnd end, byte[] bytes)
    {
        (char who, char other) = end == _pair.A ? ('A', 'B') : ('B', 'A');
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4));
        int handshake;
        switch (bytes[0])
        {
            case 1:
                handshake = ++_initiations;
                _handshakes[(who, first)] = handshake;
                break;
            case 2:
                handshake = _handshakes[(other, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)))];
                _handshakes[(who, first)] = handshake;
                break;
            default:
                handshake = _handshakes[(other, first)];
                break;
        }

        Lines.Add((_pair.Now - _start, $"{who}{(bytes.Length == 32 ? 0 : bytes[0])}#{handshake}"));
    }

    public override string ToString() =>
        string.Join(", ", Lines.Select(l => FormattableString.Invariant($"{l.At / 1000.0} {l.What}")));

    private void Look()
    {
        for (int i = 0; i < 2; i++)
        {
            (char who, IEnd end) = i == 0 ? ('A', _pair.A) : ('B', _pair.B);
            for (; _received[i] < end.Received.Count; _received[i]++)
            {
                Lines.Add((_pair.Now - _start, $"{who}<"));
            }

            if (_hadKeys[i] && !end.HasKeys)
            {
                Lines.Add((_pair.Now - _start, $"{who}-"));
            }

            _hadKeys[i] = end.HasKeys;
        }
    }
}
