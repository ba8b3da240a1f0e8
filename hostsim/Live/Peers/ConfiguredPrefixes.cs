using System;
using System.Collections.Generic;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Peers;

/// <summary>
/// Cryptokey routing where peers have prefixes by hand. They count while their holder is configured and not
/// in the network, and where the network has the same prefix, that one counts. A prefix has one holder at a
/// time, as in WireGuard.
/// </summary>
/// <param name="node">The node, which is given this routing as long as there are such prefixes.</param>
/// <param name="limits">The node's limits.</param>
/// <param name="capacity">The number of prefixes that can be given by hand.</param>
internal sealed class ConfiguredPrefixes(Node node, NodeLimits limits, int capacity) : ICryptokeyRouting
{
    private const int LargestPrefix = 17;

    private readonly ICryptokeyRouting _network = node.Routing;
    private readonly Dictionary<AllowedPrefix, string> _holders = [];
    private readonly Dictionary<string, HashSet<AllowedPrefix>> _prefixes = [];
    private readonly EntryField _field = new();
    private byte[] _buffer = [];
    private AllowedIps? _table;
    private bool _isStale;

    /// <summary>The number of prefixes that can still be given.</summary>
    public int Room => capacity - _holders.Count;

    /// <summary>Gives a prefix to a peer, and takes it from whoever has it by hand.</summary>
    /// <param name="key">The peer's key, in base64.</param>
    /// <param name="prefix">
    /// The prefix, without bits beyond its length; one that touches fe80::/10, other than ::/0, would never be found.
    /// </param>
    public void Give(string key, AllowedPrefix prefix)
    {
        Take(prefix);
        _holders.Add(prefix, key);
        if (!_prefixes.TryGetValue(key, out HashSet<AllowedPrefix>? prefixes))
        {
            _prefixes.Add(key, prefixes = []);
        }

        prefixes.Add(prefix);
        Change();
    }

    /// <summary>Takes a prefix from whoever has it by hand.</summary>
    /// <param name="prefix">The prefix.</param>
    public void Take(AllowedPrefix prefix)
    {
        if (_holders.Remove(prefix, out string? key))
        {
            _prefixes[key].Remove(prefix);
            Change();
        }
    }

    /// <summary>Takes all prefixes that a peer has by hand.</summary>
    /// <param name="key">The peer's key, in base64.</param>
    public void TakeAll(string key)
    {
        if (_prefixes.Remove(key, out HashSet<AllowedPrefix>? prefixes))
        {
            foreach (AllowedPrefix prefix in prefixes)
            {
                _holders.Remove(prefix);
            }

            Change();
        }
    }

    /// <summary>Tells who has a prefix by hand.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <returns>The peer's key, in base64, or null.</returns>
    public string? HolderOf(AllowedPrefix prefix)
    {
        return _holders.GetValueOrDefault(prefix);
    }

    /// <summary>The prefixes that a peer has by hand, whether they count or not.</summary>
    /// <param name="key">The peer's key, in base64.</param>
    /// <returns>The prefixes.</returns>
    public IReadOnlyCollection<AllowedPrefix> Of(string key)
    {
        return _prefixes.TryGetValue(key, out HashSet<AllowedPrefix>? prefixes) ? prefixes : [];
    }

    /// <summary>Called when who is configured, or the network, has changed; before the next packet.</summary>
    public void Change()
    {
        _isStale = true;
        node.Routing = _holders.Count > 0 ? this : _network;
    }

    /// <inheritdoc/>
    public int Find(byte[] address, int offset, bool isIpv6)
    {
        if (_isStale)
        {
            _isStale = false;
            Rebuild();
        }

        return _table!.Find(address, offset, isIpv6);
    }

    // The table keeps the first of two equal prefixes: the network's come first.
    private void Rebuild()
    {
        if (_table == null)
        {
            int prefixes = limits.Prefixes + capacity;
            _table = new AllowedIps(Math.Min(prefixes, AllowedIps.MaxPrefixes));
            _buffer = new byte[prefixes * LargestPrefix];
        }

        _table.Begin(_buffer);
        int at = 0;
        NetworkFile network = node.Network;
        int members = network.IsComplete && !node.IsExpired ? network.Count : 0;
        for (int i = 0; i < members; i++)
        {
            if (NetworkEntry.IsRestricted(network.Bytes, network.EntryOffset(i)))
            {
                continue;
            }

            _field.Begin(network.Bytes, network.EntryOffset(i));
            while (_field.Next())
            {
                if (_field.Type == EntryField.Prefix)
                {
                    network.Bytes.AsSpan(_field.ValueOffset, _field.ValueLength).CopyTo(_buffer.AsSpan(at));
                    _table.Add(at, _field.ValueLength == LargestPrefix, i);
                    at += _field.ValueLength;
                }
            }
        }

        foreach (Peer peer in node.Peers)
        {
            if (!peer.InUse || !node.IsConfigured(peer) || Node.IsMember(peer))
            {
                continue;
            }

            foreach (AllowedPrefix prefix in Of(KeyText.Format(peer.PublicKey)))
            {
                prefix.Address.TryWriteBytes(_buffer.AsSpan(at), out int size);
                _buffer[at + size] = (byte)prefix.Length;
                _table.Add(at, size + 1 == LargestPrefix, peer.SlotOwner);
                at += size + 1;
            }
        }

        _table.Complete();
    }
}
