using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using CsCheck;
using Spore.Hostsim.Live.Peers;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Prefixes by hand beside those of a network, against a search of all.</summary>
public class ConfiguredPrefixesTests
{
    private const int Peers = 5;

    private static readonly AllowedPrefix _linkLocals = new(IPAddress.Parse("fe80::"), 10);

    // Few distinct bytes, so that prefixes nest and are often equal.
    private static readonly Gen<byte[]> _address4 = Gen.OneOf<byte>(0, 10, 0x80, 0xFF).Array[4];
    private static readonly Gen<byte[]> _address6 = Gen.Frequency(
        (3, Gen.OneOf<byte>(0, 0x20, 0x80, 0xFD).Array[16]),
        (1, Gen.OneOf<byte>(0, 1).Array[14].Select(rest => (byte[])[0xFE, 0x80, .. rest])));

    private static readonly Gen<AllowedPrefix> _prefix = Gen.Frequency(
        (1, Gen.Select(_address4, Gen.Int[0, 32], Prefix)),
        (1, Gen.Select(_address6, Gen.Frequency((2, Gen.Int[0, 24]), (1, Gen.Int[0, 128])), Prefix)));

    private static readonly Gen<AllowedPrefix> _byHand = _prefix.Where(p => p.Length == 0 || !p.Overlaps(_linkLocals));

    private static readonly Gen<(int Owner, AllowedPrefix Prefix)[]> _network = Gen.Select(
        Gen.Int[1, 4],
        _prefix.Where(p => AllowedPrefix.TryParse(p.ToString(), out _) != null),
        (o, p) => (o, p)).Array[0, 12];

    private static readonly Gen<Step> _step = Gen.Frequency(
        (12, Gen.Select(Gen.Int[0, Peers - 1], _byHand, (peer, prefix) => new Step(Kind.Give, peer, prefix, []))),
        (3, _byHand.Select(prefix => new Step(Kind.Take, 0, prefix, []))),
        (1, Gen.Int[0, Peers - 1].Select(peer => new Step(Kind.TakeAll, peer, null, []))),
        (1, Gen.Int[0, Peers - 1].Select(peer => new Step(Kind.Remove, peer, null, []))),
        (2, Gen.Int[0, Peers - 1].Select(peer => new Step(Kind.Add, peer, null, []))),
        (
            1,
            Gen.Select(
                _network,
                Gen.Int[0, Peers - 1].Array[0, 2],
                (n, m) => new Step(Kind.Load, 0, null, n) { Members = m })),
        (1, Gen.Const(new Step(Kind.Expire, 0, null, []))));

    private enum Kind
    {
        Give,
        Take,
        TakeAll,
        Remove,
        Add,
        Load,
        Expire,
    }

    [Fact]
    public void An_address_belongs_to_the_longest_prefix_of_the_network_and_those_by_hand_whatever_moves()
    {
        Gen.Select(_step.Array[1, 60], Gen.Frequency((1, _address4), (1, _address6)).Array[1, 10]).Sample(
            (steps, addresses) =>
            {
                Model model = new(32);
                foreach (Step step in steps)
                {
                    model.Do(step);
                    model.CheckHolders();
                    foreach (byte[] address in addresses.Concat(model.Mentioned))
                    {
                        model.Check(address);
                    }
                }
            },
            iter: 60);
    }

    // Types 96 to 127 give the rights of a guest where they are unknown.
    [Theory]
    [InlineData(95, true)]
    [InlineData(96, false)]
    public void The_prefixes_of_a_restricted_member_do_not_count(int type, bool isRouted)
    {
        Nodes.Mesh mesh = new();
        MeshNode node = mesh.Add(1, MeshNode.Limits());
        Stranger peer = mesh.AddStranger(2);
        byte[] member = NetworkBytes.Entry(
            NetworkBytes.Key32(3), NetworkBytes.Field(1, 10, 0, 0, 9, 32), NetworkBytes.Field(type, 1));
        Assert.Equal(NetworkFault.None, node.Load(Nodes.Mesh.NetworkOf(1, [node], null, 0, member)));
        Assert.True(node.Node.AddPeer(peer.Key, 0, null, mesh.Now));
        ConfiguredPrefixes prefixes = new(node.Node, MeshNode.Limits(), 4);
        prefixes.Give(KeyText.Format(peer.Key), AllowedPrefix.TryParse("192.0.2.0/24", out _)!);
        Assert.True(prefixes.Find([192, 0, 2, 1], 0, false) != AllowedIps.None);
        Assert.Equal(isRouted, prefixes.Find([10, 0, 0, 9], 0, false) != AllowedIps.None);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    public void It_holds_what_it_was_made_for_in_any_order_and_gives_it_back(int capacity)
    {
        Model model = new(capacity);
        Random random = new(capacity);
        foreach (int peer in Enumerable.Range(0, Peers))
        {
            model.Do(new Step(Kind.Add, peer, null, []));
        }

        HashSet<AllowedPrefix> given = [];
        while (given.Count < capacity)
        {
            byte[] address = new byte[random.Next(2) == 0 ? 4 : 16];
            random.NextBytes(address);
            address[0] = address.Length == 4 ? (byte)10 : (byte)0x20;
            AllowedPrefix prefix = Prefix(address, random.Next(9, address.Length == 4 ? 33 : 129));
            if (given.Add(prefix))
            {
                model.Do(new Step(Kind.Give, random.Next(Peers), prefix, []));
            }
        }

        Assert.Equal(0, model.Prefixes.Room);
        model.Do(new Step(Kind.Load, 0, null, [.. given.Take(20).Select((p, i) => (1 + (i % 3), p))]));
        CheckAll();
        foreach (AllowedPrefix prefix in given.Where((_, i) => i % 2 == 0))
        {
            model.Do(new Step(Kind.Give, random.Next(Peers), prefix, []));
        }

        CheckAll();
        foreach (AllowedPrefix prefix in given.Where((_, i) => i % 3 == 0))
        {
            model.Do(new Step(Kind.Take, 0, prefix, []));
        }

        Assert.Equal((capacity + 2) / 3, model.Prefixes.Room);
        CheckAll();

        void CheckAll()
        {
            model.CheckHolders();
            foreach (AllowedPrefix prefix in given.Where((_, i) => capacity < 1000 || i % 64 == 0))
            {
                model.Check(prefix.Address.GetAddressBytes());
            }
        }
    }

    [Fact]
    public void Without_prefixes_by_hand_the_node_uses_its_own_routing()
    {
        Model model = new(4);
        ICryptokeyRouting own = model.Node.Routing;
        AllowedPrefix prefix = Prefix([10, 0, 0, 0], 8);
        model.Do(new Step(Kind.Add, 0, null, []));
        model.Do(new Step(Kind.Give, 0, prefix, []));
        Assert.Same(model.Prefixes, model.Node.Routing);
        model.Do(new Step(Kind.Take, 0, prefix, []));
        Assert.Same(own, model.Node.Routing);
    }

    private static AllowedPrefix Prefix(byte[] address, int length) =>
        new AllowedPrefix(new IPAddress(address), length).Whole();

    private sealed record Step(Kind Kind, int Peer, AllowedPrefix? Prefix, (int Owner, AllowedPrefix Prefix)[] Network)
    {
        /// <summary>Which of the peers the network names, too.</summary>
        public int[] Members { get; init; } = [];
    }

    /// <summary>A node with prefixes by hand, and what they should be.</summary>
    private sealed class Model
    {
        private readonly Nodes.Mesh _mesh = new();
        private readonly MeshNode _node;
        private readonly byte[][] _keys;
        private readonly Dictionary<AllowedPrefix, int> _byHand = [];
        private readonly HashSet<int> _configured = [];
        private HashSet<int> _members = [];
        private List<(AllowedPrefix Prefix, byte[] Key)> _network = [];
        private ulong _version;
        private bool _expired;

        public Model(int capacity)
        {
            _node = _mesh.Add(1);
            _keys =
                [.. Enumerable.Range(0, Peers).Select(i => NodeKey.PublicKey(MeshNode.PrivateKey((byte)(100 + i))))];
            Prefixes = new ConfiguredPrefixes(_node.Node, MeshNode.Limits(), capacity);
        }

        public ConfiguredPrefixes Prefixes { get; }

        public Node Node => _node.Node;

        /// <summary>Addresses at the start of prefixes.</summary>
        public IEnumerable<byte[]> Mentioned =>
            _byHand.Keys.Concat(_network.Select(n => n.Prefix)).Select(p => p.Address.GetAddressBytes());

        public void Do(Step step)
        {
            string key = KeyText.Format(_keys[step.Peer]);
            switch (step.Kind)
            {
                case Kind.Give when Prefixes.Room > 0 || _byHand.ContainsKey(step.Prefix!):
                    _byHand[step.Prefix!] = step.Peer;
                    Prefixes.Give(key, step.Prefix!);
                    break;
                case Kind.Take:
                    _byHand.Remove(step.Prefix!);
                    Prefixes.Take(step.Prefix!);
                    break;
                case Kind.TakeAll:
                    Forget(step.Peer);
                    Prefixes.TakeAll(key);
                    break;
                case Kind.Remove:
                    Forget(step.Peer);
                    Prefixes.TakeAll(key);
                    _configured.Remove(step.Peer);
                    Node.RemovePeer(_keys[step.Peer], 0, _mesh.Now);
                    Prefixes.Change();
                    break;
                case Kind.Add:
                    _configured.Add(step.Peer);
                    Assert.True(Node.AddPeer(_keys[step.Peer], 0, null, _mesh.Now));
                    Prefixes.Change();
                    break;
                case Kind.Load:
                    Load(step);
                    break;
                case Kind.Expire when _version > 0 && !_expired:
                    Node.SetWallClock(10_000_000_000_000, _mesh.Now);
                    Node.Advance(_mesh.Now);
                    Assert.True(Node.IsExpired);
                    _expired = true;
                    _members = [];
                    _network = [];
                    Prefixes.Change();
                    break;
            }

        }

        public void CheckHolders() => Assert.Equal(
            _byHand.OrderBy(p => p.Key.ToString()).Select(p => (p.Key, p.Value)),
            Enumerable.Range(0, Peers)
                .SelectMany(i => Prefixes.Of(KeyText.Format(_keys[i])).Select(p => (p, i)))
                .OrderBy(p => p.p.ToString()));

        public void Check(byte[] address)
        {
            int expected = Search(address);
            Assert.True(
                expected == Node.Routing.Find([9, .. address], 1, address.Length == 16),
                $"{new IPAddress(address)}: {expected} of {string.Join(' ', _byHand)}");
        }

        private int Search(byte[] address)
        {
            AllowedPrefix host = Prefix(address, address.Length * 8);
            var network = _network.Where(n => n.Prefix.Overlaps(host))
                .Select(n => (n.Prefix.Length, IsByHand: 0, Owner: Node.Network.Find(n.Key, 0)));
            var byHand = _byHand
                .Where(p => _configured.Contains(p.Value) && !_members.Contains(p.Value) && p.Key.Overlaps(host))
                .Select(
                    p => (
                        p.Key.Length,
                        IsByHand: 1,
                        Node.Peers.Single(s => s.InUse && s.PublicKey.AsSpan().SequenceEqual(_keys[p.Value])).Owner));
            return network.Concat(byHand)
                .OrderByDescending(o => o.Length)
                .ThenBy(o => o.IsByHand)
                .Select(o => o.Owner)
                .FirstOrDefault(AllowedIps.None);
        }

        private void Forget(int peer)
        {
            foreach (AllowedPrefix prefix in _byHand.Where(p => p.Value == peer).Select(p => p.Key).ToArray())
            {
                _byHand.Remove(prefix);
            }
        }

        private void Load(Step step)
        {
            // After it has expired, this clock lets no other one in.
            if (_expired)
            {
                return;
            }

            _network = [.. step.Network.DistinctBy(n => n.Prefix)
                .Select(n => (n.Prefix, n.Owner == 1 ? _node.Key : NetworkBytes.Key32(n.Owner)))];
            _members = [.. step.Members];
            byte[][] keys =
                [_node.Key, .. new[] { 2, 3, 4 }.Select(NetworkBytes.Key32), .. _members.Select(m => _keys[m])];
            byte[][] entries =
            [
                .. keys.OrderBy(Convert.ToHexString, StringComparer.Ordinal)
                    .Select(
                        k => NetworkBytes.Entry(
                            k,
                            [.. _network.Where(n => n.Key.SequenceEqual(k))
                                .Select(
                                    n => NetworkBytes.Field(
                                        1, [.. n.Prefix.Address.GetAddressBytes(), (byte)n.Prefix.Length]))])),
            ];
            Assert.Equal(
                NetworkFault.None, _node.Load(NetworkBytes.File(++_version, 1_760_000_000, 9_000_000_000, entries)));
            Prefixes.Change();
        }
    }
}
