using Spore.Base;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// Finds the entry whose key has a link-local address. It keeps two bytes of each entry's address, and asks the key
/// itself where they agree.
/// </summary>
internal sealed class LinkLocalTable
{
    private const int TagOffset = LinkLocalAddress.Size - 2;

    private readonly Blake2s _hash;
    private readonly short[] _tags;
    private readonly byte[] _address = new byte[LinkLocalAddress.Size];

    /// <summary>Takes the memory.</summary>
    /// <param name="entries">The number of entries of the largest network.</param>
    /// <param name="hash">The hash to compute with; it can be shared with what is not at work during a call.</param>
    internal LinkLocalTable(int entries, Blake2s hash)
    {
        _hash = hash;
        _tags = new short[entries];
    }

    /// <summary>Called when a network is applied.</summary>
    internal void Fill(NetworkFile network)
    {
        for (int i = 0; i < network.Count; i++)
        {
            LinkLocalAddress.FromKey(
                _hash, network.Bytes, network.EntryOffset(i) + NetworkEntry.KeyOffset, _address, 0);
            _tags[i] = (short)BigEndian.ReadUInt16(_address, TagOffset);
        }
    }

    /// <summary>Finds the entry of an address; of two keys with the same one, the lower has it.</summary>
    /// <param name="network">The network that it was filled from.</param>
    /// <param name="address">A buffer with the address, 16 bytes.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The index of the entry, or -1.</returns>
    internal int Find(NetworkFile network, byte[] address, int offset)
    {
        short tag = (short)BigEndian.ReadUInt16(address, offset + TagOffset);
        for (int i = 0; i < network.Count; i++)
        {
            if (_tags[i] == tag)
            {
                LinkLocalAddress.FromKey(
                    _hash, network.Bytes, network.EntryOffset(i) + NetworkEntry.KeyOffset, _address, 0);
                if (ConstantTime.Equal(_address, 0, address, offset, LinkLocalAddress.Size))
                {
                    return i;
                }
            }
        }

        return -1;
    }
}
