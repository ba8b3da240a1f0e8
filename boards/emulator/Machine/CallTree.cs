using System;
using System.Collections.Generic;

namespace Spore.Emulator;

/// <summary>Who called whom, and what each call cost: a node for every chain of callers.</summary>
internal sealed class CallTree
{
    private Node[] _nodes = new Node[256];
    private int _count = 1;

    /// <summary>Makes an empty tree.</summary>
    public CallTree() => Clear();

    /// <summary>The nodes; the first is the root, and each comes after its parent.</summary>
    public ReadOnlySpan<Node> Nodes => _nodes.AsSpan(0, _count);

    /// <summary>Empties the tree.</summary>
    public void Clear()
    {
        _count = 1;
        _nodes[0] = new Node { Method = -1 };
    }

    /// <summary>Enters a method.</summary>
    /// <param name="parent">The node of its caller.</param>
    /// <param name="method">The number of the method.</param>
    /// <returns>Its node.</returns>
    public int Enter(int parent, int method)
    {
        int child = _nodes[parent].FirstChild;
        while (child != 0 && _nodes[child].Method != method)
        {
            child = _nodes[child].NextSibling;
        }

        if (child == 0)
        {
            if (_count == _nodes.Length)
            {
                Array.Resize(ref _nodes, _count * 2);
            }

            child = _count++;
            _nodes[child] = new Node { Method = method, Parent = parent, NextSibling = _nodes[parent].FirstChild };
            _nodes[parent].FirstChild = child;
        }

        _nodes[child].Calls++;
        return child;
    }

    /// <summary>Adds what was spent in a method itself.</summary>
    /// <param name="node">Its node.</param>
    /// <param name="instructions">IL instructions.</param>
    /// <param name="cost">Native instructions.</param>
    public void Spend(int node, long instructions, long cost)
    {
        _nodes[node].Instructions += instructions;
        _nodes[node].Cost += cost;
    }

    /// <summary>Sums the tree by method.</summary>
    /// <returns>For each method: calls, and what it spent itself.</returns>
    public Dictionary<int, (long Calls, long Instructions, long Cost)> ByMethod()
    {
        Dictionary<int, (long Calls, long Instructions, long Cost)> sums = [];
        foreach (Node node in Nodes[1..])
        {
            (long calls, long instructions, long cost) = sums.GetValueOrDefault(node.Method);
            sums[node.Method] = (calls + node.Calls, instructions + node.Instructions, cost + node.Cost);
        }

        return sums;
    }

    /// <summary>Sums what was spent in methods and in all that they call.</summary>
    /// <param name="isWanted">Which methods, by number.</param>
    /// <param name="isLeftOut">Methods under those that don't count, with all that they call.</param>
    /// <returns>IL instructions and native instructions.</returns>
    public Spent Under(Func<int, bool> isWanted, Func<int, bool> isLeftOut)
    {
        bool[] counts = new bool[_count];
        Spent sum = default;
        for (int i = 1; i < _count; i++)
        {
            ref Node node = ref _nodes[i];
            counts[i] = isWanted(node.Method) || (counts[node.Parent] && !isLeftOut(node.Method));
            if (counts[i])
            {
                sum += new Spent(node.Instructions, node.Cost);
            }
        }

        return sum;
    }

    /// <summary>A method under one chain of callers.</summary>
    internal struct Node
    {
        /// <summary>The number of the method, or -1 for the root.</summary>
        public int Method;

        /// <summary>The node of its caller.</summary>
        public int Parent;

        /// <summary>The first of those that it calls, or 0.</summary>
        public int FirstChild;

        /// <summary>The next that its caller calls, or 0.</summary>
        public int NextSibling;

        /// <summary>How often it was called.</summary>
        public long Calls;

        /// <summary>IL instructions of its own.</summary>
        public long Instructions;

        /// <summary>Native instructions of its own.</summary>
        public long Cost;
    }
}
