using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using Spore.Base;

namespace Spore.Tests.WireGuard;

/// <summary>
/// A model of a stock WireGuard peer in virtual time: its state machine as the paper (section 6), the kernel and
/// wireguard-go have it, with <see cref="StockTimers"/>. <see cref="StockPeer"/> makes and reads the messages. What is
/// due at an exact age happens at that age, as in the kernel; wireguard-go compares the other way round, a nanosecond
/// later. What is sent because of a message goes out when that message has been dealt with, since a routine of its own
/// sends. It has no cookies: it is never under load.
/// </summary>
internal sealed class StockEnd : IEnd
{
    private const int MostStaged = 128;
    private const long RekeyAfterTime = 120_000;
    private const long RekeyAfterTimeReceiving = 165_000;
    private const long HandshakeInitiationRate = 20;
    private const ulong RekeyAfterMessages = 1UL << 60;
    private const ulong RejectAfterMessages = ulong.MaxValue - (1UL << 13);
    private const int MostJitter = 333;

    private readonly byte[] _private;
    private readonly Random _random;
    private readonly List<byte[]> _staged = [];
    private StockTimers _timers;
    private byte[] _remoteStatic = [];
    private Endpoint _there = new();
    private Endpoint _known = new();

    // The initiation that is not answered yet. There is one handshake for both roles: one of the
    // peer's takes its place.
    private StockPeer? _handshake;
    private StockKeypair? _previous;
    private StockKeypair? _current;
    private StockKeypair? _next;
    private byte[] _lastTimestamp = new byte[12];
    private long _lastConsumed;
    private long _lastSentHandshake;

    public StockEnd(byte seed, byte[]? privateKey = null)
    {
        _private = privateKey ?? TunnelEnd.PrivateKey(seed);
        _random = new Random(seed);
        _timers = new StockTimers(this);
        Public = new StockPeer(_private).Public;
        Endpoint = TunnelEnd.EndpointOf(seed);
        Restart();
    }

    public byte[] Public { get; }

    public Endpoint Endpoint { get; set; }

    public long Now { get; set; } = 1_000_000;

    public long NextDue => _timers.NextDue;

    public Action<byte[], Endpoint>? Wire { get; set; }

    public List<byte[]> Received { get; } = [];

    public List<long> ReceivedAt { get; } = [];

    public int Refused { get; private set; }

    public int Sessions { get; private set; }

    public bool HasKeys => Keypairs.Any();

    public long SessionSince => _current?.Created ?? 0;

    public (uint Local, uint Remote) Current => (_current?.Index ?? 0, _current?.RemoteIndex ?? 0);

    [MemberNotNullWhen(true, nameof(_next))]
    public bool IsUnconfirmed => _next is not null;

    public int? Jitter { get; set; }

    /// <summary>The preshared key of its peer, or null for none.</summary>
    public byte[]? PresharedKey { get; init; }

    /// <summary>In what it is to be like Spore.</summary>
    public Departures Departures { get; init; }

    [MemberNotNullWhen(true, nameof(_current))]
    private bool CanSend =>
        _current is not null
        && Now - _current.Created < StockTimers.RejectAfterTime
        && _current.Counter < RejectAfterMessages;

    private IEnumerable<StockKeypair> Keypairs => new[] { _previous, _current, _next }.OfType<StockKeypair>();

    public bool Departs(Departures from) => (Departures & from) != 0;

    public int NextJitter() => Jitter ?? _random.Next(MostJitter + 1);

    public void Know(byte[] key, Endpoint endpoint)
    {
        _remoteStatic = key;
        _known = endpoint;
        _there = endpoint;
    }

    public void Send(byte[] packet)
    {
        Stage(packet);
        SendStaged();
    }

    public void Ask() => Initiate();

    public void KeepAlive(int seconds)
    {
        bool begins = _timers.KeepaliveInterval == 0 && seconds > 0;
        _timers.KeepaliveInterval = seconds;
        if (begins)
        {
            SendKeepalive();
        }
    }

    public void Restart()
    {
        int interval = _timers.KeepaliveInterval;
        _timers = new StockTimers(this);
        Wipe();
        _there = _known;
        _lastTimestamp = new byte[12];
        _lastConsumed = long.MinValue / 2;
        _lastSentHandshake = long.MinValue / 2;
        KeepAlive(interval);
    }

    public void Advance() => _timers.Advance();

    public void Receive(byte[] datagram, Endpoint from)
    {
        bool isTaken = datagram[0] switch
        {
            1 => TakeInitiation(datagram, from),
            2 => TakeResponse(datagram, from),
            _ => TakeTransport(datagram, from),
        };
        Refused += isTaken ? 0 : 1;
    }

    /// <summary>
    /// Sends an initiation. Within REKEY_TIMEOUT of the last handshake message none is sent, and it is
    /// forgotten that one was wanted.
    /// </summary>
    public void Initiate(bool isRetry = false)
    {
        if (!isRetry)
        {
            _timers.HandshakeWanted();
            if (Departs(Departures.LeavesItToTheTimer) && _timers.IsRetransmitting)
            {
                return;
            }
        }

        long due = _lastSentHandshake + StockTimers.RekeyTimeout;
        if (Departs(Departures.Remembers) && !isRetry)
        {
            due += IsUnconfirmed && _next.Created == _lastSentHandshake ? MostJitter : 0;
            if (Now < due)
            {
                _timers.RetransmitAfter(due);
            }
        }

        if (Now < due)
        {
            return;
        }

        _lastSentHandshake = Now;
        _handshake = NewHandshake();
        byte[] initiation = _handshake.Initiate(_remoteStatic, Timestamp());
        Transmit(initiation, _there);
        _timers.HandshakeInitiated();
    }

    /// <summary>
    /// Sends an empty packet, unless something waits anyway; where there is no session it waits itself.
    /// </summary>
    public void SendKeepalive()
    {
        if (Departs(Departures.KeepalivesDoNotWait) && !CanSend)
        {
            Initiate();
            return;
        }

        if (_staged.Count == 0)
        {
            Stage([]);
        }

        SendStaged();
    }

    public void DropStaged() => _staged.Clear();

    /// <summary>Nothing is left of any session.</summary>
    public void Wipe()
    {
        (_previous, _current, _next, _handshake) = (null, null, null, null);
        DropStaged();
    }

    private bool TakeInitiation(byte[] message, Endpoint from)
    {
        StockPeer handshake = NewHandshake();
        byte[]? key = handshake.TakeInitiation(message);
        if (key is null
            || !key.SequenceEqual(_remoteStatic)
            || handshake.Timestamp.AsSpan().SequenceCompareTo(_lastTimestamp) <= 0
            || Now - _lastConsumed <= HandshakeInitiationRate)
        {
            return false;
        }

        _lastTimestamp = handshake.Timestamp;
        _lastConsumed = Now;
        if (!Departs(Departures.TwoHandshakes))
        {
            _handshake = null;
        }
        else if (_timers.IsRetransmitting)
        {
            _timers.RetransmitAfter(Now + StockTimers.RekeyTimeout);
        }

        _timers.AnythingPassed();
        _timers.AnythingReceived();
        if (!Departs(Departures.InitiationsMoveNothing))
        {
            _there = from;
        }

        _lastSentHandshake = Now;
        byte[] response = handshake.Respond();
        _next = new StockKeypair(handshake, false, Now);
        _previous = null;
        _timers.SessionDerived();
        Transmit(response, from);
        return true;
    }

    private bool TakeResponse(byte[] message, Endpoint from)
    {
        if (_handshake is null || !_handshake.TakeResponse(message))
        {
            return false;
        }

        _there = from;
        _timers.AnythingPassed();
        _timers.AnythingReceived();
        _previous = _next ?? _current;
        _next = null;
        _current = new StockKeypair(_handshake, true, Now);
        _handshake = null;
        Sessions++;
        _timers.SessionDerived();
        _timers.HandshakeComplete();
        SendKeepalive();
        return true;
    }

    private bool TakeTransport(byte[] message, Endpoint from)
    {
        uint index = BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(4));
        StockKeypair? keypair = Keypairs.FirstOrDefault(k => k.Index == index);
        byte[]? packet = keypair is null || Now - keypair.Created >= StockTimers.RejectAfterTime
            ? null
            : keypair.Open(message);
        if (packet is null)
        {
            return false;
        }

        bool confirms = keypair == _next;
        if (confirms)
        {
            (_previous, _current, _next, _handshake) = (_current, _next, null, null);
            Sessions++;
            _timers.HandshakeComplete();
        }

        _there = from;
        _timers.AnythingPassed();
        _timers.AnythingReceived();
        if (packet.Length > 0)
        {
            _timers.DataReceived();
            Received.Add(packet);
            ReceivedAt.Add(Now);
        }

        // As in the kernel, which has others send it. In wireguard-go it goes out before the timers hear of the data.
        if (_current is { IsInitiator: true }
            && Now - _current.Created >= RekeyAfterTimeReceiving
            && _timers.IsLastMinute())
        {
            Initiate();
        }

        if (confirms)
        {
            SendStaged();
        }

        return true;
    }

    private void Stage(byte[] packet)
    {
        if (_staged.Count == MostStaged)
        {
            _staged.RemoveAt(0);
        }

        _staged.Add(packet);
    }

    private void SendStaged()
    {
        while (_staged.Count > 0)
        {
            if (!CanSend)
            {
                Initiate();
                return;
            }

            byte[] packet = _staged[0];
            _staged.RemoveAt(0);
            Transmit(_current.Seal(packet), _there);
            if (packet.Length > 0)
            {
                _timers.DataSent();
            }

            if (_current.Counter > RekeyAfterMessages
                || (_current.IsInitiator && Now - _current.Created >= RekeyAfterTime))
            {
                Initiate();
            }
        }
    }

    private void Transmit(byte[] message, Endpoint to)
    {
        _timers.AnythingPassed();
        _timers.AnythingSent();
        Wire?.Invoke(message, to);
    }

    private StockPeer NewHandshake()
    {
        byte[] ephemeral = new byte[32];
        _random.NextBytes(ephemeral);
        StockPeer made = new(_private) { Index = (uint)_random.NextInt64(1, 1L << 32), Ephemeral = ephemeral };
        if (PresharedKey is not null)
        {
            made.PresharedKey = PresharedKey;
        }

        return made;
    }

    private byte[] Timestamp()
    {
        long unix = 1_750_000_000_000 + Now;
        return StockPeer.Tai(unix / 1_000, (uint)(unix % 1_000 * 1_000_000) & 0xFF000000);
    }
}
