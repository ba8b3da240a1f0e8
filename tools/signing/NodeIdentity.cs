using System;
using System.Security.Cryptography;
using Spore.Base;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>What a node is given before it first boots: its identity record (<see cref="IdentityRecord"/>).</summary>
public sealed class NodeIdentity
{
    private NodeIdentity(byte[] record)
    {
        Record = record;
        PublicKey = NodeKey.PublicKey(record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize));
        LinkLocal = NodeKey.LinkLocal(PublicKey);
    }

    /// <summary>The record, 84 bytes. It holds the private key.</summary>
    public byte[] Record { get; }

    /// <summary>The node's public key, 32 bytes.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The node's link-local address, 16 bytes.</summary>
    public byte[] LinkLocal { get; }

    /// <summary>The trust root in it, 32 bytes.</summary>
    public byte[] TrustRoot => Record.AsSpan(IdentityRecord.TrustRootOffset, KeyText.KeySize).ToArray();

    /// <summary>The oldest network version that the node may ever accept, 0 for any.</summary>
    public ulong Floor => IdentityRecord.Floor(Record, 0);

    /// <summary>Makes the identity of a new node.</summary>
    /// <param name="trustRoot">The trust root, 32 bytes.</param>
    /// <param name="floor">The oldest network version to accept, 0 for any.</param>
    /// <returns>An identity with a key that there has never been.</returns>
    public static NodeIdentity Generate(ReadOnlySpan<byte> trustRoot, ulong floor)
    {
        byte[] key = NodeKey.GeneratePrivate();
        NodeIdentity identity = FromPrivateKey(key, trustRoot, floor);
        CryptographicOperations.ZeroMemory(key);
        return identity;
    }

    /// <summary>Makes the identity of a node whose key there is already.</summary>
    /// <param name="privateKey">The private key, 32 bytes.</param>
    /// <param name="trustRoot">The trust root, 32 bytes.</param>
    /// <param name="floor">The oldest network version to accept, 0 for any.</param>
    /// <returns>Its identity.</returns>
    public static NodeIdentity FromPrivateKey(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> trustRoot, ulong floor)
    {
        byte[] record = new byte[IdentityRecord.Size];
        privateKey.CopyTo(record.AsSpan(IdentityRecord.PrivateKeyOffset));
        trustRoot.CopyTo(record.AsSpan(IdentityRecord.TrustRootOffset));
        BigEndian.WriteUInt64(record, IdentityRecord.FloorOffset, floor);
        IdentityRecord.Seal(record, 0);
        return new NodeIdentity(record);
    }

    /// <summary>Reads an identity from a file.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="InputException">The file can't be read or does not hold a sound record.</exception>
    public static NodeIdentity Load(string path) => FromRecord(InputFile.Read(path, 4096), path);

    /// <summary>Takes an identity from its record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="path">Where it is from, for messages.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="InputException">The record is not sound.</exception>
    public static NodeIdentity FromRecord(byte[] record, string path)
    {
        IdentityFault fault = IdentityRecord.Check(record, 0, record.Length);
        return fault == IdentityFault.None ? new NodeIdentity(record) : throw Refuse(path, record.Length, fault);
    }

    /// <summary>Writes the record to a file of mode 0600.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="force">Whether an existing file is replaced.</param>
    /// <exception cref="InputException">It exists already, or can't be written.</exception>
    public void Save(string path, bool force) => SecretFile.Write(path, Record, force);

    private static InputException Refuse(string path, int length, IdentityFault fault) => fault switch
    {
        IdentityFault.Truncated or IdentityFault.TrailingBytes => new(
            path, "length", $"an identity record has {IdentityRecord.Size} bytes, this file {length}"),
        IdentityFault.Magic => new(path, "magic", "this is not an identity record (flash node new makes one)"),
        IdentityFault.Unprovisioned => new(path, "private key", "it is all zero: the record was never provisioned"),
        IdentityFault.NoTrustRoot => new(path, "trust root", "it is all zero: the node could never verify a network"),
        _ => new(path, "checksum", "it does not agree with the record, which is damaged"),
    };
}
