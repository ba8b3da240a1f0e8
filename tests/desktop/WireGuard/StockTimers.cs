using System;
using System.Linq;

namespace Spore.Tests.WireGuard;

/// <summary>
/// The five timers of a stock peer, and the three things it remembers beside them, as the kernel and wireguard-go have
/// them (paper section 6). Written from what those do, with numbers of its own and nothing of Spore's, so that both
/// can't be wrong in the same way.
/// </summary>
internal sealed class StockTimers
{
    public const long RekeyTimeout = 5_000;
    public const long RejectAfterTime = 180_000;

    private const long KeepaliveTimeout = 10_000;
    private const int MaxTimerHandshakes = 18;
    private const long RekeyAttemptTime = 90_000;
    private const long Never = long.MaxValue;

    private readonly StockEnd _end;
    private readonly Timer[] _timers;
    private readonly Timer _retransmitHandshake;
    private readonly Timer _sendKeepalive;
    private readonly Timer _newHandshake;
    private readonly Timer _zeroKeyMaterial;
    private readonly Timer _persistentKeepalive;
    private int _handshakeAttempts;
    private long _wantedAt;
    private bool _needsAnotherKeepalive;
    private bool _sentLastMinuteHandshake;

    public StockTimers(StockEnd end)
    {
        _end = end;
        _retransmitHandshake = new Timer(RetransmitHandshake);
        _sendKeepalive = new Timer(SendKeepalive);
        _newHandshake = new Timer(() => _end.Initiate());
        _zeroKeyMaterial = new Timer(_end.Wipe);
        _persistentKeepalive = new Timer(KeepAlive);
        _timers = [_retransmitHandshake, _sendKeepalive, _newHandshake, _zeroKeyMaterial, _persistentKeepalive];
    }

    public long NextDue => _timers.Min(t => t.At);

    /// <summary>Whether an initiation is to be retransmitted.</summary>
    public bool IsRetransmitting => _retransmitHandshake.At != Never;

    /// <summary>Seconds between persistent keepalives, 0 for none.</summary>
    public int KeepaliveInterval { get; set; }

    public void Advance()
    {
        while (_timers.MinBy(t => t.At) is Timer first && first.At <= _end.Now)
        {
            first.At = Never;
            first.Expired();
        }
    }

    /// <summary>A packet wants a session, which no timer does that only asks again.</summary>
    public void HandshakeWanted()
    {
        _handshakeAttempts = 0;
        _wantedAt = _end.Now;
    }

    public void DataSent()
    {
        if (_newHandshake.At == Never)
        {
            _newHandshake.At = _end.Now + KeepaliveTimeout + RekeyTimeout + _end.NextJitter();
        }
    }

    public void DataReceived()
    {
        if (_sendKeepalive.At == Never)
        {
            _sendKeepalive.At = _end.Now + KeepaliveTimeout;
        }
        else
        {
            _needsAnotherKeepalive = true;
        }
    }

    public void AnythingSent() => _sendKeepalive.At = Never;

    public void AnythingReceived() => _newHandshake.At = Never;

    public void AnythingPassed()
    {
        if (KeepaliveInterval > 0)
        {
            _persistentKeepalive.At = _end.Now + (KeepaliveInterval * 1_000L);
        }
    }

    public void HandshakeInitiated() => RetransmitAfter(_end.Now + RekeyTimeout);

    /// <summary>Has an initiation sent at a moment, or as much later as the jitter says.</summary>
    public void RetransmitAfter(long due) => _retransmitHandshake.At = due + _end.NextJitter();

    public void HandshakeComplete()
    {
        _retransmitHandshake.At = Never;
        _handshakeAttempts = 0;
        _sentLastMinuteHandshake = false;
    }

    public void SessionDerived() => _zeroKeyMaterial.At = _end.Now + (3 * RejectAfterTime);

    /// <summary>Whether it is the first time in a session that one hears so late in it.</summary>
    public bool IsLastMinute()
    {
        bool first = !_sentLastMinuteHandshake;
        _sentLastMinuteHandshake = true;
        return first;
    }

    private void RetransmitHandshake()
    {
        if (_end.Departs(Departures.NinetySeconds)
            ? _end.Now - _wantedAt < RekeyAttemptTime
            : _handshakeAttempts <= MaxTimerHandshakes)
        {
            _handshakeAttempts++;
            _end.Initiate(isRetry: true);
            return;
        }

        _sendKeepalive.At = Never;
        _end.DropStaged();
        if (_zeroKeyMaterial.At == Never)
        {
            SessionDerived();
        }
    }

    // What is sent stops the timer; only then is it set for another. (In the implementations this
    // is meant, and a race.)
    private void SendKeepalive()
    {
        _end.SendKeepalive();
        if (_needsAnotherKeepalive)
        {
            _needsAnotherKeepalive = false;
            _sendKeepalive.At = _end.Now + KeepaliveTimeout;
        }
    }

    private void KeepAlive()
    {
        if (KeepaliveInterval > 0)
        {
            _end.SendKeepalive();
        }
    }

    private sealed class Timer(Action expired)
    {
        public long At { get; set; } = Never;

        public Action Expired { get; } = expired;
    }
}
