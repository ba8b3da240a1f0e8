using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>A node, eight attackers and an honest peer, as a seed draws them.</summary>
internal sealed class BoundScenario
{
    private const int Attackers = 8;
    private const int FullDatagram = 1312;

    private static readonly Attack[] _withKey =
    [
        Attack.Stall, Attack.Trickle, Attack.Lie, Attack.WriteSlowly, Attack.StartAnew, Attack.HoldTransfers,
        Attack.ComeAgain, Attack.ShowTwin, Attack.ShowFalseHeads, Attack.AskOn,
    ];

    private static readonly Attack[] _withoutKey = [Attack.Copy, Attack.Replay, Attack.Flood];

    private readonly Mesh _mesh;
    private readonly MeshNode _node;
    private readonly MeshNode _honest;
    private readonly Attacker[] _attackers;
    private readonly AttackedNetwork _network;
    private readonly bool _isAttacked;
    private readonly bool _isSparse;
    private readonly bool _isNew;
    private readonly bool _isKnown;
    private readonly int _datagramTime;
    private readonly long _alone;
    private long _linkFree;

    /// <summary>Draws it.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="isAttacked">Without, nobody attacks, and a turn takes as long as it needs.</param>
    public BoundScenario(int seed, bool isAttacked)
    {
        Random random = new(seed);
        _isAttacked = isAttacked;
        IsDevice = random.Next(2) == 0;
        _isSparse = random.Next(3) == 0;
        _isNew = random.Next(4) == 0;
        _isKnown = !_isNew && !_isSparse && random.Next(2) == 0;
        _datagramTime = random.Next(3) == 0 ? random.Next(500, IsDevice ? 2_500 : 1_500) : 0;
        _alone = random.Next(4) == 0 ? 3_600_000 : random.Next(1_000, 120_000);
        _mesh = new Mesh(seed) { Filter = Pass };
        NodeLimits limits = IsDevice ? NodeLimits.Device() : NodeLimits.Desktop();
        limits.NetworkEntries = _isSparse && !IsDevice ? 16 : limits.NetworkEntries;
        TurnTime = limits.SlotTime;
        limits.SlotTime = isAttacked ? TurnTime : 600_000;
        _node = _mesh.Add(1, limits);
        _node.MultiplicationTime = IsDevice ? 800 : 0;
        _honest = _mesh.Add(2, NodeLimits.Desktop());
        _honest.IsOn = false;

        // Where the honest peer is a guest of a device, one guest's slot is left to it.
        int guests = IsDevice && !_isKnown ? limits.Guests - 1 : Attackers;
        Stranger[] stations = [.. Enumerable.Range(10, Attackers).Select(i => _mesh.AddStranger((byte)i))];
        List<IStation> older = _isKnown ? [_node, _honest] : [_node];
        List<IStation> newer = [_node, _honest];
        Attack[][] attacks = new Attack[Attackers][];
        for (int i = 0; i < Attackers; i++)
        {
            bool isMember = !_isNew && random.Next(2) == 0;
            bool isGuest = !isMember || (_isSparse && IsDevice);
            bool hasKey = random.Next(4) > 0 && !(isGuest && guests == 0);
            guests -= hasKey && isGuest ? 1 : 0;
            attacks[i] = !hasKey ? _withoutKey : isMember ? [.. _withKey, Attack.ForgeHellos] : _withKey;
            if (hasKey && isMember)
            {
                older.Add(stations[i]);
                if (random.Next(3) == 0)
                {
                    newer.Add(stations[i]);
                }
            }

            if (random.Next(3) == 0)
            {
                // Behind the honest peer's NAT.
                stations[i].Endpoint.SetIpv4([192, 0, 2, 2], 0, 40_000 + i);
            }
        }

        IStation? witness = older.Skip(_isKnown ? 2 : 1).Intersect(newer).FirstOrDefault();
        byte[][] padding = _isSparse ? AttackedNetwork.Padding(80, 10)
            : AttackedNetwork.Padding(random.Next(8), random.Next(200));
        _network = new AttackedNetwork(_node, _honest, [.. older], [.. newer], witness, padding);
        _attackers = [.. stations.Select(
            (s, i) => new Attacker(_mesh, _node, s, attacks[i], _network, new Random((seed * 100) + i)))];
    }

    public bool IsDevice { get; }

    /// <summary>The time of a turn, in milliseconds.</summary>
    public int TurnTime { get; }

    /// <summary>Lets the attackers be alone with the node for a while, then the honest peer comes.</summary>
    /// <param name="bound">For how long it is waited, in milliseconds.</param>
    /// <returns>
    /// After how many milliseconds the newer network was applied, without attackers from the session on; null for not.
    /// </returns>
    public long? Run(long bound)
    {
        if (!_isNew)
        {
            Assert.Equal(
                NetworkFault.None,
                _isSparse
                    ? _node.LoadPart(_network.Older[..144], new SparseNetwork(_network.Older).ProofOf(_node.Key))
                    : _node.Load(_network.Older));
        }

        if (_isAttacked)
        {
            foreach (Attacker attacker in _attackers)
            {
                attacker.Begin();
            }

            _mesh.Run(_alone);
        }

        Assert.Equal(_isNew ? 0UL : 1UL, _node.Node.NetworkVersion);
        _honest.Reboot();
        _honest.IsOn = true;
        Assert.Equal(NetworkFault.None, _honest.Load(_network.Newer));
        long start = _mesh.Now;
        if (!_isAttacked)
        {
            _mesh.RunUntil(() => _node.Knows(NodeEvent.SessionUp), bound);
            start = _mesh.Now;
        }

        return _mesh.RunUntil(() => _node.Node.NetworkVersion == 2, bound) ? _mesh.Now - start : null;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        (IsDevice ? "device" : "desktop") + (_isSparse ? ", sparse" : string.Empty)
        + (_isNew ? ", new" : _isKnown ? ", honest known" : string.Empty)
        + (_datagramTime > 0 ? $", {_datagramTime} ms a datagram" : string.Empty)
        + $", alone {_alone / 1000} s, attackers "
        + string.Join("; ", _attackers.Select(a => string.Join(" ", a.Plans)));

    // The links of slow peers, and what attackers overhear.
    private bool Pass(IStation from, IStation to, byte[] datagram)
    {
        long delay = 0;
        if (from == _honest && to == _node)
        {
            _linkFree = Math.Max(_linkFree, _mesh.Now) + (_datagramTime * datagram.Length / FullDatagram);
            delay = _linkFree - _mesh.Now;
        }
        else if (to == _node && datagram[0] == 4 && datagram.Length > 200 && _isAttacked)
        {
            delay = _attackers.FirstOrDefault(a => a.Is(from))?.Delay ?? 0;
        }

        if (_isAttacked)
        {
            foreach (Attacker attacker in _attackers)
            {
                attacker.Overhear(from, datagram, delay);
            }
        }

        if (delay > 0)
        {
            _mesh.Inject(to, datagram, from.Endpoint, _mesh.Delay + delay);
        }

        return delay == 0;
    }
}
