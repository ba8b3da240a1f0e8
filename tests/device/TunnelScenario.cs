namespace Spore.Tests.Device;

/// <summary>Two plain tunnels in one memory, to be measured from outside.</summary>
public static class TunnelScenario
{
    /// <summary>The size of the inner packets.</summary>
    public const int PacketSize = 1024;

    private const int KeySize = 32;
    private const int Room = 4;
    private const long Start = 1000;

    private static readonly byte[] _packet = new byte[PacketSize];
    private static TunnelStation _first;
    private static TunnelStation _second;
    private static long _now;

    /// <summary>Makes what surrounds a tunnel, to see what that takes.</summary>
    public static void BuildSurroundings()
    {
        _first = new TunnelStation(1, Room);
    }

    /// <summary>
    /// Makes a tunnel with one peer, its preshared key and its allowed IPs, and what surrounds the tunnel.
    /// </summary>
    public static void BuildTunnel()
    {
        _first = new TunnelStation(1, Room);
        _first.Make(Start);
        _first.Know(NewKey(9), NewKey(7), 2, true, Start);
    }

    /// <summary>Makes two that are each other's peers; the first keeps the session alive.</summary>
    public static void Build()
    {
        _now = Start;
        _first = new TunnelStation(1, Room);
        _second = new TunnelStation(2, Room);
        _first.Other = _second;
        _second.Other = _first;
        _first.Make(Start);
        _second.Make(Start);
        byte[] key = new byte[KeySize];
        _second.Tunnel.CopyPublicKey(key, 0);
        _first.Know(key, NewKey(7), 2, true, Start);
        _first.Tunnel.CopyPublicKey(key, 0);
        _second.Know(key, NewKey(7), 1, false, Start);
        InnerPacket.WriteData(_packet, PacketSize, 1, 2);
    }

    /// <summary>Lets time pass: each calls nothing but what a plain caller would.</summary>
    public static void Run(int milliseconds)
    {
        long end = _now + milliseconds;
        while (true)
        {
            if (_first.Deliver(_now) || _second.Deliver(_now))
            {
                continue;
            }

            TunnelStation next = _first.Tunnel.NextDeadline <= _second.Tunnel.NextDeadline ? _first : _second;
            if (next.Tunnel.NextDeadline > end)
            {
                _now = end;
                return;
            }

            if (next.Tunnel.NextDeadline > _now)
            {
                _now = next.Tunnel.NextDeadline;
            }

            next.Tunnel.Advance(_now);
        }
    }

    /// <summary>Sends a packet from the first to the second.</summary>
    public static bool SendPacket()
    {
        return _first.Tunnel.Send(_packet, 0, PacketSize, _now);
    }

    /// <summary>Whether both have a session.</summary>
    public static bool HaveSession()
    {
        return _first.Peer.HasSession(_now) && _second.Peer.HasSession(_now);
    }

    /// <summary>When the keys of the first's session were made.</summary>
    public static int SessionSince()
    {
        return (int)_first.Peer.SessionSince;
    }

    /// <summary>Inner packets that the second received.</summary>
    public static int Received()
    {
        return _second.Received;
    }

    /// <summary>Bytes of the latest of them.</summary>
    public static int LatestLength()
    {
        return _second.LatestLength;
    }

    private static byte[] NewKey(byte value)
    {
        byte[] key = new byte[KeySize];
        for (int i = 0; i < KeySize; i++)
        {
            key[i] = value;
        }

        return key;
    }
}
