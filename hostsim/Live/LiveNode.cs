using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using Spore.Base;
using Spore.Discovery;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Changes;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Control;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Metrics;
using Spore.Hostsim.Live.Names;
using Spore.Hostsim.Live.Netlink;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Packets;
using Spore.Hostsim.Live.Peers;
using Spore.Hostsim.Live.Pipeline;
using Spore.Hostsim.Live.Routing;
using Spore.Hostsim.Live.Serving;
using Spore.Hostsim.Sockets;
using Spore.Hostsim.Uapi;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live;

/// <summary>
/// A real node: the core between UDP sockets and, where wanted, a TUN interface. One lock guards the core; the threads
/// of the <see cref="PacketPipeline"/> take it for many packets at a time, and the caller's thread sleeps under it
/// until the next deadline.
/// </summary>
internal sealed class LiveNode : ISealingTransport, INodeHost, IDisposable
{
    // The machine's clock is fed at once, so the program's age does not matter; without a clock it is 1970.
    private const long NoBuildTime = 0;
    private const long FeedClockEvery = 60_000;

    // In milliseconds. The wait does not count the time for which the machine sleeps, and the node's clock does: what
    // became due in that time is done this much later at most.
    private const long LongestSleep = 5_000;

    // In milliseconds. A blocked output does not keep the node from ending.
    private const int FlushPatience = 300;

    private readonly object _gate = new();
    private readonly Func<long> _clock;
    private readonly NodeOptions _options;
    private readonly LiveTimeline _timeline;
    private readonly NetworkWatch? _watch;
    private readonly UdpTransport _transport;
    private readonly LinuxTun? _tun;
    private readonly KeyLogFile? _keyLog;
    private readonly Node _node;
    private readonly PeerNames _names;
    private readonly RendezvousName? _rendezvous;
    private readonly HostPrimitives _primitives;
    private readonly StatusReport _status;
    private readonly PeerHistory _history = new();
    private readonly NodeFiles _files;
    private readonly WitnessStorage _storage;
    private readonly HostsFile? _hosts;
    private readonly MetricsServer? _metrics;
    private readonly NodeServices _services;
    private readonly ChangeWatch? _changes;
    private readonly NodeSignals _signals;

    // For wg alone; the core has its own.
    private readonly byte[] _privateKey;
    private readonly LiveConfiguration _configuration;
    private readonly PacketPipeline _pipeline;

    private TunnelRouting? _routing;
    private OwnEndpoints? _ownEndpoints;
    private int _port;
    private long _sleepsUntil;
    private long _feedClockAt;
    private int _hellosSent;
    private bool _isSendingHello;
    private bool _running;
    private bool _networkChanged;
    private bool _stateChanged;
    private bool _statusAsked;
    private bool _reloadAsked;
    private bool _isReloading;
    private bool _stopped;
    private string? _lost;

    /// <summary>Makes a node and opens all it needs.</summary>
    /// <param name="options">What it is made from.</param>
    /// <param name="timeline">Where it tells what happens.</param>
    /// <param name="cancel">Ends the wait for a file that is a FIFO.</param>
    /// <param name="clock">The node's clock, in milliseconds; null for a <see cref="BootClock"/>.</param>
    /// <exception cref="HostsimException">Something given by the operator is not right.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public LiveNode(
        NodeOptions options, LiveTimeline timeline, CancellationToken cancel = default, Func<long>? clock = null)
    {
        BootClock boot = new();
        _clock = clock ?? (() => boot.Now);
        _options = options;
        _timeline = timeline;
        _privateKey = [];
        try
        {
            // First: a signal that the operator sends must not end a node that is still starting.
            _signals = new NodeSignals(() => Ask(ref _statusAsked), () => Ask(ref _reloadAsked));
            NodeIdentity identity = NodeFiles.Await(() => NodeIdentity.Load(options.Identity), cancel);
            NodeLimits limits = LiveLimits.Of(options);
            _files = new NodeFiles(options, limits, identity.TrustRoot);
            _storage = new WitnessStorage(options.Network, NetworkReader.SizeLimit, identity.TrustRoot, timeline);
            StoredNetwork? network = _files.ReadNetwork(cancel);
            _files.ReadPresharedKeys(cancel);
            _watch = WatchNetwork(options.Tun);
            _transport = new UdpTransport(options.Listen, options.Tun, _watch);
            _tun = options.Tun == null ? null : new LinuxTun(options.Tun);
            _keyLog = options.KeyLog == null
                ? null
                : new KeyLogFile(
                    options.KeyLog,
                    identity.Record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize),
                    timeline);
            _primitives = options.OwnCrypto ? HostPrimitives.Own : HostPrimitives.Find();
            _pipeline = new PacketPipeline(
                _gate,
                limits.Slots,
                Environment.ProcessorCount - 1,
                () => new PacketCipher(_primitives.NewAead()),
                _transport,
                _tun,
                Lose,
                () => Now,
                WakeIfSooner);
            _node = new Node(
                limits,
                identity.Record,
                this,
                new SystemEntropy(),
                this,
                NoBuildTime,
                Now,
                _primitives.Aead,
                _primitives.Multiplier,
                _primitives.Compression)
            {
                HostAnswersEcho = _tun != null,
                OuterIpv4 = _transport.HasIpv4,
                OuterIpv6 = _transport.HasIpv6,
                KeyLog = _keyLog,
                FirmwareVersion = typeof(LiveNode).Assembly.GetName().Version?.ToString(3),
            };
            _pipeline.Node = _node;
            _privateKey = options.Tun == null
                ? _privateKey
                : identity.Record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize).ToArray();
            _configuration = new LiveConfiguration(
                _gate, _node, limits, timeline, _privateKey, options.Listen.Port, () => Now, WakeIfSooner);
            NameResolver resolver = new(_transport.HasIpv4, _transport.HasIpv6);
            _names = new PeerNames(_gate, _node, resolver, timeline, () => Now, WakeIfSooner);
            _configuration.Names = _names;
            _rendezvous = options.Rendezvous is { Name: not null } name
                ? new RendezvousName(_gate, _node, name, resolver, timeline, () => Now, WakeIfSooner)
                : null;
            _status = new StatusReport(_node, timeline);
            _services = new NodeServices(
                _gate, _node, options, timeline, () => Now, () => _configuration.Members, WakeIfSooner);
            if (options.OnChange != null)
            {
                _changes = new ChangeWatch(
                    _node,
                    _tun?.Name,
                    () => _configuration.Members,
                    new ChangeCommand(
                        options.OnChange,
                        new LimitedLog(timeline, () => Now),
                        new LimitedLog(timeline, () => Now)));
            }

            _metrics = options.Metrics == null
                ? null
                : new MetricsServer(
                    options.Metrics, new NodeReader(_node, _configuration.LastHandshake), TryChange, timeline);
            _hosts = options.Hosts == null ? null : new HostsFile(options.Hosts, _node.PublicKey, timeline);
            CryptographicOperations.ZeroMemory(identity.Record);
            if (options.Peers.Any(p => p.Key.AsSpan().SequenceEqual(_node.PublicKey)))
            {
                throw new HostsimException("--peer: that is this node's own key");
            }

            FeedClock();
            if (options.Rendezvous is { Address: { } rendezvous } place)
            {
                _node.Rendezvous.CopyFrom(EndpointAddress.From(new IPEndPoint(rendezvous, place.Port)));
            }

            if (network != null)
            {
                _files.Load(_node, network, options.Network!, Now);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// The datagram that the node is handling, decrypted in place; empty at other times. To be read by what the node
    /// calls.
    /// </summary>
    public ReadOnlySpan<byte> Received => _pipeline.Received;

    /// <summary>Whether the node has its configured peers, and its threads run or begin to.</summary>
    public bool IsRunning => _running;

    private long Now => _clock();

    private long NextDeadline =>
        Math.Min(Math.Min(_node.NextDeadline, _names.NextDeadline), _rendezvous?.NextDeadline ?? long.MaxValue);

    /// <summary>Runs the node until it is told to stop.</summary>
    /// <param name="cancel">Tells it.</param>
    /// <exception cref="HostsimException">The TUN interface can't be configured.</exception>
    public void Run(CancellationToken cancel)
    {
        if (_tun != null)
        {
            _routing = new TunnelRouting(_tun, _options.Mtu, Tell, Lose);
            _transport.Mark(_routing.Mark);
            if (_watch != null)
            {
                _watch.Mark = _routing.Mark;
            }

            _configuration.FirewallMark = _routing.Mark;
        }

        lock (_gate)
        {
            _status.ShowBanner(_transport.Description, _tun?.Name, _options.Mtu);
            _status.ShowPrimitives(_primitives);
            _metrics?.Start();
            _running = true;
            AddPeers();
        }

        PeerInspector inspector = new(
            () => _configuration.Members, _history, _tun?.Name, _options.Mtu, _options.Listen.Port);
        LiveControl control = new(TryChange, inspector, _files, _timeline);
        using SocketServer? uapi = _tun == null ? null : Try("no wg", () => ServeUapi(_tun.Name));
        using SocketServer? controlSocket = _options.Name == null
            ? null
            : Try("no control", () => control.Serve(_options.Name, _options.ControlGroup));
        ApplyNetwork();
        using LocalTftp? localTftp = _tun == null ? null : Try("no local tftp", () => ServeLocally(_tun, control));
        WatchLinks();
        _transport.Start(_pipeline.NewDatagramReceiver);
        _tun?.Start(_pipeline.NewPacketReceiver().Receive);
        using CancellationTokenRegistration stop = cancel.Register(() => Ask(ref _stopped));
        while (Advance())
        {
            StartReload();
            ApplyNetwork();
        }

        lock (_gate)
        {
            _timeline.Tell("ended", "blue", _status.Line(Now));
        }

        if (_lost != null)
        {
            throw new HostsimException(_lost);
        }
    }

    /// <summary>
    /// Does something with the node under its lock, unless it has stopped. May be called on any thread.
    /// </summary>
    /// <param name="change">Called with the node and its clock, in milliseconds.</param>
    /// <returns>False, with nothing done, if it has stopped.</returns>
    public bool TryChange(Action<Node, long> change)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return false;
            }

            change(_node, Now);
            WakeIfSooner();
            return true;
        }
    }

    /// <summary>
    /// Does something with the node under its lock, unless it has stopped. May be called on any thread.
    /// </summary>
    /// <param name="change">Called with the node and its clock, in milliseconds.</param>
    public void Change(Action<Node, long> change) => TryChange(change);

    /// <inheritdoc/>
    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        bool isHello = buffer[offset] == Hello.Type;
        int count = _transport.Put(_pipeline.Outbox, buffer.AsSpan(offset, length), endpoint);

        // The core has counted one.
        _node.Counters.DatagramsSent += count - 1;
        _node.Counters.BytesSent += (count - 1) * (long)length;
        _hellosSent += isHello ? count : 0;
        _isSendingHello = isHello;
        _pipeline.SendDirect();
        _isSendingHello = false;
    }

    /// <inheritdoc/>
    void ISealingTransport.Seal(
        byte[] buffer, int offset, int length, byte[] keys, int key, int slot, Endpoint endpoint) =>
        _pipeline.Seal(buffer, offset, length, keys, key, slot, endpoint);

    // Called for datagrams that no socket has sent: they don't count.
    private void Lose(Endpoint endpoint, int datagrams, int bytes)
    {
        lock (_gate)
        {
            _node.Counters.DatagramsSent -= datagrams;
            _node.Counters.BytesSent -= bytes;
            _hellosSent -= _isSendingHello ? datagrams : 0;
            foreach (Peer peer in _node.Peers)
            {
                if (peer.InUse && peer.Endpoint.IsSame(endpoint))
                {
                    peer.BytesSent = Math.Max(0, peer.BytesSent - bytes);
                }
            }
        }
    }

    /// <inheritdoc/>
    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        bool taken = _pipeline.Outbox.AddPacket(buffer, offset, length);
        _pipeline.SendDirect();
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

        _networkChanged |= what is NodeEvent.NetworkApplied
            or NodeEvent.NetworkExpired
            or NodeEvent.NetworkRestored
            or NodeEvent.EntriesChanged;
        _stateChanged |= what is NodeEvent.Fresh or NodeEvent.FreshnessEnded or NodeEvent.Behind;
        Peer? slot = key == null ? null : _node.FindPeer(key, keyOffset);
        string place = PlaceOf(what, slot);
        _configuration.Hear(what, peer);
        _history.Hear(what, peer, value, place, Now);
        _metrics?.Hear(what, value);
        _rendezvous?.Hear(what);
        bool isLost = what == NodeEvent.HelloSent && _hellosSent <= 0;
        _hellosSent = what == NodeEvent.HelloSent ? 0 : _hellosSent;
        if (_running && isLost)
        {
            _timeline.HelloLost();
        }
        else if (_running)
        {
            _timeline.Hear(what, peer, value, place, slot is { IsProvisional: false });
        }
    }

    /// <inheritdoc/>
    bool INodeHost.FindEndpoint(
        byte[] key, int keyOffset, byte[]? name, int offset, int length, Endpoint endpoint)
    {
        byte[] peer = key.AsSpan(keyOffset, KeyText.KeySize).ToArray();
        return _names.Find(peer, name == null ? null : Encoding.ASCII.GetString(name, offset, length), endpoint);
    }

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity) =>
        _files.Archive?.Find(kind, value, proof.AsSpan(offset, capacity)) ?? 0;

    long INodeHost.FreeHeap() => -1;

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics?.Dispose();
        _routing?.Dispose();
        _pipeline?.Dispose();
        _transport?.Dispose();
        _watch?.Dispose();
        _tun?.Dispose();
        _services?.Dispose();
        _changes?.Dispose();
        _hosts?.Dispose();
        _storage?.Dispose();
        _keyLog?.Dispose();
        _timeline.Flush(FlushPatience);
        CryptographicOperations.ZeroMemory(_privateKey);

        // Last: without a handler SIGUSR1 and SIGHUP end the program.
        _signals?.Dispose();
    }

    // Without it the machine chooses the source addresses of datagrams.
    private NetworkWatch? WatchNetwork(string? tunnel)
    {
        try
        {
            return OperatingSystem.IsLinux() ? new NetworkWatch(tunnel) : null;
        }
        catch (HostsimException exception)
        {
            _timeline.Tell("no netlink", "yellow", $"{exception.Message}; this machine chooses the source addresses");
            return null;
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
            _files.Reload(Change, _timeline);
            lock (_gate)
            {
                _isReloading = false;
                Monitor.Pulse(_gate);
            }
        })
        { IsBackground = true, Name = "reload" }.Start();
    }

    // The endpoint that an event is about; empty where it is not known. A hello is heard before its endpoint is known.
    private string PlaceOf(NodeEvent what, Peer? peer)
    {
        Endpoint? endpoint = what switch
        {
            NodeEvent.Unanswered or NodeEvent.GivenUp or NodeEvent.OwnKeyHeard => _node.EventEndpoint,
            NodeEvent.HelloHeard or NodeEvent.HelloIgnored => null,
            _ => peer?.Endpoint,
        };
        return endpoint is { IsKnown: true } ? EndpointAddress.Of(endpoint).ToString() : string.Empty;
    }

    private void WatchLinks()
    {
        _port = _transport.Port;
        if (_watch != null)
        {
            _watch.Changed = FollowLinks;
        }
        else if (!OperatingSystem.IsLinux())
        {
            NetworkChange.NetworkAddressChanged += (_, _) => FollowLinks();
        }

        FollowLinks();
    }

    // Called at the start, and on another thread when links or addresses may have changed.
    private void FollowLinks()
    {
        OwnEndpoints found;
        try
        {
            found = OwnEndpoints.Find(_transport.Links(), _options.Listen.Address, _port, Hello.MaxEndpoints);
        }
        catch (NetworkInformationException)
        {
            // A link that is going: another event follows.
            return;
        }

        lock (_gate)
        {
            if (_stopped || found.State == _ownEndpoints?.State)
            {
                return;
            }

            for (int i = 0; i < Hello.MaxEndpoints; i++)
            {
                _node.SetOwnEndpoint(i, i < found.Endpoints.Count ? EndpointAddress.From(found.Endpoints[i]) : null);
            }

            if (_ownEndpoints != null)
            {
                _timeline.Tell("links", "grey", "links or addresses of this machine have changed");
                _node.LinkChanged(Now);
                WakeIfSooner();
            }

            _ownEndpoints = found;
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
        foreach ((byte[] key, PeerEndpoint? place) in _options.Peers)
        {
            Endpoint? endpoint = place is { Address: { } address }
                ? EndpointAddress.From(new IPEndPoint(address, place.Port))
                : null;
            _keyLog?.Remote(key);
            // It is asked as soon as it has an endpoint, and the key log tells what it is asked with.
            bool isAdded = _node.AddPeer(key, 0, null, Now);
            if (isAdded && _files.TakePresharedKey(key) is { } presharedKey)
            {
                _node.SetPresharedKey(key, 0, presharedKey);
            }

            if (!isAdded || (endpoint != null && !_node.AddPeer(key, 0, endpoint, Now)))
            {
                throw new HostsimException($"--peer: no room for {KeyText.Format(key)}");
            }

            if (place != null)
            {
                _names.Set(key, place, true);
            }
        }

        WakeIfSooner();
    }

    /// <summary>
    /// Lets the core do what is due and sleeps until more is, or until something has to be done without the lock.
    /// </summary>
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
                    _status.Show(Now);
                }

                if (Now >= _feedClockAt)
                {
                    FeedClock();
                }

                _names.Advance(Now);
                _rendezvous?.Advance(Now);
                _node.Advance(Now);
                _timeline.Look();
                if (_networkChanged)
                {
                    break;
                }

                long now = Now;
                _history.Look(_node.Peers, now);
                _stateChanged = false;
                _changes?.Look(now);
                _sleepsUntil = Math.Min(Math.Min(NextDeadline, _feedClockAt), now + LongestSleep);

                // Even without sleep this lets the receiving threads in.
                Monitor.Wait(_gate, (int)Math.Max(0, _sleepsUntil - now));
            }

            return !_stopped;
        }
    }

    private void WakeIfSooner()
    {
        // After a sleep of the machine the caller's thread may be past its time and not know it.
        long next = NextDeadline;
        if (_networkChanged || _stateChanged || next < _sleepsUntil || _sleepsUntil <= Now)
        {
            _sleepsUntil = next;
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
            StoreNetwork();
            IReadOnlyList<PeerDescription> members = _configuration.Members.All;
            _timeline.Learn(members, _node.PublicKey);
            _history.Learn(_configuration.Members);
            _hosts?.Follow(members);
            wanted = TunAddresses.Of(_node, members, _options.DefaultRoute);
        }

        _routing?.Set(wanted);
        lock (_gate)
        {
            // Another network may have been applied meanwhile; its routes come first.
            if (!_networkChanged)
            {
                _changes?.Look(Now);
            }
        }
    }

    private void StoreNetwork()
    {
        NetworkFile network = _node.Network;
        bool isWitness = _node.OwnEntry >= 0
            && NetworkEntry.IsWitness(network.Bytes, network.EntryOffset(_node.OwnEntry));
        if (network.IsSparse)
        {
            if (isWitness && _files.Archive?.Version != _node.NetworkVersion)
            {
                _timeline.Tell(
                    "no storage",
                    "red",
                    $"version {VersionText.Format(_node.NetworkVersion)} is larger than this witness holds; it will "
                    + "not know its network after a restart unless --network is given that file");
            }
        }
        else if (_node.NetworkVersion != 0)
        {
            _storage.Follow(_node.NetworkVersion, network.Bytes.AsSpan(0, network.Length), isWitness);
        }
    }

    private SocketServer ServeUapi(string name) => new(
        SocketFile.Listen(UapiConnection.Folder, name),
        (_, stream, stop) => new UapiConnection(stream, _configuration, UapiConnection.Patience).Serve(stop));

    private LocalTftp ServeLocally(LinuxTun tun, LiveControl control) => new(
        IPAddress.Parse($"{new IPAddress(_node.LinkLocal)}%{tun.Name}"), _options.Mtu, new LocalFiles(control));

    // The node is as good without what fails; only programs of the machine can't ask it.
    private T? Try<T>(string verb, Func<T> serve)
        where T : class
    {
        try
        {
            return serve();
        }
        catch (HostsimException exception)
        {
            Tell(verb, "yellow", exception.Message);
            return null;
        }
    }
}
