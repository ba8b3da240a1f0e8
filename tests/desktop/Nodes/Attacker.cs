using System;
using System.Collections.Generic;
using System.Linq;

namespace Spore.Tests.Nodes;

/// <summary>
/// Somebody with one key at most, and one source, who keeps a node from a newer network. It has what its key allows,
/// and changes its plan now and then.
/// </summary>
internal sealed class Attacker
{
    private const long SessionTime = 100_000;
    private const int MostRecordings = 50;

    private readonly Mesh _mesh;
    private readonly MeshNode _node;
    private readonly Stranger _station;
    private readonly Attack[] _attacks;
    private readonly AttackedNetwork _network;
    private readonly Random _random;
    private readonly List<byte[]> _recordings = [];
    private readonly List<Attack> _done = [];
    private long _changeAt;
    private long _sessionAt = long.MinValue / 2;
    private long _actAt;
    private Attack _attack;
    private int _forged;
    private StrangerTransfer? _write;

    /// <summary>Makes one that does nothing yet.</summary>
    /// <param name="mesh">The wire.</param>
    /// <param name="node">The node that is attacked.</param>
    /// <param name="station">Its key, and its source.</param>
    /// <param name="attacks">What it may do.</param>
    /// <param name="network">What it knows of networks.</param>
    /// <param name="random">Draws its plans.</param>
    public Attacker(
        Mesh mesh, MeshNode node, Stranger station, Attack[] attacks, AttackedNetwork network, Random random)
    {
        (_mesh, _node, _station, _attacks, _network, _random) = (mesh, node, station, attacks, network, random);
        station.AnswersInitiations = true;
        station.TakesResponses = true;
    }

    /// <summary>Its plans, in order.</summary>
    public IEnumerable<Attack> Plans => _done;

    /// <summary>Whether it has a key that opens a session.</summary>
    public bool HasKey => _attacks.Contains(Attack.Stall);

    /// <summary>By how much its large datagrams are late, in milliseconds.</summary>
    public long Delay => _attack is Attack.Trickle or Attack.WriteSlowly ? 4_500 : 0;

    /// <summary>Whether a station is this one's.</summary>
    public bool Is(IStation station) => station == _station;

    /// <summary>Begins, and goes on until the virtual time ends.</summary>
    public void Begin()
    {
        if (_mesh.Now >= _changeAt)
        {
            _attack = _attacks[_random.Next(_attacks.Length)];
            _done.Add(_attack);
            _changeAt = _mesh.Now + _random.Next(30_000, 600_000);
            _station.HasNoServer = _attack is not (Attack.Trickle or Attack.Lie or Attack.ShowTwin);
            _network.Give(_station, _attack);
        }

        if (HasKey && _mesh.Now - _sessionAt > SessionTime)
        {
            Join();
        }

        if (_mesh.Now >= _actAt)
        {
            _actAt = _mesh.Now + Act();
        }

        _mesh.After(250, Begin);
    }

    /// <summary>Called for each datagram on the wire, whomever it is for.</summary>
    /// <param name="from">Its sender.</param>
    /// <param name="datagram">The datagram.</param>
    /// <param name="delay">How much later than others it arrives, in milliseconds.</param>
    public void Overhear(IStation from, byte[] datagram, long delay)
    {
        if (from == _station || datagram[0] is not (0x80 or 1))
        {
            return;
        }

        if (_recordings.Count == MostRecordings)
        {
            _recordings.RemoveAt(_random.Next(MostRecordings));
        }

        _recordings.Add(datagram);
        if (_attack == Attack.Copy)
        {
            _mesh.Inject(_node, datagram, _station.Endpoint, _mesh.Delay + delay + 2);
        }
    }

    private void Join()
    {
        _sessionAt = _mesh.Now;
        _station.Initiate(_node);
    }

    // The time until it acts again, in milliseconds.
    private int Act()
    {
        switch (_attack)
        {
            case Attack.Stall:
            case Attack.Trickle:
            case Attack.Lie:
                Write("head", _network.NewerHead);
                return _random.Next(5_000, 30_000);
            case Attack.WriteSlowly:
                Write("network", _network.FalseNewer);
                return 30_000;
            case Attack.StartAnew:
                Write("network", _network.FalseNewer, silentAfter: 1);
                return 4_000;
            case Attack.HoldTransfers:
                Read(_random.Next(3) switch { 0 => "head", 1 => "network", _ => "status" });
                return 1_000;
            case Attack.ComeAgain:
                Join();
                _mesh.After(1_000, () => Write("head", _network.NewerHead));
                return _random.Next(2_000, 10_000);
            case Attack.ShowTwin:
                Write("head", _network.TwinHead);
                return 10_000;
            case Attack.ShowFalseHeads:
                Write("head", _network.FalseHead(_random));
                return 2_000;
            case Attack.AskOn:
                Read(_random.Next(2) == 0 ? $"witness/{_random.Next(4)}" : $"route/10.5.0.{_random.Next(1, 90)}");
                return 500;
            case Attack.ForgeHellos:
                byte[] hello = HelloTests.Hello(
                    _network.HonestKey,
                    (ulong)_random.Next(4),
                    Nonce(),
                    tries: _random.Next(10),
                    endpoints: _random.Next(2) == 0 ? [_station.Endpoint] : []);
                _mesh.Inject(_node, hello, _station.Endpoint);
                return 1_000;
            case Attack.Replay when _recordings.Count > 0:
                _mesh.Inject(_node, _recordings[_random.Next(_recordings.Count)], _station.Endpoint);
                return 500;
            case Attack.Flood:
                byte[] garbage = new byte[148];
                _random.NextBytes(garbage);
                new byte[] { 1, 0, 0, 0 }.CopyTo(garbage, 0);
                _mesh.Inject(_node, garbage, _station.Endpoint);
                return 100;
            default:
                return 1_000;
        }
    }

    private byte[] Nonce()
    {
        byte[] nonce = new byte[24];
        BitConverter.TryWriteBytes(nonce, ++_forged);
        nonce[23] = _station.Seed;
        return nonce;
    }

    private void Write(string name, byte[] content, int silentAfter = int.MaxValue)
    {
        if (_station.HasSession)
        {
            _write?.Abandon();
            _write = _station.StartWrite(name, content, silentAfter);
        }
    }

    private void Read(string name)
    {
        if (_station.HasSession)
        {
            _station.StartRead(name, silentAfter: 0);
        }
    }
}
