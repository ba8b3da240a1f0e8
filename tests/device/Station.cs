using System;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tftp;

namespace Spore.Tests.Device;

/// <summary>A node on a wire in memory. It takes all its memory at construction.</summary>
internal sealed class Station : ITransport, IEntropy, INodeHost, ITftpFiles
{
    private readonly bool[] _reported = new bool[64];
    private ulong _seed;

    /// <summary>Makes a station; without an identity it has no node, and is only what surrounds one.</summary>
    public Station(byte number, byte[] identity, long now)
        : this(number, identity, now, NodeLimits.Device())
    {
    }

    /// <summary>Makes a station with limits of its own.</summary>
    public Station(byte number, byte[] identity, long now, NodeLimits limits)
    {
        _seed = (ulong)number * 7919;
        Endpoint.SetIpv4(new byte[] { 192, 0, 2, number }, 0, 51820);
        if (identity != null)
        {
            Node = new Node(limits, identity, this, this, this, Wire.BuildTime, now);
            Node.Files = this;
        }
    }

    public readonly Node Node;

    /// <summary>Where it is on the wire.</summary>
    public readonly Endpoint Endpoint = new Endpoint();

    public Wire Wire;

    /// <summary>The type of the last datagram sent, or -1.</summary>
    public int LastSent = -1;

    /// <summary>Transfers of the file that have ended well.</summary>
    public int FilesTaken;

    /// <summary>Packets delivered to the application.</summary>
    public int Delivered;

    public bool Knows(NodeEvent what)
    {
        return _reported[(int)what];
    }

    public void Forget()
    {
        Array.Clear(_reported, 0, _reported.Length);
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

    public bool FindEndpoint(byte[] key, int keyOffset, byte[] name, int offset, int length, Endpoint endpoint)
    {
        return false;
    }

    /// <summary>The proofs of the stations that it has, by their numbers from 1; null for none.</summary>
    public byte[][] Proofs;

    public int FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity)
    {
        for (int i = 0; Proofs != null && i < Proofs.Length; i++)
        {
            byte[] found = Proofs[i];
            if (kind == ProofName.Entry ? IsKey(found, value) : kind == ProofName.Ipv4 && value[3] == i + 1)
            {
                Array.Copy(found, 0, proof, offset, found.Length);
                return found.Length;
            }
        }

        return 0;
    }

    private static bool IsKey(byte[] proof, byte[] key)
    {
        int i = 0;
        while (i < key.Length && proof[EntryProof.EntryOffset + NetworkEntry.KeyOffset + i] == key[i])
        {
            i++;
        }

        return i == key.Length;
    }

    public long FreeHeap()
    {
        return -1;
    }

    /// <summary>The size of the one file, in bytes; any name means it.</summary>
    public const int FileSize = 12 * 1228;

    public int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        transfer.File = Node.FirstFile;
        transfer.Size = FileSize;
        return TftpResult.Ok;
    }

    public int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        return TftpError.AccessViolation;
    }

    public void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        Array.Clear(buffer, offset, count);
    }

    public int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        return TftpResult.Ok;
    }

    public void Closed(TftpTransfer transfer, int result)
    {
        FilesTaken += result == TftpResult.Ok ? 1 : 0;
    }

    public void Report(NodeEvent what, byte[] key, int keyOffset, long value)
    {
        _reported[(int)what] = true;
    }
}
