using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Spore.Base;
using Spore.Crypto;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>Makes signed network files (PROTOCOL section 7).</summary>
public static class NetworkSigner
{
    /// <summary>Encodes a network, and signs it.</summary>
    /// <param name="network">The network, whose version is of the key's epoch.</param>
    /// <param name="key">The trust root, or a certified signing key.</param>
    /// <param name="progress">Where to report how far it has come, or null.</param>
    /// <returns>The file's bytes, which a node's own code has accepted.</returns>
    /// <exception cref="InputException">The description is not valid. One that was parsed always is.</exception>
    public static byte[] Sign(NetworkDescription network, NetworkKey key, WorkProgress? progress = null)
    {
        if (VersionText.Epoch(network.Version) != key.Epoch)
        {
            throw new InputException("network", "version", $"the key signs networks of epoch {key.Epoch} alone");
        }

        byte[] certificate = key.Certificate;
        List<byte[]> entries = [.. network.Peers.OrderBy(p => Convert.ToHexString(p.PublicKey), StringComparer.Ordinal)
            .Select(EntryBytes)];
        MerkleTree tree = new(new Blake2s(), entries.Count);
        tree.Begin();
        for (int i = 0; i < entries.Count; i++)
        {
            tree.AddLeaf(entries[i], 0, entries[i].Length);
            progress?.Report("hashing entries", i, entries.Count);
        }

        int length = entries.Sum(e => e.Length);
        byte[] file = new byte[NetworkHeader.Size + certificate.Length + length];
        NetworkHeader.WriteMagic(file, 0);
        BigEndian.WriteUInt64(file, NetworkHeader.VersionOffset, network.Version);
        BigEndian.WriteUInt64(file, NetworkHeader.IssuedOffset, (ulong)network.Issued);
        BigEndian.WriteUInt64(file, NetworkHeader.ExpiresOffset, (ulong)network.Expires);
        BigEndian.WriteUInt32(file, NetworkHeader.CountOffset, entries.Count);
        BigEndian.WriteUInt32(file, NetworkHeader.EntriesLengthOffset, length);
        file[NetworkHeader.WitnessesOffset] = (byte)Math.Min(
            network.Peers.Count(p => (p.Roles & EntryRoles.Witness) != 0), NetworkHeader.MostWitnesses);
        tree.Root(file, NetworkHeader.RootOffset);
        key.Sign(file.AsSpan(0, NetworkHeader.SignedSize)).CopyTo(file, NetworkHeader.SignatureOffset);
        certificate.CopyTo(file, NetworkHeader.Size);
        int at = NetworkHeader.Size + certificate.Length;
        foreach (byte[] entry in entries)
        {
            entry.CopyTo(file, at);
            at += entry.Length;
        }

        NetworkReader.Verify(file, "network", key.TrustRoot, progress);
        return file;
    }

    /// <summary>Computes the size of a network's entries.</summary>
    /// <param name="network">The network.</param>
    /// <returns>The length of all entries in bytes.</returns>
    public static int EntriesSize(NetworkDescription network) => network.Peers.Sum(p => EntryBytes(p).Length);

    /// <summary>Encodes an entry.</summary>
    /// <param name="peer">What it says.</param>
    /// <returns>Its bytes, which may be more than an entry can have.</returns>
    /// <exception cref="OverflowException">A value is longer than 255 bytes.</exception>
    internal static byte[] EntryBytes(PeerDescription peer)
    {
        List<(int Type, byte[] Value)> fields =
        [
            .. peer.AllowedPrefixes.Select(
                p => (EntryField.Prefix, (byte[])[.. p.Address.GetAddressBytes(), (byte)p.Length])),
            .. peer.Endpoints.Select(EndpointField),
            .. peer.VendorFields.Select(v => (EntryField.Vendor, (byte[])[.. UInt32(v.Enterprise), .. v.Value])),
            .. peer.UnknownFields.Select(f => (f.Type, f.Value)),
        ];
        if (peer.Label is not null)
        {
            fields.Add((EntryField.Label, Encoding.UTF8.GetBytes(peer.Label)));
        }

        if (peer.Keepalive != 0)
        {
            fields.Add((EntryField.Keepalive, UInt16(peer.Keepalive)));
        }

        if (peer.Roles != 0)
        {
            fields.Add((EntryField.Roles, [(byte)peer.Roles]));
        }

        using MemoryStream body = new();
        body.Write(peer.PublicKey);
        foreach ((int type, byte[] value) in fields.OrderBy(f => f.Type))
        {
            body.WriteByte((byte)type);
            body.WriteByte(checked((byte)value.Length));
            body.Write(value);
        }

        return [.. UInt16((int)body.Length + 2), .. body.ToArray()];
    }

    private static (int Type, byte[] Value) EndpointField(PeerEndpoint endpoint) => endpoint.Address is null
        ? (EntryField.EndpointName, Encoding.ASCII.GetBytes(endpoint.ToString()))
        : (EntryField.EndpointAddress, [.. endpoint.Address.GetAddressBytes(), .. UInt16(endpoint.Port)]);

    private static byte[] UInt16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] UInt32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
