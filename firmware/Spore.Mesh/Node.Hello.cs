using Spore.Base;
using Spore.Crypto;
using Spore.Discovery;
using Spore.Sync;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Mesh;

// How a node that knows no peer is found, and finds its peers again: hellos that are sent, and hellos that are heard.
public sealed partial class Node
{
    private const int HelloInterval = 500;
    private const int HelloBurst = 16;
    private const long FirstHello = 1000;
    private const long LastHello = 64000;
    private const long SettledHello = 300000;

    // For how long no session ends the hellos after a newer version was heard of, in milliseconds.
    private const long NewerInterval = 60000;

    // 255.255.255.255 and ff02::1
    private const ulong BroadcastIpv4 = 0xFFFFFFFFFFFF;
    private const ulong AllNodesHigh = 0xFF02000000000000;
    private const ulong AllNodesLow = 1;

    private readonly Hello _hello;
    private readonly Neighbours _neighbours;
    private readonly HelloSources _sources;
    private readonly NonceMemory _nonces;
    private readonly RateLimiter _helloLimiter;
    private readonly Endpoint _place = new Endpoint();
    private long _helloInterval;
    private int _helloTries;
    private int _nextToCall;

    // From when on sessions must have been heard, so that no hellos are needed. It lies ahead for a while after a newer
    // version was heard of, which then does not count again.
    private long _doubtedAt;

    // When the host last reported that a link or an address changed.
    private long _changedAt = long.MinValue;

    /// <summary>
    /// Sets an outer endpoint of this node's own, which its hellos list from now on. A hello that arrives from a listed
    /// endpoint is answered before copies of it from elsewhere.
    /// </summary>
    /// <param name="index">Which of them, 0 to <see cref="Hello.MaxEndpoints"/> - 1.</param>
    /// <param name="endpoint">The endpoint, as peers reach it; null for none. Its zone does not count.</param>
    public void SetOwnEndpoint(int index, Endpoint endpoint)
    {
        _hello.SetOwnEndpoint(index, endpoint);
    }

    /// <summary>
    /// Should be called when a link of the outer network came up, or an address was added or removed, after
    /// <see cref="SetOwnEndpoint"/>: peers that are in use are initiated to, and hellos begin anew.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void LinkChanged(long now)
    {
        _now = now;
        _changedAt = now;
        _due[Deadline.Probe] = now;
        _sources.Hasten(now);
        ScheduleAnswers();
        _doubtedAt = now;

        // A link that changes all the time does not put off the hello that follows.
        if (_helloTries > 0)
        {
            RestartHello();
        }
    }

    // The interval starts again: at the start, when the network version has changed, and when members
    // are to be found again.
    private void RestartHello()
    {
        _helloTries = 0;
        _helloInterval = FirstHello;
        _due[Deadline.Hello] = _now + _jitter.Around(FirstHello);
    }

    private void SendHello(long now)
    {
        bool isSettled = IsSettled(now);
        if (!isSettled && _helloInterval == SettledHello)
        {
            _helloTries = 0;
            _helloInterval = FirstHello;
        }

        _nonces.Add(_hello.Write(_tunnel.SendBuffer, 0, PublicKey, NetworkVersion, _helloTries, _entropy));
        _place.Set(0, BroadcastIpv4, Hello.BroadcastPort, 0);
        Transmit(_place);
        if (OuterIpv6)
        {
            _place.Set(AllNodesHigh, AllNodesLow, Hello.BroadcastPort, 0);
            Transmit(_place);
        }

        if (Rendezvous.IsKnown)
        {
            Transmit(Rendezvous);
        }

        Report(NodeEvent.HelloSent, null, (long)NetworkVersion);
        _helloTries++;
        _helloInterval = isSettled ? SettledHello : _helloInterval >= LastHello ? LastHello : _helloInterval * 2;
        _due[Deadline.Hello] = now + _jitter.Around(_helloInterval);
    }

    // Whether a session with a member is up, and has been heard since it was last in doubt. A member that is never
    // heard, as one without traffic, is in doubt for as long as the interval grows.
    private bool IsSettled(long now)
    {
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse
                && IsMember(peers[i])
                && peers[i].HasSession(now)
                && (_helloInterval >= LastHello || peers[i].LastHeard >= _doubtedAt))
            {
                return true;
            }
        }

        return false;
    }

    private void Transmit(Endpoint endpoint)
    {
        Counters.DatagramsSent++;
        Counters.BytesSent += Hello.Size;
        _transport.Send(_tunnel.SendBuffer, 0, Hello.Size, endpoint);
    }

    // Called after a hello while no member has a session: initiates to one member after the other whose endpoint is
    // known, and to each configured peer from which nothing was ever received. To a configured peer that was heard it
    // does as a stock peer would: nothing, until a packet or a keepalive asks for a session.
    private void CallKnownPeers(long now)
    {
        if (HasMemberSession(now))
        {
            return;
        }

        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Peer peer = peers[i];
            if (peer.InUse && _slots.IsConfigured(i) && peer.Endpoint.IsKnown && peer.LastHeard == peer.Since)
            {
                _tunnel.Initiate(peer, now);
            }
        }

        int members = _applied.MemberCount;
        for (int i = 0; i < members; i++)
        {
            _nextToCall = _nextToCall + 1 < members ? _nextToCall + 1 : 0;
            if (_nextToCall == _applied.OwnEntry || !_applied.IsMember(_nextToCall) || !HasEndpoint(_nextToCall))
            {
                continue;
            }

            Peer member = OpenMember(_nextToCall, false, now);
            if (member != null)
            {
                _tunnel.Initiate(member, now);
                return;
            }
        }
    }

    // Called after LinkChanged: initiates to the members whose sessions are in use, so that they answer to the new
    // address or are known to be gone from where they were.
    private void ProbePeers(long now)
    {
        _due[Deadline.Probe] = Never;
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            Peer peer = peers[i];
            if (peer.InUse && IsMember(peer) && peer.HasSession(now) && peer.IsActive(now))
            {
                _tunnel.Initiate(peer, now);
            }
        }
    }

    private void ReceiveHello(byte[] buffer, int offset, int length, Endpoint source, long now)
    {
        if (!_helloLimiter.Allow(RateLimiter.KeyOf(source), now))
        {
            Counters.Limited++;
            return;
        }

        if (!_hello.Open(buffer, offset, length))
        {
            Counters.Invalid++;
            return;
        }

        ulong nonce = _hello.Identify(buffer, offset);
        int memory = _nonces.Find(nonce);
        if (ConstantTime.Equal(PublicKey, 0, _hello.PublicKey, 0, PublicKey.Length))
        {
            HearOwnKey(memory, nonce, source);
            return;
        }

        _host.Report(NodeEvent.HelloHeard, _hello.PublicKey, 0, (long)_hello.Version);
        Peer peer = _tunnel.FindSlot(_hello.PublicKey, 0);
        bool isKnown = (peer != null && !peer.IsProvisional) || _applied.Find(_hello.PublicKey, 0) >= 0;
        if (!isKnown && !_applied.IsSparse && _hello.Version <= NetworkVersion)
        {
            _host.Report(NodeEvent.HelloIgnored, _hello.PublicKey, 0, (long)_hello.Version);
            return;
        }

        if (NetworkVersion != 0 && _hello.Version > NetworkVersion && now >= _doubtedAt)
        {
            // Few hearers answer a first hello. By its own hellos this node is found soon, unless it stops because of a
            // session with one that is behind too.
            DoubtSessions(now + NewerInterval);
        }

        bool isOther = !isKnown || _neighbours.Hear(_hello.PublicKey, 0, nonce, now);
        if (memory < 0)
        {
            if (!isOther)
            {
                return;
            }

            memory = _nonces.Add(nonce);
        }

        if (_nonces.IsUsedUp(memory) || _sources.Has(source, nonce))
        {
            return;
        }

        int port = Hello.FindPort(buffer, offset, source);
        if (port == 0 && !_nonces.AdmitUnnamed(memory))
        {
            return;
        }

        _place.Set(source.AddressHigh, source.AddressLow, port == 0 ? source.Port : port, source.Zone);
        _place.SetLocal(source.Local);
        int flags = (port == 0 ? 0 : HelloSources.Named)
            | (_hello.Version == 0 && NetworkVersion != 0 ? HelloSources.Rebooted : 0);
        _sources.Hear(
            _place, _hello.PublicKey, 0, nonce, _hello.Version, flags, DueOf(buffer, offset, peer, isKnown, now), now);
        ScheduleAnswers();
    }

    // Called when a hello bears this node's own key. Its own hellos come back by the broadcast; they are remembered.
    private void HearOwnKey(int memory, ulong nonce, Endpoint source)
    {
        if (memory < 0)
        {
            _nonces.Add(nonce);
            _place.CopyFrom(source);
            _host.Report(NodeEvent.OwnKeyHeard, PublicKey, 0, (long)_hello.Version);
        }
    }

    bool ITunnelHost.Silent(Peer peer, long now)
    {
        if (IsMember(peer) && !HasHeardSession(now))
        {
            DoubtSessions(now);
        }

        // Silent again: its handshakes get through and its data does not.
        return peer.IsInDoubt && AskHint(peer, now);
    }

    // Called when the last session with a member is silent, a network that is read does not arrive, or a newer version
    // was heard of: only sessions that are heard after some time count.
    private void DoubtSessions(long since)
    {
        _doubtedAt = since;
        RestartHello();
    }

    // Called when a transfer has timed out.
    private void TransferTimedOut(TftpTransfer transfer, long now)
    {
        Peer peer = _sync.PeerOf(transfer);
        if (peer != null && transfer.MostRequests == 0)
        {
            peer.IsUnresponsive = true;
        }

        if (transfer.IsClient && transfer.File == NetworkSync.NetworkTag)
        {
            DoubtSessions(now);
        }
    }

    private bool HasHeardSession(long now)
    {
        Peer[] peers = _tunnel.Peers;
        for (int i = 0; i < peers.Length; i++)
        {
            if (peers[i].InUse && IsMember(peers[i]) && !peers[i].IsSilent && peers[i].HasSession(now))
            {
                return true;
            }
        }

        return false;
    }
}
