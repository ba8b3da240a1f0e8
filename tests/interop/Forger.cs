using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Crypto;
using Spore.WireGuard;

namespace Spore.Tests.Interop;

/// <summary>
/// Sends forged initiations: their mac1 is right, as anybody can make it who knows the public key,
/// and the rest is noise.
/// </summary>
internal sealed class Forger : IDisposable
{
    private const int Distinct = 1024;
    private const int Burst = 20;

    private readonly Socket[] _sockets;
    private readonly byte[][] _messages = new byte[Distinct][];
    private readonly IPEndPoint _target;
    private Thread? _thread;
    private volatile bool _stop;

    /// <summary>Makes the messages.</summary>
    /// <param name="machine">Where they come from.</param>
    /// <param name="sources">Their addresses.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="publicKey">The key of who is there.</param>
    public Forger(NetworkNamespace machine, string[] sources, string target, byte[] publicKey)
    {
        _target = IPEndPoint.Parse(target);
        _sockets = Array.ConvertAll(sources, s => machine.OpenSocket(new IPEndPoint(IPAddress.Parse(s), 0)));
        Blake2s hash = new();
        Random random = new(1);
        for (int i = 0; i < Distinct; i++)
        {
            byte[] message = new byte[Message.InitiationSize];
            random.NextBytes(message);
            message.AsSpan(0, 4).Clear();
            message[0] = Message.Initiation;
            byte[] key = new byte[32];
            hash.Begin(32);
            hash.Update("mac1----"u8.ToArray(), 0, 8);
            hash.Update(publicKey, 0, 32);
            hash.Finish(key, 0);
            hash.BeginKeyed(Message.MacSize, key, 0, 32);
            hash.Update(message, 0, Message.InitiationSize - (2 * Message.MacSize));
            hash.Finish(message, Message.InitiationSize - (2 * Message.MacSize));
            _messages[i] = message;
        }
    }

    /// <summary>How many were sent so far.</summary>
    public long Sent { get; private set; }

    /// <summary>Sends a number of messages at a rate; slower where the machine is.</summary>
    /// <param name="perSecond">The messages a second.</param>
    /// <param name="count">How many.</param>
    public void Send(int perSecond, long count)
    {
        Stopwatch clock = Stopwatch.StartNew();
        for (long sent = 0; sent < count && !_stop;)
        {
            if (sent > clock.Elapsed.TotalSeconds * perSecond)
            {
                Thread.Sleep(1);
                continue;
            }

            for (int i = 0; i < Burst; i++)
            {
                _sockets[(sent / Burst) % _sockets.Length].SendTo(_messages[sent % Distinct], _target);
                sent++;
            }

            Sent += Burst;
        }
    }

    /// <summary>Sends in the background, until disposed of.</summary>
    /// <param name="perSecond">The messages a second.</param>
    public void Start(int perSecond)
    {
        _thread = new Thread(() => Send(perSecond, long.MaxValue));
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop = true;
        _thread?.Join();
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }
}
