using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Live.Peers;

/// <summary>What the applied network says, read once for each version.</summary>
internal sealed class NetworkMembers
{
    private readonly Dictionary<string, int> _places = [];
    private readonly Dictionary<AllowedPrefix, string> _holders = [];
    private readonly AllowedPrefix[] _linkLocals;

    private NetworkMembers(ulong version, IReadOnlyList<PeerDescription> members)
    {
        Version = version;
        All = members;
        _linkLocals = [.. members.Select(m => AllowedPrefix.LinkLocalOf(m.PublicKey))];
        for (int i = 0; i < members.Count; i++)
        {
            string key = KeyText.Format(members[i].PublicKey);
            _places.Add(key, i);
            foreach (AllowedPrefix prefix in members[i].AllowedPrefixes)
            {
                _holders.TryAdd(prefix, key);
            }
        }
    }

    /// <summary>Those of no network.</summary>
    public static NetworkMembers None { get; } = new(0, []);

    /// <summary>The version of the network, 0 for none.</summary>
    public ulong Version { get; }

    /// <summary>The members, in the order of the network's entries.</summary>
    public IReadOnlyList<PeerDescription> All { get; }

    /// <summary>Reads the network of a node.</summary>
    /// <param name="node">The node.</param>
    /// <returns>Its members; of a network that the node holds in part, those that it holds.</returns>
    public static NetworkMembers Of(Node node)
    {
        NetworkFile network = node.Network;
        return node.NetworkVersion == 0
            ? None
            : new NetworkMembers(
                node.NetworkVersion,
                [
                    .. Enumerable.Range(0, network.Count)
                        .Select(i => NetworkReader.ReadEntry(network.Bytes, network.EntryOffset(i))),
                ]);
    }

    /// <summary>Finds a member.</summary>
    /// <param name="key">Its key, in base64.</param>
    /// <returns>Its place in <see cref="All"/>, or -1.</returns>
    public int Find(string key)
    {
        return _places.GetValueOrDefault(key, -1);
    }

    /// <summary>The link-local address of a member, as a prefix.</summary>
    /// <param name="place">Its place in <see cref="All"/>.</param>
    /// <returns>Its /128.</returns>
    public AllowedPrefix LinkLocal(int place)
    {
        return _linkLocals[place];
    }

    /// <summary>Tells whom a prefix is given to.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <returns>The member's key, in base64, or null.</returns>
    public string? HolderOf(AllowedPrefix prefix)
    {
        return _holders.GetValueOrDefault(prefix);
    }
}
