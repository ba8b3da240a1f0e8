using System;
using Spore.Base;

namespace Spore.Tests.Device;

/// <summary>Stations in one memory, and their time: each step is one datagram received or one set of timers.</summary>
internal sealed class Wire
{
    public const long BuildTime = 1750000000;

    /// <summary>What <see cref="Step"/> gives where timers fired: no type of a datagram.</summary>
    public const int Timers = 255;

    private const ulong AllOnes = 0xFFFFFFFF;

    // What an inner packet of the device's MTU makes.
    private const int LargestDatagram = 1280 + 32;

    private readonly Station[] _stations;

    // Datagrams under way, a ring of them.
    private readonly byte[][] _datagrams;
    private readonly int[] _lengths;
    private readonly Station[] _from;
    private readonly Station[] _to;
    private int _head;
    private int _count;

    /// <summary>Makes a wire.</summary>
    /// <param name="stations">What is on it.</param>
    /// <param name="room">How many datagrams can be under way.</param>
    public Wire(Station[] stations, int room)
    {
        _stations = stations;
        _datagrams = new byte[room][];
        _lengths = new int[room];
        _from = new Station[room];
        _to = new Station[room];
        for (int i = 0; i < room; i++)
        {
            _datagrams[i] = new byte[LargestDatagram];
        }

        for (int i = 0; i < stations.Length; i++)
        {
            stations[i].Wire = this;
        }
    }

    public const long Start = 1000;

    public long Now = Start;

    /// <summary>The station that did the last step.</summary>
    public int Actor;

    /// <summary>Datagrams for which there was no room.</summary>
    public int Lost;

    public void Run(long milliseconds)
    {
        long end = Now + milliseconds;
        while (Step(end) >= 0)
        {
        }
    }

    /// <summary>Does what comes next, up to a time.</summary>
    /// <returns>The type of the datagram received, <see cref="Timers"/>, or -1 where that time has come.</returns>
    public int Step(long end)
    {
        if (_count > 0)
        {
            return DeliverNext();
        }

        int first = 0;
        for (int i = 1; i < _stations.Length; i++)
        {
            if (_stations[i].Node.NextDeadline < _stations[first].Node.NextDeadline)
            {
                first = i;
            }
        }

        long due = _stations[first].Node.NextDeadline;
        if (due > end)
        {
            Now = end;
            return -1;
        }

        if (due > Now)
        {
            Now = due;
        }

        Actor = first;
        _stations[first].LastSent = -1;
        _stations[first].Node.Advance(Now);
        return Timers;
    }

    public void Carry(Station from, byte[] buffer, int offset, int length, Endpoint to)
    {
        bool broadcast = to.IsIpv4 && (to.AddressLow & AllOnes) == AllOnes;
        for (int i = 0; i < _stations.Length; i++)
        {
            if (_stations[i] != from && (broadcast || _stations[i].Endpoint.IsSame(to)))
            {
                Put(buffer, offset, length, from, _stations[i]);
            }
        }
    }

    private void Put(byte[] buffer, int offset, int length, Station from, Station to)
    {
        if (_count == _datagrams.Length)
        {
            Lost++;
            return;
        }

        int at = (_head + _count) % _datagrams.Length;
        _count++;
        Array.Copy(buffer, offset, _datagrams[at], 0, length);
        _lengths[at] = length;
        _from[at] = from;
        _to[at] = to;
    }

    // It stays in its place while it is received.
    private int DeliverNext()
    {
        int at = _head;
        int type = _datagrams[at][0];
        for (int i = 0; i < _stations.Length; i++)
        {
            if (_stations[i] == _to[at])
            {
                Actor = i;
            }
        }

        _to[at].LastSent = -1;
        _to[at].Node.Receive(_datagrams[at], 0, _lengths[at], _from[at].Endpoint, Now);
        _head = (_head + 1) % _datagrams.Length;
        _count--;
        return type;
    }
}
