using System;

namespace Spore.Tests.Device;

/// <summary>A node on a wire in memory, with room for what arrives until it is its turn. It takes all its memory at construction.</summary>
internal sealed class Station : ITransport, IEntropy, INodeHost
{
    private const int Room = 8;
    private const int LargestDatagram = 1500;

    private readonly byte[][] _inbox = new byte[Room][];
    private readonly int[] _lengths = new int[Room];
    private readonly Endpoint[] _sources = new Endpoint[Room];
    private readonly Endpoint _self = new Endpoint();
    private readonly bool[] _reported = new bool[32];
    private ulong _seed;
    private int _head;
    private int _tail;

    /// <summary>Makes a station; without an identity it has no node, and is only what surrounds one.</summary>
    public Station(byte number, byte[] identity, long now)
    {
        for (int i = 0; i < Room; i++)
        {
            _inbox[i] = new byte[LargestDatagram];
            _sources[i] = new Endpoint();
        }

        _seed = (ulong)number * 7919;
        _self.SetIpv4(new byte[] { 192, 0, 2, number }, 0, 51820);
        if (identity != null)
        {
            Node = new Node(NodeLimits.Device(), identity, this, this, this, Wire.BuildTime, now);
        }
    }

    public readonly Node Node;

    public Wire Wire;

    /// <summary>The type of the last datagram sent, or -1.</summary>
    public int LastSent = -1;

    /// <summary>Packets delivered to the application.</summary>
    public int Delivered;

    /// <summary>Datagrams for which there was no room.</summary>
    public int Lost;

    public bool HasDatagram
    {
        get { return _head != _tail; }
    }

    /// <summary>The type of the datagram that is to be received next.</summary>
    public int NextType
    {
        get { return _inbox[_head % Room][0]; }
    }

    public bool Knows(NodeEvent what)
    {
        return _reported[(int)what];
    }

    public void Forget()
    {
        Array.Clear(_reported, 0, _reported.Length);
    }

    public void ReceiveNext(long now)
    {
        int at = _head % Room;
        _head++;
        Node.Receive(_inbox[at], 0, _lengths[at], _sources[at], now);
    }

    public bool IsAt(Endpoint endpoint)
    {
        return _self.IsSame(endpoint);
    }

    public void Take(byte[] buffer, int offset, int length, Station from)
    {
        if (_tail - _head == Room)
        {
            Lost++;
            return;
        }

        int at = _tail % Room;
        _tail++;
        Array.Copy(buffer, offset, _inbox[at], 0, length);
        _lengths[at] = length;
        _sources[at].CopyFrom(from._self);
    }

    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        LastSent = buffer[offset];
        Wire.Carry(this, buffer, offset, length, endpoint);
    }

    public void Fill(byte[] buffer, int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            _seed = _seed * 6364136223846793005UL + 1442695040888963407UL;
            buffer[offset + i] = (byte)(_seed >> 56);
        }
    }

    public bool Deliver(byte[] buffer, int offset, int length)
    {
        Delivered++;
        return true;
    }

    public void Report(NodeEvent what, byte[] key, int keyOffset, long value)
    {
        _reported[(int)what] = true;
    }
}
