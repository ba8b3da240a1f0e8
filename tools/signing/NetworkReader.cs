using System;
using System.Net;
using System.Text;
using Spore.Base;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>Reads signed network files with the code that nodes read them with.</summary>
public static class NetworkReader
{
    /// <summary>The size of the largest file that is read, in bytes. 100,000 of the largest entries fit.</summary>
    public const int SizeLimit = 128 << 20;

    private const int PieceSize = 64 * 1024;

    /// <summary>Reads a network without looking at its signature.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="progress">Where to report how far it has come, or null.</param>
    /// <returns>The network, its members in order of their keys.</returns>
    /// <exception cref="InputException">
    /// The file is not sound; it names the field, and the entry where it is one.
    /// </exception>
    public static NetworkDescription Read(byte[] bytes, string file, WorkProgress? progress = null)
    {
        NetworkFile network = Load(bytes, file, progress);
        NetworkDescription description = new()
        {
            Version = network.Version,
            Issued = network.Issued,
            Expires = network.Expires,
        };
        for (int i = 0; i < network.Count; i++)
        {
            description.Peers.Add(ReadEntry(network.Bytes, network.EntryOffset(i)));
            progress?.Report($"reading {file}", i, network.Count);
        }

        return description;
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="bytes">A buffer with the entry, which <see cref="NetworkEntry.Check"/> has accepted.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>What it says.</returns>
    public static PeerDescription ReadEntry(byte[] bytes, int offset)
    {
        PeerDescription peer = new()
        {
            PublicKey = bytes.AsSpan(offset + NetworkEntry.KeyOffset, KeyText.KeySize).ToArray(),
        };
        EntryField field = new();
        for (field.Begin(bytes, offset); field.Next();)
        {
            Take(peer, field.Type, bytes.AsSpan(field.ValueOffset, field.ValueLength));
        }

        return peer;
    }

    /// <summary>
    /// Checks all of a network: its form, its entries, its Merkle root and its signature. Whether it has
    /// expired is not looked at.
    /// </summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="trustRoot">The trust root, 32 bytes.</param>
    /// <param name="progress">Where to report how far it has come, or null.</param>
    /// <exception cref="InputException">A node would refuse it.</exception>
    public static void Verify(byte[] bytes, string file, byte[] trustRoot, WorkProgress? progress = null)
    {
        Load(bytes, file, progress);
        VerifySignatures(bytes, file, trustRoot);
    }

    /// <summary>Checks the head of a network, without its entries.</summary>
    /// <param name="bytes">The file's bytes: a head alone, or a network.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="trustRoot">The trust root, 32 bytes.</param>
    /// <exception cref="InputException">A node would refuse it.</exception>
    public static void VerifyHead(byte[] bytes, string file, byte[] trustRoot)
    {
        CheckHead(bytes, file);
        VerifySignatures(bytes, file, trustRoot);
    }

    /// <summary>Reads a network as a node holds it. Its signature is not checked.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="progress">Where to report how far it has come, or null.</param>
    /// <returns>The network, complete.</returns>
    /// <exception cref="InputException">A node would refuse it.</exception>
    public static NetworkFile Load(byte[] bytes, string file, WorkProgress? progress = null)
    {
        CheckHead(bytes, file);

        // Not before the lengths agree: memory is taken for what is there, not for what the header says.
        int head = NetworkHeader.HeadSize(bytes, 0);
        int expected = head + NetworkHeader.EntriesLength(bytes, 0);
        if (bytes.Length != expected)
        {
            throw new InputException(file, "length", $"it has {bytes.Length} bytes, and its header says {expected}");
        }

        NodeLimits limits = new()
        {
            NetworkEntries = NetworkHeader.Count(bytes, 0),
            NetworkBytes = bytes.Length,
            Prefixes = bytes.Length,
        };
        NetworkFile network = new(limits, new Blake2s());
        network.Begin(bytes, 0);
        NetworkFault fault = NetworkFault.None;
        for (int at = head; at < bytes.Length && fault == NetworkFault.None; at += PieceSize)
        {
            fault = network.Append(bytes, at, Math.Min(PieceSize, bytes.Length - at));
            progress?.Report($"checking {file}", at, bytes.Length);
        }

        if (fault != NetworkFault.None)
        {
            throw Refuse(file, $"entry {FirstFaultyEntry(bytes)}", fault);
        }

        fault = network.Complete();
        return fault switch
        {
            NetworkFault.None => network,
            NetworkFault.Root => throw Refuse(file, "Merkle root", fault),
            _ => throw Refuse(file, "header", fault),
        };
    }

    private static void CheckHead(byte[] bytes, string file)
    {
        NetworkFault fault = NetworkHeader.Check(bytes, 0);
        if (fault == NetworkFault.Truncated && !"spore-1\n"u8.StartsWith(bytes.AsSpan(0, Math.Min(bytes.Length, 8))))
        {
            // A short file of another kind should be told to be that.
            fault = NetworkFault.Magic;
        }

        if (fault != NetworkFault.None)
        {
            throw Refuse(file, "header", fault);
        }
    }

    private static void VerifySignatures(byte[] bytes, string file, byte[] trustRoot)
    {
        if (!new HeadVerifier(new Ed25519(), trustRoot, 0).Verify(bytes, 0, false))
        {
            throw Refuse(file, "signature", NetworkFault.Signature);
        }
    }

    // Counted from 1. The file itself forgets all it had when it finds a fault.
    private static int FirstFaultyEntry(byte[] bytes)
    {
        int number = 1;
        int at = NetworkHeader.HeadSize(bytes, 0);
        ReadOnlySpan<byte> previous = [];
        while (NetworkEntry.Check(bytes, at, bytes.Length - at) == NetworkFault.None)
        {
            ReadOnlySpan<byte> key = bytes.AsSpan(at + NetworkEntry.KeyOffset, KeyText.KeySize);
            if (previous.SequenceCompareTo(key) >= 0)
            {
                break;
            }

            previous = key;
            at += NetworkEntry.Length(bytes, at);
            number++;
        }

        return number;
    }

    private static InputException Refuse(string file, string field, NetworkFault fault) =>
        new(file, field, NetworkFaultText.Describe(fault));

    private static void Take(PeerDescription peer, int type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case EntryField.Prefix:
                peer.AllowedPrefixes.Add(new AllowedPrefix(new IPAddress(value[..^1]), value[^1]));
                break;

            case EntryField.EndpointAddress:
                peer.Endpoints.Add(new PeerEndpoint(new IPAddress(value[..^2]), null, (value[^2] << 8) | value[^1]));
                break;

            case EntryField.EndpointName:
                string[] parts = Encoding.ASCII.GetString(value).Split(':');
                peer.Endpoints.Add(new PeerEndpoint(null, parts[0], int.Parse(parts[1])));
                break;

            case EntryField.Label:
                peer.Label = Encoding.UTF8.GetString(value);
                break;

            case EntryField.Keepalive:
                peer.Keepalive = (value[0] << 8) | value[1];
                break;

            case EntryField.Roles:
                peer.Roles = value[0];
                break;

            case EntryField.Vendor:
                uint enterprise = (uint)BigEndian.ReadUInt32(value[..4].ToArray(), 0);
                peer.VendorFields.Add(new VendorField(enterprise, value[4..].ToArray()));
                break;

            default:
                peer.UnknownFields.Add(new UnknownField(type, value.ToArray()));
                break;
        }
    }
}
