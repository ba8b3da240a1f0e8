using System;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Spore.Base;
using Spore.Crypto;
using Spore.WireGuard;

namespace Spore.Perf;

/// <summary>A WireGuard peer that makes one handshake, and sends what a peer sends then.</summary>
internal sealed class Initiator : ITransport, IEntropy
{
    private const long Now = 1_000_000;

    private readonly Socket _socket;
    private readonly Tunnel _tunnel;
    private readonly Peer _peer;
    private readonly Endpoint _server = new();

    /// <summary>Makes a peer with a key of its own.</summary>
    /// <param name="number">The number of its key.</param>
    /// <param name="server">The public key of the server.</param>
    /// <param name="socket">The socket, connected to the server.</param>
    public Initiator(int number, byte[] server, Socket socket)
    {
        _socket = socket;

        // The tunnel sends to some endpoint; the socket knows the real one.
        _server.SetIpv4([192, 0, 2, 1], 0, 51820);
        long wall = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        _tunnel = new Tunnel(TunnelLimits.OnePeer(), PrivateKey(number), this, this, new ConfiguredHost(wall, Now));
        _peer = _tunnel.AddPeer(server, 0, null, _server, 0, Now);
    }

    /// <summary>The index by which the server answers; counts after <see cref="Send"/>.</summary>
    public int Index { get; private set; }

    /// <summary>Whether the handshake is complete.</summary>
    public bool IsComplete => _peer.HasSession(Now);

    /// <summary>The public key of a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>32 bytes.</returns>
    public static byte[] PublicKey(int number)
    {
        byte[] key = new byte[32];
        new X25519(new CurveScratch()).MultiplyBase(key, 0, PrivateKey(number), 0);
        return key;
    }

    /// <summary>Sends the initiation.</summary>
    public void Send() => _tunnel.Initiate(_peer, Now);

    /// <summary>Takes a datagram of the server.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="length">Its length in bytes.</param>
    public void Receive(byte[] buffer, int length) => _tunnel.Receive(buffer, 0, length, _server, Now);

    /// <summary>The private key of a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>32 bytes.</returns>
    public static byte[] PrivateKey(int number) =>
        SHA256.HashData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"initiator {number}")));

    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        if (buffer[offset] == 1)
        {
            Index = BitConverter.ToInt32(buffer, offset + 4);
        }

        _socket.Send(buffer, offset, length, SocketFlags.None);
    }

    void IEntropy.Fill(byte[] buffer, int offset, int length) =>
        RandomNumberGenerator.Fill(buffer.AsSpan(offset, length));
}
