using System;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Nodes;

namespace Spore.Fuzz;

/// <summary>
/// What is around the node: it allocates nothing, so that what is allocated is the core's, and all its chance
/// follows from its state.
/// </summary>
internal sealed class Surroundings : ITransport, INodeHost
{
    /// <summary>The datagrams that are kept until they are looked at.</summary>
    public const int Places = 16;

    private readonly byte[][] _sent = new byte[Places][];
    private readonly int[] _lengths = new int[Places];

    public Surroundings()
    {
        for (int i = 0; i < Places; i++)
        {
            _sent[i] = new byte[2048];
        }
    }

    /// <summary>What the node draws its chance from.</summary>
    public QuietEntropy Entropy { get; } = new(0x9E3779B97F4A7C15);

    /// <summary>How many datagrams the node has sent.</summary>
    public int SentCount { get; private set; }

    /// <summary>How many inner packets it has delivered.</summary>
    public int Delivered { get; private set; }

    /// <summary>How often it has told of each event.</summary>
    public int[] Events { get; } = new int[(int)Enum.GetValues<NodeEvent>().Max() + 1];

    /// <summary>A datagram of those sent last.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <returns>Its bytes.</returns>
    public byte[] Sent(int number) => _sent[number % Places].AsSpan(0, _lengths[number % Places]).ToArray();

    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        int place = SentCount % Places;
        Array.Copy(buffer, offset, _sent[place], 0, length);
        _lengths[place] = length;
        SentCount++;
    }

    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        Delivered++;
        return (Delivered & 1) == 0;
    }

    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[] name, int offset, int length, Endpoint endpoint) =>
        false;

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity) => 0;

    long INodeHost.FreeHeap() => -1;

    void INodeHost.Report(NodeEvent what, byte[] key, int keyOffset, long value) => Events[(int)what]++;
}
