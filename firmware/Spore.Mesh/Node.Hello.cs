using Spore.Base;
using Spore.Discovery;
using Spore.WireGuard;

namespace Spore.Mesh;

// How a node that knows no peer is found.
public sealed partial class Node
{
    private const int HelloInterval = 500;
    private const int HelloBurst = 16;
    private const long FirstHello = 1000;
    private const long LastHello = 64000;
    private const long SettledHello = 300000;
    private const int LongestAnswerDelay = 2000;

    // 255.255.255.255 and ff02::1
    private const ulong BroadcastIpv4 = 0xFFFFFFFFFFFF;
    private const ulong AllNodesHigh = 0xFF02000000000000;
    private const ulong AllNodesLow = 1;

    private readonly Hello _hello;
    private readonly Neighbours _neighbours;
    private readonly RateLimiter _helloLimiter;
    private readonly Endpoint _place = new Endpoint();
    private long _helloInterval;
    private int _nextToCall;

    // Called at the start, and when the last session with a member has ended.
    private void RestartHello()
    {
        _helloInterval = FirstHello;
        _due[Deadline.Hello] = _now + _jitter.Around(FirstHello);
    }

    private void SendHello(long now)
    {
        _hello.Write(_tunnel.SendBuffer, 0, PublicKey, NetworkVersion, _entropy);
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
        if (HasMemberSession(now))
        {
            _helloInterval = FirstHello;
            _due[Deadline.Hello] = now + _jitter.Around(SettledHello);
        }
        else
        {
            _helloInterval = _helloInterval >= LastHello ? LastHello : _helloInterval * 2;
            _due[Deadline.Hello] = now + _jitter.Around(_helloInterval);
        }
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

        for (int i = 0; i < _applied.MemberCount; i++)
        {
            _nextToCall = _nextToCall + 1 < _applied.MemberCount ? _nextToCall + 1 : 0;
            if (_nextToCall == _applied.OwnEntry || !HasEndpoint(_nextToCall))
            {
                continue;
            }

            Peer member = OpenMember(_nextToCall, now);
            if (member != null)
            {
                _tunnel.Initiate(member, now);
                return;
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

        if (IsOwnKey(_hello.PublicKey, 0))
        {
            return;
        }

        Peer peer = _tunnel.FindSlot(_hello.PublicKey, 0);
        bool known = (peer != null && !peer.IsProvisional) || _applied.Find(_hello.PublicKey, 0) >= 0;
        _host.Report(NodeEvent.HelloHeard, _hello.PublicKey, 0, (long)_hello.Version);
        int place = _neighbours.Hear(_hello.PublicKey, 0, _hello.Version, source, now);
        if (!known || (_hello.Version == NetworkVersion && !HasLostSession(peer, place, now)))
        {
            _neighbours.Plan(place, known ? Neighbours.Hint : Neighbours.NoPlan);
            if (peer != null && !peer.IsProvisional && !peer.Endpoint.IsKnown)
            {
                peer.Endpoint.CopyFrom(source);
            }
        }
        else if (!_neighbours.IsPlanned(place))
        {
            _neighbours.Plan(place, now + _jitter.Below(LongestAnswerDelay + 1));
        }
    }

    private void AnswerHellos(long now)
    {
        int place = _neighbours.TakeDue(now);
        while (place >= 0)
        {
            int offset = Neighbours.KeyOffset(place);
            Peer peer = _tunnel.FindSlot(_neighbours.Keys, offset);
            int entry = _applied.Find(_neighbours.Keys, offset);
            if (entry >= 0)
            {
                peer = OpenMember(entry, now);
            }

            if (peer != null
                && !peer.IsProvisional
                && (_neighbours.VersionAt(place) != NetworkVersion || HasLostSession(peer, place, now)))
            {
                Endpoint endpoint = _neighbours.EndpointAt(place);
                long due = _tunnel.ProvokeDue(peer, endpoint);
                if (due > now)
                {
                    _neighbours.Plan(place, due);
                }
                else
                {
                    _tunnel.Provoke(peer, endpoint, now);
                }
            }

            place = _neighbours.TakeDue(now);
        }
    }

    // Whether our session with a peer is older than its last boot: it has caught up with the network, but not with us.
    private bool HasLostSession(Peer peer, int place, long now)
    {
        return peer != null && peer.HasSession(now) && peer.SessionSince < _neighbours.LostAt(place);
    }

    private bool IsOwnKey(byte[] key, int offset)
    {
        return Crypto.ConstantTime.Equal(PublicKey, 0, key, offset, 32);
    }
}
