using Spore.Base;
using Spore.Crypto;
using Spore.Net;
using Spore.SignedNetwork;
using Spore.WireGuard;

namespace Spore.Sync;

/// <summary>
/// The applied network, and what follows from it: who is a member, with which addresses and roles (PROTOCOL section 7).
/// </summary>
/// <remarks>Its fields are read for each packet, and changed by its methods alone.</remarks>
internal sealed class AppliedNetwork
{
    /// <summary>The network file, empty while no network is applied.</summary>
    internal NetworkFile File;

    /// <summary>Whether there is a network, and whether its members are trusted.</summary>
    internal Standing Standing;

    /// <summary>The index of this node's own entry, or -1.</summary>
    internal int OwnEntry = -1;

    /// <summary>
    /// The members' prefixes, whose owners are indices of entries. It is empty once the network has expired.
    /// </summary>
    internal readonly AllowedIps Prefixes;

    /// <summary>A cursor over the fields of one entry. Each method that says so leaves it on a field.</summary>
    internal readonly EntryField Field = new EntryField();

    private readonly LinkLocalTable _linkLocals;

    /// <summary>Takes the memory.</summary>
    /// <param name="limits">The sizes of the largest network.</param>
    /// <param name="hash">The hash to compute with; it can be shared with what is not at work during a call.</param>
    internal AppliedNetwork(NetworkLimits limits, Blake2s hash)
    {
        File = new NetworkFile(limits, hash);
        Prefixes = new AllowedIps(limits.Prefixes);
        _linkLocals = new LinkLocalTable(limits.NetworkEntries, hash);
    }

    /// <summary>The network version, 0 while no network is applied.</summary>
    internal ulong Version
    {
        get { return Standing == Standing.None ? 0 : File.Version; }
    }

    /// <summary>The number of entries that the node holds: 0 while no network is applied.</summary>
    internal int MemberCount
    {
        get { return Standing == Standing.None ? 0 : File.Count; }
    }

    /// <summary>The number of entries of the whole network: 0 while none is applied.</summary>
    internal int Size
    {
        get { return Standing == Standing.None ? 0 : NetworkHeader.Count(File.Bytes, 0); }
    }

    /// <summary>Whether the node holds a part of the network only.</summary>
    internal bool IsSparse
    {
        get { return File.IsSparse; }
    }

    /// <summary>Where the public key of an entry starts in the bytes of the file.</summary>
    internal int KeyOffset(int entry)
    {
        return File.EntryOffset(entry) + NetworkEntry.KeyOffset;
    }

    /// <summary>Finds the entry of a member.</summary>
    /// <param name="key">A buffer with the public key, 32 bytes.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The index of the entry, or -1.</returns>
    internal int Find(byte[] key, int offset)
    {
        return Member(MemberCount > 0 ? File.Find(key, offset) : -1);
    }

    /// <summary>Finds the entry of a member by its link-local address.</summary>
    /// <param name="address">A buffer with the address, 16 bytes.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The index of the entry, or -1.</returns>
    internal int FindLinkLocal(byte[] address, int offset)
    {
        return Member(MemberCount > 0 ? _linkLocals.Find(File, address, offset) : -1);
    }

    /// <summary>Puts the cursor on the first field of a type in an entry.</summary>
    /// <returns>False when the entry has no such field.</returns>
    internal bool FindField(int entry, int type)
    {
        Field.Begin(File.Bytes, File.EntryOffset(entry));
        while (Field.Next())
        {
            if (Field.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an entry gives more than a guest's rights.</summary>
    internal bool IsMember(int entry)
    {
        return !NetworkEntry.IsRestricted(File.Bytes, File.EntryOffset(entry));
    }

    /// <summary>Whether a member has the witness's role.</summary>
    internal bool IsWitness(int entry)
    {
        return NetworkEntry.IsWitness(File.Bytes, File.EntryOffset(entry)) && IsMember(entry);
    }

    /// <summary>Whether a member has the role of holding the whole network.</summary>
    internal bool HoldsWhole(int entry)
    {
        return NetworkEntry.HasRole(File.Bytes, File.EntryOffset(entry), EntryRoles.HoldsWhole) && IsMember(entry);
    }

    /// <summary>Whether others keep their sessions with a member alive. Moves the cursor.</summary>
    internal bool IsKeptAlive(int entry)
    {
        return FindField(entry, EntryField.Keepalive)
            && BigEndian.ReadUInt16(File.Bytes, Field.ValueOffset) > 0
            && IsMember(entry);
    }

    /// <summary>
    /// Whether an address is a host prefix of the node's own entry. Behind a wider prefix are others, which answer for
    /// themselves. Moves the cursor.
    /// </summary>
    /// <param name="buffer">A buffer with the address, 4 or 16 bytes.</param>
    /// <param name="address">Where it starts.</param>
    /// <param name="isIpv6">Whether it has 16 bytes.</param>
    internal bool IsOwnAddress(byte[] buffer, int address, bool isIpv6)
    {
        int size = isIpv6 ? Ipv6.AddressSize : Ipv4.AddressSize;
        Field.Begin(File.Bytes, File.EntryOffset(OwnEntry));
        while (Field.Next())
        {
            if (Field.Type == EntryField.Prefix
                && Field.ValueLength == size + 1
                && File.Bytes[Field.ValueOffset + size] == size * 8
                && ConstantTime.Equal(File.Bytes, Field.ValueOffset, buffer, address, size))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a head is that of the applied network, byte for byte.</summary>
    /// <param name="buffer">A buffer with the head.</param>
    /// <param name="offset">Where it starts.</param>
    internal bool HasHead(byte[] buffer, int offset)
    {
        return Standing != Standing.None && ConstantTime.Equal(buffer, offset, File.Bytes, 0, File.HeadSize);
    }

    /// <summary>Whether a certificate is that of the applied network, byte for byte.</summary>
    /// <param name="buffer">A buffer with a head whose epoch is not 0.</param>
    /// <param name="offset">Where the head starts.</param>
    internal bool HasCertificate(byte[] buffer, int offset)
    {
        int certificate = offset + NetworkHeader.Size;
        return Standing != Standing.None
            && File.HeadSize == NetworkHeader.MaxHeadSize
            && ConstantTime.Equal(buffer, certificate, File.Bytes, NetworkHeader.Size, SigningCertificate.Size);
    }

    /// <summary>Whether a head has another certificate of the applied network's epoch.</summary>
    /// <param name="buffer">A buffer with a head that has verified.</param>
    /// <param name="offset">Where the head starts.</param>
    internal bool HasOtherCertificate(byte[] buffer, int offset)
    {
        int epoch = NetworkHeader.Epoch(buffer, offset);
        return Standing != Standing.None
            && epoch != 0
            && epoch == NetworkHeader.Epoch(File.Bytes, 0)
            && !HasCertificate(buffer, offset);
    }

    /// <summary>Whether a header is that of the applied network, byte for byte.</summary>
    /// <param name="buffer">A buffer with the header.</param>
    /// <param name="offset">Where it starts.</param>
    internal bool HasHeader(byte[] buffer, int offset)
    {
        return Standing != Standing.None && ConstantTime.Equal(buffer, offset, File.Bytes, 0, NetworkHeader.Size);
    }

    /// <summary>The number of witnesses that the header states; 0 while no network is applied.</summary>
    internal int StatedWitnesses
    {
        get { return Standing == Standing.None ? 0 : File.Bytes[NetworkHeader.WitnessesOffset]; }
    }

    /// <summary>The number of witnesses beside this node; 0 while no network is applied.</summary>
    internal int OtherWitnesses { get; private set; }

    /// <summary>Whether the network names this node as a witness.</summary>
    internal bool IsOwnWitness
    {
        get { return Standing != Standing.None && OwnEntry >= 0 && IsWitness(OwnEntry); }
    }

    /// <summary>Whether the key of a witness starts with these eight bytes.</summary>
    internal bool HasWitness(ulong key)
    {
        for (int i = 0; i < MemberCount; i++)
        {
            if (BigEndian.ReadUInt64(File.Bytes, KeyOffset(i)) == key && IsWitness(i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Called when a network is applied.</summary>
    /// <param name="file">The network, complete and verified.</param>
    /// <param name="publicKey">This node's public key, 32 bytes.</param>
    internal void Apply(NetworkFile file, byte[] publicKey)
    {
        File = file;
        Standing = Standing.Valid;
        Refresh(publicKey);
        OtherWitnesses = StatedWitnesses - (IsOwnWitness ? 1 : 0);
    }

    /// <summary>Called when a sparse node holds other entries than before: their indices have changed.</summary>
    /// <param name="publicKey">This node's public key, 32 bytes.</param>
    internal void Refresh(byte[] publicKey)
    {
        OwnEntry = File.Find(publicKey, 0);
        _linkLocals.Fill(File);
        if (Standing == Standing.Valid)
        {
            FillPrefixes();
        }
    }

    /// <summary>
    /// The length in bits of the longest prefix of an entry that holds an address; -1 for none. Moves the cursor.
    /// </summary>
    /// <param name="buffer">A buffer with the entry.</param>
    /// <param name="entry">Where it starts.</param>
    /// <param name="address">A buffer with the address.</param>
    /// <param name="offset">Where the address starts.</param>
    /// <param name="isIpv6">Whether it has 16 bytes, or 4.</param>
    internal int LongestPrefix(byte[] buffer, int entry, byte[] address, int offset, bool isIpv6)
    {
        int size = isIpv6 ? Ipv6.AddressSize : Ipv4.AddressSize;
        int longest = -1;
        Field.Begin(buffer, entry);
        while (Field.Next())
        {
            if (Field.Type == EntryField.Prefix && Field.ValueLength == size + 1)
            {
                int bits = buffer[Field.ValueOffset + size];
                if (bits > longest && HasPrefix(buffer, Field.ValueOffset, bits, address, offset))
                {
                    longest = bits;
                }
            }
        }

        return longest;
    }

    /// <summary>Whether an address is a host prefix of an entry. Moves the cursor.</summary>
    internal bool IsHost(int entry, byte[] address, int offset, bool isIpv6)
    {
        int bits = LongestPrefix(File.Bytes, File.EntryOffset(entry), address, offset, isIpv6);
        return bits == (isIpv6 ? Ipv6.AddressSize : Ipv4.AddressSize) * 8;
    }

    private static bool HasPrefix(byte[] buffer, int prefix, int bits, byte[] address, int offset)
    {
        for (int i = 0; i < bits; i += 8)
        {
            int shift = bits - i < 8 ? 8 - (bits - i) : 0;
            if (((buffer[prefix + (i / 8)] ^ address[offset + (i / 8)]) >> shift) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private int Member(int entry)
    {
        return entry >= 0 && IsMember(entry) ? entry : -1;
    }

    /// <summary>Called when the network has expired, so that its members have no addresses, or is restored.</summary>
    internal void SetExpired(bool isExpired)
    {
        Standing = isExpired ? Standing.Expired : Standing.Valid;
        if (isExpired)
        {
            Prefixes.Begin(null);
        }
        else
        {
            FillPrefixes();
        }
    }

    private void FillPrefixes()
    {
        Prefixes.Begin(File.Bytes);
        for (int i = 0; i < File.Count; i++)
        {
            if (!IsMember(i))
            {
                continue;
            }

            Field.Begin(File.Bytes, File.EntryOffset(i));
            while (Field.Next())
            {
                if (Field.Type == EntryField.Prefix)
                {
                    Prefixes.Add(Field.ValueOffset, Field.ValueLength == 17, i);
                }
            }
        }

        Prefixes.Complete();
    }
}
