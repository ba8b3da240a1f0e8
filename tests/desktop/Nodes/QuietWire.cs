using System;
using Spore.Base;
using Spore.Mesh;

namespace Spore.Tests.Nodes;

/// <summary>A broadcast domain without delay for <see cref="QuietNode"/>s, in memory of its own.</summary>
internal sealed class QuietWire
{
    public const long Start = 1000;

    private const int Places = 256;
    private const int Longest = 2048;

    private readonly byte[][] _datagrams = new byte[Places][];
    private readonly int[] _lengths = new int[Places];
    private readonly Endpoint[] _to = new Endpoint[Places];
    private readonly QuietNode[] _from = new QuietNode[Places];
    private readonly byte[] _copy = new byte[Longest];
    private QuietNode[] _nodes = [];
    private int _head;
    private int _tail;

    public QuietWire()
    {
        for (int i = 0; i < Places; i++)
        {
            _datagrams[i] = new byte[Longest];
            _to[i] = new Endpoint();
        }
    }

    public long Now { get; private set; } = Start;

    public QuietNode Add(byte seed, NodeLimits? limits = null)
    {
        QuietNode node = new(seed, this, limits, Now);
        _nodes = [.. _nodes, node];
        return node;
    }

    public void Put(QuietNode from, byte[] buffer, int offset, int length, Endpoint to)
    {
        int place = _tail;
        _tail = (_tail + 1) % Places;
        if (_tail == _head)
        {
            throw new InvalidOperationException("The wire is full.");
        }

        Array.Copy(buffer, offset, _datagrams[place], 0, length);
        _lengths[place] = length;
        _to[place].CopyFrom(to);
        _from[place] = from;
    }

    /// <summary>Delivers what is under way, and what follows from it.</summary>
    public void Deliver()
    {
        while (_head != _tail)
        {
            int place = _head;
            _head = (_head + 1) % Places;
            bool broadcast = (uint)_to[place].AddressLow == uint.MaxValue;
            for (int i = 0; i < _nodes.Length; i++)
            {
                QuietNode node = _nodes[i];
                if (node != _from[place] && (broadcast || node.Endpoint.IsSame(_to[place])))
                {
                    Array.Copy(_datagrams[place], 0, _copy, 0, _lengths[place]);
                    node.Node.Receive(_copy, 0, _lengths[place], _from[place].Endpoint, Now);
                }
            }
        }
    }

    /// <summary>Lets time pass, and tells how often a node's timers fired.</summary>
    public int Run(long milliseconds)
    {
        int fired = 0;
        long end = Now + milliseconds;
        Deliver();
        for (; ; )
        {
            long next = long.MaxValue;
            for (int i = 0; i < _nodes.Length; i++)
            {
                next = Math.Min(next, _nodes[i].Node.NextDeadline);
            }

            if (next > end)
            {
                Now = end;
                return fired;
            }

            Now = Math.Max(Now, next);
            for (int i = 0; i < _nodes.Length; i++)
            {
                if (_nodes[i].Node.NextDeadline <= Now)
                {
                    _nodes[i].Node.Advance(Now);
                    fired++;
                }
            }

            Deliver();
        }
    }
}
