using Spore.Base;
using Spore.SignedNetwork;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Sync;

// The files entry/HEX, route/IP and witness/N: proofs of single entries (PROTOCOL section 7.7). A whole node has all
// hashes, or computes one proof at a time, while idle; it lies where a snapshot of status would.
internal sealed partial class NetworkSync
{
    private const int ProofTag = 4;

    // The tag of a proof that is read from the levels of the tree is this one and the index of its entry.
    private const int FirstLevelsTag = int.MinValue;

    private const int KeySize = 32;

    // Leaves in one slice of idle work; and hashes, on a node with memory for all.
    private const int LeavesInSlice = 4;
    private const int HashesInSlice = 64;

    private static readonly string _entryName = "entry/";
    private static readonly string _routeName = "route/";
    private static readonly string _witnessName = "witness/";

    private readonly AuditPath _path;

    // Null on a node without memory for all hashes.
    private readonly MerkleLevels _levels;

    // What a name names, in its first bytes. Also scratch for hashes.
    private readonly byte[] _sought = new byte[KeySize];

    // The index of the entry whose proof lies there, or is being computed; negative for none.
    private int _proven = -1;
    private int _proofSize;
    private int _nextLeaf;

    /// <summary>Whether a proof, or all hashes of the network, are being computed.</summary>
    internal bool IsProving
    {
        get
        {
            return _levels != null
                ? !_levels.IsComplete
                : _proven >= 0 && !_applied.IsSparse && _nextLeaf < _applied.File.Count;
        }
    }

    /// <summary>Should be called off the packet path while <see cref="IsProving"/>: does one slice.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void ContinueProof(long now)
    {
        NetworkFile file = _applied.File;
        if (_levels != null)
        {
            ContinueLevels(file, now);
            return;
        }

        for (int i = 0; i < LeavesInSlice && _nextLeaf < file.Count; i++)
        {
            _path.AddLeaf(file.Bytes, file.EntryOffset(_nextLeaf), file.EntryLength(_nextLeaf));
            _nextLeaf++;
        }

        for (int i = 0; i < _tftp.Capacity && _nextLeaf == file.Count; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (ReadsParked(transfer, ProofTag) && transfer.IsWaiting)
            {
                _tftp.Resume(transfer, TftpResult.Ok, now);
            }
        }
    }

    private void ContinueLevels(NetworkFile file, long now)
    {
        for (int i = 0; i < HashesInSlice && !_levels.IsComplete; i++)
        {
            _levels.Step(file);
        }

        for (int i = 0; i < _tftp.Capacity && _levels.IsComplete; i++)
        {
            TftpTransfer transfer = _tftp.At(i);
            if (transfer.IsActive && transfer.IsWaiting && IsFromLevels(transfer.File))
            {
                _tftp.Resume(transfer, TftpResult.Ok, now);
            }
        }
    }

    private static bool IsFromLevels(int tag)
    {
        return tag < FirstLevelsTag / 2;
    }

    private static bool IsProofName(byte[] name, int offset, int length)
    {
        return StartsWith(name, offset, length, _entryName)
            || StartsWith(name, offset, length, _routeName)
            || StartsWith(name, offset, length, _witnessName);
    }

    private static bool StartsWith(byte[] name, int offset, int length, string start)
    {
        return length >= start.Length && Ascii.IsSame(name, offset, start.Length, start);
    }

    // Called when a peer opens a proof. Its own entry and witnesses are for anybody.
    private int OpenProof(TftpTransfer transfer, bool isMember, byte[] name, int offset, int length, long now)
    {
        ProofName kind = ParseProofName(name, offset, length);
        Peer peer = PeerOf(transfer);
        bool isOwn = kind == ProofName.Entry && peer != null && peer == _tunnel.FindSlot(_sought, 0);
        if (!isMember && !isOwn && kind != ProofName.Witness)
        {
            return Refusal.MembersOnly(transfer);
        }

        if (kind == ProofName.None)
        {
            return TftpError.FileNotFound;
        }

        if (transfer.Mode == TftpMode.Netascii)
        {
            return Refusal.NotText(transfer);
        }

        if (_applied.IsSparse)
        {
            return OpenHeldProof(transfer, kind, now);
        }

        int entry = FindProven(kind);
        if (entry >= 0)
        {
            return BeginProof(transfer, entry);
        }

        // Who asks for its own entry hears that the network does not name it.
        return isOwn ? Refusal.MembersOnly(transfer) : TftpError.FileNotFound;
    }

    // The index of the entry that a name stands for, which was parsed; -1 for none.
    private int FindProven(ProofName kind)
    {
        switch (kind)
        {
            case ProofName.Entry:
                return _applied.File.Find(_sought, 0);
            case ProofName.Witness:
                return FindWitness((int)BigEndian.ReadUInt32(_sought, 0));
            default:
                bool isIpv6 = kind == ProofName.Ipv6;
                return isIpv6 && LinkLocalAddress.IsLinkLocal(_sought, 0)
                    ? _applied.FindLinkLocal(_sought, 0)
                    : _applied.Prefixes.Find(_sought, 0, isIpv6);
        }
    }

    private int BeginProof(TftpTransfer transfer, int entry)
    {
        if (_levels != null)
        {
            transfer.File = FirstLevelsTag + entry;
            transfer.Size = EntryProof.Size(_applied.File, entry);
            return _levels.IsComplete ? TftpResult.Ok : TftpResult.Wait;
        }

        if (entry != _proven || !_staging.IsFree)
        {
            if (!_staging.IsFree || ParkedReaders > 0)
            {
                return TftpResult.Later;
            }

            NetworkFile file = _applied.File;
            int size = EntryProof.Size(file, entry);
            if (size > _staging.ParkingSpace)
            {
                return Refusal.Busy(transfer);
            }

            _proofSize = EntryProof.Begin(file, entry, _path, _staging.ParkingBytes, _staging.ParkingOffset);
            _proven = entry;
            _nextLeaf = 0;
        }

        transfer.File = ProofTag;
        transfer.Size = _proofSize;
        return IsProving ? TftpResult.Wait : TftpResult.Ok;
    }

    // Copies bytes of the proof of an entry, whose path is in the levels.
    private void ReadFromLevels(int entry, int position, byte[] buffer, int offset, int count)
    {
        NetworkFile file = _applied.File;
        int entryLength = file.EntryLength(entry);
        for (int i = 0; i < count; i++)
        {
            int at = position + i - EntryProof.EntryOffset;
            buffer[offset + i] = at < 0 ? PrefixByte(entry, position + i)
                : at < entryLength ? file.Bytes[file.EntryOffset(entry) + at]
                : _levels.PathByte(entry, at - entryLength);
        }
    }

    // A byte of the version or of the leaf index, with which a proof begins.
    private byte PrefixByte(int leaf, int position)
    {
        return position < EntryProof.IndexOffset
            ? _applied.File.Bytes[NetworkHeader.VersionOffset + position]
            : (byte)(leaf >> (8 * (EntryProof.EntryOffset - 1 - position)));
    }

    // Parses the name of a proof: what it names is in _sought then.
    private ProofName ParseProofName(byte[] name, int offset, int length)
    {
        if (StartsWith(name, offset, length, _entryName))
        {
            return ParseKey(name, offset + _entryName.Length, length - _entryName.Length)
                ? ProofName.Entry
                : ProofName.None;
        }

        if (StartsWith(name, offset, length, _witnessName))
        {
            return ParseNumber(name, offset + _witnessName.Length, length - _witnessName.Length)
                ? ProofName.Witness
                : ProofName.None;
        }

        int size = IpAddressText.Parse(name, offset + _routeName.Length, length - _routeName.Length, _sought);
        return size == 0 ? ProofName.None : size == LinkLocalAddress.Size ? ProofName.Ipv6 : ProofName.Ipv4;
    }

    private bool ParseKey(byte[] name, int offset, int length)
    {
        if (length != 2 * KeySize)
        {
            return false;
        }

        for (int i = 0; i < length; i++)
        {
            int c = name[offset + i];
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0)
            {
                return false;
            }

            _sought[i / 2] = (byte)((_sought[i / 2] << 4) | digit);
        }

        return true;
    }

    private bool ParseNumber(byte[] name, int offset, int length)
    {
        int number = length > 5 || (length > 1 && name[offset] == '0') ? -1 : Ascii.Number(name, offset, length);
        BigEndian.WriteUInt32(_sought, 0, number);
        return number >= 0;
    }

    private int FindWitness(int number)
    {
        for (int i = 0; i < _applied.MemberCount; i++)
        {
            if (NetworkEntry.IsWitness(_applied.File.Bytes, _applied.File.EntryOffset(i)))
            {
                if (number == 0)
                {
                    return i;
                }

                number--;
            }
        }

        return -1;
    }
}
