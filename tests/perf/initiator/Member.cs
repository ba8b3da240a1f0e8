using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Spore.Base;
using Spore.WireGuard;

namespace Spore.Perf;

/// <summary>
/// A member of the hub's network, as far as WireGuard goes: it initiates, retransmits, answers cookies and keeps its
/// session as any WireGuard peer does. It asks nothing of the mesh. Not safe for concurrent use.
/// </summary>
internal sealed class Member : ConfiguredHost, ITransport, IEntropy, IDisposable
{
    private const int InAddress = 250;

    private static readonly byte[] _hubAddress = [10, 99, 0, 1];

    // Those of a desktop, but for one peer.
    private static readonly TunnelLimits _limits = new()
    {
        Slots = 1,
        Keypairs = 4,
        Initiations = 2,
        Mtu = 1420,
        RateLimitSources = 1,
        HandshakeInterval = 2,
        HandshakeBacklog = 256,
        SourceInterval = 50,
        SourceBurst = 5,
    };

    private readonly Tunnel _tunnel;
    private readonly Peer _hub;
    private readonly Endpoint _endpoint = new();
    private readonly byte[] _address;
    private bool _isHolding;
    private byte[]? _held;

    /// <summary>Makes a member with a socket of its own.</summary>
    /// <param name="number">The number of its key, from 0.</param>
    /// <param name="addresses">How many outer addresses all members share.</param>
    /// <param name="hubKey">The hub's public key.</param>
    /// <param name="hub">Where the hub is.</param>
    /// <param name="primitives">Those of its thread.</param>
    /// <param name="now">Milliseconds on the clock of all members.</param>
    public Member(
        int number, int addresses, byte[] hubKey, IPEndPoint hub, HandshakePrimitives primitives, long now)
        : base(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), now)
    {
        Number = number;
        _address = [10, 99, (byte)(1 + (number / InAddress)), (byte)(1 + (number % InAddress))];
        Socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        int place = number % addresses;
        IPAddress outer = new([10, 88, (byte)(place / InAddress), (byte)(1 + (place % InAddress))]);
        Socket.Bind(new IPEndPoint(outer, 20000 + (number / addresses)));
        Socket.Connect(hub);

        // The tunnel sends to some endpoint; the socket knows the real one.
        _endpoint.SetIpv4([192, 0, 2, 1], 0, 51820);
        byte[] privateKey = Initiator.PrivateKey(number);
        byte[] publicKey = new byte[32];
        primitives.X25519.MultiplyBase(publicKey, 0, privateKey, 0);
        _tunnel = new Tunnel(
            _limits,
            privateKey,
            publicKey,
            primitives.X25519,
            primitives.Idle,
            primitives.Hash,
            primitives.Aead,
            primitives.CookieAead,
            this,
            this,
            this,
            new TunnelCounters());
        _hub = _tunnel.AddPeer(hubKey, 0, null, _endpoint, 0, now);
    }

    /// <summary>The number of its key.</summary>
    public int Number { get; }

    /// <summary>Its socket, connected to the hub.</summary>
    public Socket Socket { get; }

    /// <summary>When its latest session came up, in milliseconds; 0 where none did.</summary>
    public long SessionAt { get; private set; }

    /// <summary>How often a session came up.</summary>
    public int Sessions { get; private set; }

    /// <summary>Cookies that the hub sent.</summary>
    public int Cookies { get; private set; }

    /// <summary>When it is to initiate for the first time, in milliseconds.</summary>
    public long BeginAt { get; set; } = Constants.Never;

    /// <summary>When it is to send the next echo request, in milliseconds.</summary>
    public long EchoAt { get; set; } = Constants.Never;

    /// <summary>The time between two echo requests, in milliseconds; 0 for one request only.</summary>
    public int EchoInterval { get; set; }

    /// <summary>When <see cref="Advance"/> should be called, in milliseconds.</summary>
    public long NextDeadline => Math.Min(Math.Min(BeginAt, EchoAt), _tunnel.TimersDue);

    /// <summary>Time has passed.</summary>
    /// <param name="phase">The phase of echo requests.</param>
    /// <param name="echoes">Counts them.</param>
    /// <param name="now">Milliseconds.</param>
    public void Advance(byte phase, Echoes echoes, long now)
    {
        if (BeginAt <= now)
        {
            BeginAt = Constants.Never;
            _tunnel.Initiate(_hub, now);
        }

        _tunnel.FireTimers(now);
        if (EchoAt <= now)
        {
            EchoAt = EchoInterval == 0 ? Constants.Never : EchoAt + EchoInterval;
            Echo.Write(
                _tunnel.SendBuffer, Tunnel.PacketOffset, _address, _hubAddress, Stopwatch.GetTimestamp(), phase);
            _tunnel.SendTo(_hub, Echo.Size, now);
            echoes.Send();
        }
    }

    /// <summary>Makes an initiation for <see cref="SendHeld"/>.</summary>
    /// <param name="now">Milliseconds, at the time when that is called.</param>
    public void Hold(long now)
    {
        _isHolding = true;
        _tunnel.Initiate(_hub, now);
        _isHolding = false;
    }

    /// <summary>Sends the initiation that was made before, if any.</summary>
    public void SendHeld()
    {
        if (_held != null)
        {
            Socket.Send(_held, 0, _held.Length, SocketFlags.None, out SocketError _);
            _held = null;
        }
    }

    /// <summary>Handles a datagram of the hub.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="start">Where the inner packet starts in the buffer.</param>
    /// <param name="packetLength">The length of the inner packet, 0 where there is none.</param>
    public void Receive(byte[] buffer, int length, long now, out int start, out int packetLength)
    {
        bool hasPacket = _tunnel.Receive(buffer, 0, length, _endpoint, now) != null;
        start = _tunnel.PacketStart;
        packetLength = hasPacket ? _tunnel.PacketLength : 0;
    }

    /// <inheritdoc/>
    public override void SessionUp(Peer peer, bool isInitiator, long now)
    {
        SessionAt = now;
        Sessions++;
    }

    /// <inheritdoc/>
    public override void Report(TunnelEvent what, Peer peer, long value)
    {
        Cookies += what == TunnelEvent.CookieReceived ? 1 : 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        if (_isHolding)
        {
            _held = buffer.AsSpan(offset, length).ToArray();
            return;
        }

        // An error is that of an earlier datagram, which found no hub yet.
        Socket.Send(buffer, offset, length, SocketFlags.None, out SocketError error);
        if (error == SocketError.ConnectionRefused)
        {
            Socket.Send(buffer, offset, length, SocketFlags.None, out _);
        }
    }

    void IEntropy.Fill(byte[] buffer, int offset, int length) =>
        RandomNumberGenerator.Fill(buffer.AsSpan(offset, length));
}
