using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Display;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Names;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Packets;
using Spore.Hostsim.Live.Peers;
using Spore.Hostsim.Live.Routing;
using Spore.Hostsim.Uapi;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live;

/// <summary>
/// A real node: the core between UDP sockets and, where wanted, a TUN interface. One lock guards the core; the threads
/// that receive take it for all that came at one time, and the caller's thread sleeps under it until the next deadline.
/// </summary>
internal sealed partial class LiveNode : ITransport, INodeHost, IDisposable
{
    // The machine's clock is fed at once, so the program's age does not matter; without a clock it is 1970.
    private const long NoBuildTime = 0;
    private const long FeedClockEvery = 60_000;
    private const long LongestSleep = 60_000;
    private const int HangUp = 1;

    // In milliseconds. Files take less.
    private const int ReloadPatience = 1000;

    // In milliseconds. A blocked output does not keep the node from ending.
    private const int FlushPatience = 300;

    private readonly object _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly NodeOptions _options;
    private readonly LiveTimeline _timeline;
    private readonly UdpTransport _transport;
    private readonly LinuxTun? _tun;
    private readonly KeyLogFile? _keyLog;
    private readonly Node _node;
    private readonly NameResolver _names;
    private readonly List<(byte[] Key, Endpoint? Endpoint)> _peers;
    private readonly Dictionary<string, byte[]> _presharedKeys = [];
    private readonly NodeLimits _limits;
    private readonly byte[] _trustRoot;
    private readonly List<PosixSignalRegistration> _signals = [];

    // For wg alone; the core has its own.
    private readonly byte[] _privateKey;
    private readonly LiveConfiguration _configuration;
    private readonly Outbox _directOutbox;

    // That of the thread that has the core and will send what is in it; null where what the core gives out has to go at once.
    private Outbox? _outbox;
    private TunnelRouting? _routing;
    private long _sleepsUntil;
    private long _feedClockAt;
    private bool _running;
    private bool _networkChanged;
    private readonly NodeIdleWork _idleWork = new();
    private bool _statusAsked;
    private bool _reloadAsked;
    private bool _isReloading;
    private bool _stopped;
    private string? _lost;

    /// <summary>Makes a node and opens all it needs.</summary>
    /// <param name="options">What it is made from.</param>
    /// <param name="timeline">Where it tells what happens.</param>
    /// <param name="cancel">Ends the wait for a name server, and for a file that is a FIFO.</param>
    /// <exception cref="HostsimException">Something given by the operator is not right.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public LiveNode(NodeOptions options, LiveTimeline timeline, CancellationToken cancel = default)
    {
        _options = options;
        _timeline = timeline;
        _privateKey = [];
        try
        {
            HearSignals();
            NodeIdentity identity = Await(() => NodeIdentity.Load(options.Identity), cancel);
            _names = new NameResolver(SetEndpoint);
            _trustRoot = identity.TrustRoot;
            NodeLimits limits = _limits = NodeLimits.Desktop();
            limits.Mtu = options.Mtu;
            limits.HandshakeInterval = (1000 + options.HandshakeRate - 1) / options.HandshakeRate;
            byte[]? network = options.Network == null ? null : Await(() => ReadNetwork(options.Network), cancel);
            _peers = [.. options.Peers.Select(p => (p.Key, Find(p.Endpoint, cancel)))];
            ReadPresharedKeys(cancel);
            Endpoint? rendezvous = Find(options.Rendezvous, cancel);
            _transport = new UdpTransport(options.Listen, options.Tun);
            _tun = options.Tun == null ? null : new LinuxTun(options.Tun);
            _keyLog = options.KeyLog == null
                ? null
                : new KeyLogFile(
                    options.KeyLog,
                    identity.Record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize),
                    timeline);
            _directOutbox = NewOutbox();
            _node = new Node(limits, identity.Record, this, new SystemEntropy(), this, NoBuildTime, Now, OpenSslAead.TryCreate())
            {
                HostAnswersEcho = _tun != null,
                OuterIpv6 = _transport.HasIpv6,
                KeyLog = _keyLog,
            };
            _privateKey = options.Tun == null ? _privateKey : identity.Record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize).ToArray();
            _configuration = new LiveConfiguration(_gate, _node, limits, timeline, _privateKey, options.Listen.Port, () => Now, WakeIfSooner);
            CryptographicOperations.ZeroMemory(identity.Record);
            if (_peers.Any(p => p.Key.AsSpan().SequenceEqual(_node.PublicKey)))
            {
                throw new HostsimException("--peer: that is this node's own key");
            }

            FeedClock();
            if (rendezvous != null)
            {
                _node.Rendezvous.CopyFrom(rendezvous);
            }

            if (network != null)
            {
                Load(network);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private long Now => (long)_clock.Elapsed.TotalMilliseconds;

    /// <summary>Runs the node until it is told to stop.</summary>
    /// <param name="cancel">Tells it.</param>
    /// <exception cref="HostsimException">The TUN interface can't be configured.</exception>
    public void Run(CancellationToken cancel)
    {
        if (_tun != null)
        {
            _routing = new TunnelRouting(_tun, _options.Mtu, Tell, Lose);
            _transport.Mark(_routing.Mark);
            _configuration.FirewallMark = _routing.Mark;
        }

        lock (_gate)
        {
            ShowBanner();
            _running = true;
            AddPeers();
        }

        using UapiServer? uapi = _tun == null ? null : ServeUapi(_tun.Name);
        ApplyNetwork();
        _transport.Start(NewDatagramReceiver);
        _tun?.Start(NewPacketReceiver());
        using CancellationTokenRegistration stop = cancel.Register(() => Ask(ref _stopped));
        while (Advance())
        {
            StartReload();
            ApplyNetwork();
        }

        lock (_gate)
        {
            _timeline.Tell("ended", "blue", Status());
        }

        if (_lost != null)
        {
            throw new HostsimException(_lost);
        }
    }

    /// <inheritdoc/>
    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        _transport.Put(_outbox ?? _directOutbox, buffer.AsSpan(offset, length), endpoint);
        SendDirect();
    }

    /// <inheritdoc/>
    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        bool taken = (_outbox ?? _directOutbox).AddPacket(buffer.AsSpan(offset, length));
        SendDirect();
        return taken;
    }

    /// <inheritdoc/>
    void INodeHost.Report(NodeEvent what, byte[]? key, int keyOffset, long value)
    {
        ReadOnlySpan<byte> peer = key == null ? default : key.AsSpan(keyOffset, KeyText.KeySize);
        if (key != null)
        {
            _keyLog?.Remote(peer);
        }

        _networkChanged |= what is NodeEvent.NetworkApplied or NodeEvent.NetworkExpired;
        _configuration.Hear(what, peer);
        if (_running)
        {
            _timeline.Hear(what, peer, value);
        }
    }

    /// <inheritdoc/>
    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[]? name, int offset, int length)
    {
        byte[] peer = key.AsSpan(keyOffset, KeyText.KeySize).ToArray();
        if (name != null)
        {
            string text = Encoding.ASCII.GetString(name, offset, length);
            if (PeerEndpoint.TryParse(text, EndpointUse.Published, out _) is { } named)
            {
                _names.Resolve(peer, named);
            }

            return false;
        }

        if (_configuration.HasPlaced(KeyText.Format(peer)))
        {
            return true;
        }

        PeerEndpoint? configured = _options.Peers.FirstOrDefault(p => p.Key.AsSpan().SequenceEqual(peer))?.Endpoint;
        if (configured is { Name: not null })
        {
            _names.Resolve(peer, configured);
        }

        return configured != null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _routing?.Dispose();
        _transport?.Dispose();
        _tun?.Dispose();
        _keyLog?.Dispose();
        _timeline.Flush(FlushPatience);
        CryptographicOperations.ZeroMemory(_privateKey);

        // Last: without a handler SIGUSR1 and SIGHUP end the program.
        _signals.ForEach(s => s.Dispose());
    }

    // A signal that the operator sends must not end a node that is still starting.
    private void HearSignals()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // SIGUSR1 has no name there, and a number of its own on each system.
        int user1 = OperatingSystem.IsLinux() ? 10 : 30;
        _signals.Add(PosixSignalRegistration.Create((PosixSignal)user1, context =>
        {
            context.Cancel = true;
            Ask(ref _statusAsked);
        }));
        // Under nohup it is ignored, and the runtime would leave it so.
        SetDefault(HangUp, 0);
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Ask(ref _reloadAsked);
        }));
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetDefault(int signal, nint handler);

    private static Endpoint? Find(PeerEndpoint? place, CancellationToken cancel)
    {
        return place == null ? null : NameResolver.Find(place, cancel);
    }

    // A FIFO holds up who opens it until somebody else writes it.
    private static T Await<T>(Func<T> read, CancellationToken cancel)
    {
        return Task.Run(read, cancel).WaitAsync(cancel).GetAwaiter().GetResult();
    }

    private byte[] ReadNetwork(string path)
    {
        byte[] network = InputFile.Read(path, _limits.NetworkBytes);
        NetworkReader.Verify(network, path, _trustRoot);
        return network;
    }

    private void ReadPresharedKeys(CancellationToken cancel)
    {
        foreach (KeyFileArgument file in _options.PresharedKeys)
        {
            string key = KeyText.Format(file.Key);
            if (!_peers.Any(p => p.Key.AsSpan().SequenceEqual(file.Key)))
            {
                throw new HostsimException($"--psk-file: {key} is given by no --peer");
            }

            if (!_presharedKeys.TryAdd(key, Await(() => PresharedKeyFile.Read(file.Path), cancel)))
            {
                throw new HostsimException($"--psk-file: {key} has two of them");
            }
        }
    }

    private void Load(byte[] network)
    {
        NetworkFault fault = _node.Load(network, 0, network.Length, Now);
        if (fault != NetworkFault.None)
        {
            throw new HostsimException($"{_options.Network}: {NetworkFaultText.Describe(fault)}");
        }
    }

    // On a thread of its own: a file that is a FIFO, or on a file system that hangs, must not stop the node.
    private void StartReload()
    {
        lock (_gate)
        {
            if (!_reloadAsked || _isReloading)
            {
                return;
            }

            _reloadAsked = false;
            _isReloading = true;
        }

        new Thread(() =>
        {
            Reload();
            lock (_gate)
            {
                _isReloading = false;
                Monitor.Pulse(_gate);
            }
        })
        { IsBackground = true, Name = "reload" }.Start();
    }

    // Called on SIGHUP. Each file counts for itself: one that can't be used leaves what it gave before.
    private void Reload()
    {
        List<string> read = [];
        if (_options.Network is { } path)
        {
            Reload(path, () =>
            {
                byte[] network = ReadNetwork(path);
                lock (_gate)
                {
                    if (_stopped)
                    {
                        return;
                    }

                    Load(network);
                    read.Add($"{path}, version {_node.NetworkVersion}");
                    WakeIfSooner();
                }
            });
        }

        foreach (KeyFileArgument file in _options.PresharedKeys)
        {
            Reload(file.Path, () =>
            {
                byte[] key = PresharedKeyFile.Read(file.Path);
                lock (_gate)
                {
                    // A peer that wg has removed since is nobody's any more.
                    if (_node.SetPresharedKey(file.Key, 0, key))
                    {
                        read.Add(file.Path);
                    }
                }
            });
        }

        if (read.Count > 0)
        {
            Tell("reloaded", "green", string.Join("; ", read));
        }
        else if (_options.Network == null && _options.PresharedKeys.Count == 0)
        {
            Tell("reloaded", "blue", "nothing: there is no --network and no --psk-file");
        }
    }

    private void Reload(string path, Action read)
    {
        using Timer late = new(
            _ => Tell("not reloaded", "yellow", $"{path}: nothing can be read from it yet"),
            null,
            ReloadPatience,
            Timeout.Infinite);
        try
        {
            read();
        }
        catch (Exception exception) when (exception is HostsimException or InputException)
        {
            string reason = exception.Message;
            Tell("not reloaded", "red", reason.StartsWith(path, StringComparison.Ordinal) ? reason : $"{path}: {reason}");
        }
    }

    private void Tell(string verb, string colour, string text)
    {
        lock (_gate)
        {
            _timeline.Tell(verb, colour, text);
        }
    }

    // Called when the interface is gone: without it the node has nothing to do here.
    private void Lose(string reason)
    {
        _lost = reason;
        Ask(ref _stopped);
    }

    private void AddPeers()
    {
        foreach ((byte[] key, Endpoint? endpoint) in _peers)
        {
            _keyLog?.Remote(key);
            // It is asked as soon as it has an endpoint, and the key log tells what it is asked with.
            bool isAdded = _node.AddPeer(key, 0, null, Now);
            if (isAdded && _presharedKeys.Remove(KeyText.Format(key), out byte[]? presharedKey))
            {
                _node.SetPresharedKey(key, 0, presharedKey);
            }

            if (!isAdded || (endpoint != null && !_node.AddPeer(key, 0, endpoint, Now)))
            {
                throw new HostsimException($"--peer: no room for {KeyText.Format(key)}");
            }
        }

        WakeIfSooner();
    }

    /// <summary>Lets the core do what is due and sleeps until more is, or until something has to be done without the lock.</summary>
    /// <returns>False when the node is to stop.</returns>
    private bool Advance()
    {
        lock (_gate)
        {
            while (!_stopped && !_networkChanged && (!_reloadAsked || _isReloading))
            {
                if (_statusAsked)
                {
                    _statusAsked = false;
                    ShowStatus();
                }

                if (Now >= _feedClockAt)
                {
                    FeedClock();
                }

                _node.Advance(Now);
                if (_networkChanged)
                {
                    break;
                }

                long now = Now;
                _sleepsUntil = Math.Min(Math.Min(_node.NextDeadline, _feedClockAt), now + LongestSleep);

                // Even without sleep this lets the receiving threads in.
                Monitor.Wait(_gate, (int)Math.Max(0, _sleepsUntil - now));
            }

            return !_stopped;
        }
    }

    // What a name led to. By now the operator may have said otherwise, or the peer have come by itself.
    private void SetEndpoint(byte[] key, Endpoint endpoint)
    {
        lock (_gate)
        {
            long now = Now;
            bool isSettled = _configuration.HasPlaced(KeyText.Format(key))
                || _node.Peers.Any(p => p.InUse && p.HasSession(now) && now - p.LastHeard < Constants.EndpointPatience && p.PublicKey.AsSpan().SequenceEqual(key));
            if (!isSettled)
            {
                _node.SetEndpoint(key, 0, endpoint, now);
                WakeIfSooner();
            }
        }
    }

    private void SendDirect()
    {
        if (_outbox == null)
        {
            _directOutbox.Send();
        }
    }

    private Outbox NewOutbox()
    {
        return new Outbox(_transport, _tun);
    }

    private UdpTransport.Receiver NewDatagramReceiver()
    {
        Outbox outbox = NewOutbox();
        return datagrams =>
        {
            lock (_gate)
            {
                _outbox = outbox;
                long now = Now;
                while (datagrams.Next())
                {
                    _node.Receive(datagrams.Buffer, datagrams.Offset, datagrams.Length, datagrams.Source, now);
                }

                _outbox = null;
                WakeIfSooner();
            }

            outbox.Send();
        };
    }

    private LinuxTun.Receiver NewPacketReceiver()
    {
        Outbox outbox = NewOutbox();
        return packets =>
        {
            lock (_gate)
            {
                _outbox = outbox;
                long now = Now;
                while (packets.Next())
                {
                    _node.Send(packets.Buffer, packets.Offset, packets.Length, now);
                }

                _outbox = null;
                WakeIfSooner();
            }

            outbox.Send();
        };
    }

    private void WakeIfSooner()
    {
        if (_networkChanged || _node.NextDeadline < _sleepsUntil)
        {
            _sleepsUntil = _node.NextDeadline;
            Monitor.Pulse(_gate);
        }
    }

    private void Ask(ref bool flag)
    {
        lock (_gate)
        {
            flag = true;
            Monitor.Pulse(_gate);
        }
    }

    private void FeedClock()
    {
        if (_options.NoClock)
        {
            _feedClockAt = long.MaxValue;
            return;
        }

        _node.SetWallClock(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Now);
        _feedClockAt = Now + FeedClockEvery;
    }

    private void ApplyNetwork()
    {
        TunAddresses wanted;
        lock (_gate)
        {
            _networkChanged = false;
            _configuration.FollowNetwork();
            IReadOnlyList<PeerDescription> members = _configuration.Members.All;
            _timeline.Learn(members);
            int own = _node.OwnEntry;
            IPAddress linkLocal = new(_node.LinkLocal);
            wanted = own < 0
                ? TunAddresses.Alone(linkLocal)
                : TunAddresses.Of(linkLocal, members[own].AllowedPrefixes, members.Where((_, i) => i != own).SelectMany(m => m.AllowedPrefixes), _options.DefaultRoute);
        }

        _routing?.Set(wanted);
    }

    // Without it the node is as good; only wg can't talk to it.
    private UapiServer? ServeUapi(string name)
    {
        try
        {
            return new UapiServer(UapiSocket.Listen(UapiSocket.Folder, name), _configuration);
        }
        catch (HostsimException exception)
        {
            Tell("no wg", "yellow", exception.Message);
            return null;
        }
    }

    private void ShowBanner()
    {
        _timeline.Banner("public key", Convert.ToBase64String(_node.PublicKey));
        _timeline.Banner("link-local", new IPAddress(_node.LinkLocal).ToString());
        _timeline.Banner("listening", _transport.Description);
        if (_tun != null)
        {
            _timeline.Banner("interface", $"{_tun.Name}, MTU {_options.Mtu}");
        }

        if (_node.NetworkVersion != 0)
        {
            string role = _node.OwnEntry < 0 ? "this node is not in it" : "this node is in it";
            _timeline.Banner("network", $"version {_node.NetworkVersion}, {_node.Network.Count} members; {role}");
        }
    }

    private void ShowStatus()
    {
        _timeline.Tell("status", "blue", Status());
        long now = Now;
        foreach (Peer peer in _node.Peers.Where(p => p.InUse))
        {
            string kind = peer.IsProvisional ? "guest" : Node.IsMember(peer) ? "member" : "configured";
            string endpoint = peer.Endpoint.IsKnown ? EndpointAddress.Of(peer.Endpoint).ToString() : "nowhere yet";
            string session = peer.HasSession(now) ? $"session for {Seconds(now - peer.SessionSince)}" : "no session";
            _timeline.Tell(
                kind,
                "blue",
                $"{_timeline.NameOf(KeyText.Format(peer.PublicKey))} at {endpoint}; {session}; heard {Seconds(now - peer.LastHeard)} ago; "
                + $"{ByteSize.Describe(peer.BytesReceived)} in, {ByteSize.Describe(peer.BytesSent)} out");
        }
    }

    private static string Seconds(long milliseconds)
    {
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000} s");
    }

    private string Status()
    {
        long now = Now;
        NodeCounters counters = _node.Counters;
        string network = _node.NetworkVersion == 0 ? "no network"
            : _node.IsFresh(now) ? $"version {_node.NetworkVersion}, fresh"
            : $"version {_node.NetworkVersion}, unconfirmed ({_node.AgreeingMembers(now)} agree)";
        string uptime = TimeSpan.FromSeconds(now / 1000).ToString("c", CultureInfo.InvariantCulture);
        int sessions = _node.SessionCount(now);
        _node.CountIdleWork(_idleWork, now);
        string idle = (_idleWork.Checks | _idleWork.Secrets | _idleWork.Keys | _idleWork.Pairs) == 0 ? "nothing due"
            : $"due: {_idleWork.Checks} signatures, {_idleWork.Secrets} secrets, {_idleWork.Keys} keys, {_idleWork.Pairs} pairs";
        return $"up {uptime}; {network}; {sessions} session{(sessions == 1 ? string.Empty : "s")}; {idle}; "
            + $"{ByteSize.Describe(counters.BytesReceived)} in, {ByteSize.Describe(counters.BytesSent)} out; "
            + $"{counters.Invalid} invalid, {counters.Replayed} replayed, {counters.Limited} limited, {counters.InnerDropped} dropped inside";
    }
}
