using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading;
using Spectre.Console;
using Spore.Hostsim.Control;
using Spore.Hostsim.Display;
using Spore.Hostsim.Transfers;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tftp;

namespace Spore.Hostsim.Status;

/// <summary>
/// The running node of this machine, asked at its control socket or else by TFTP, and through its tunnel the members of
/// its network. Members may be asked on several threads at one time.
/// </summary>
internal sealed class LocalNode
{
    private const int Window = 16;
    private const string StatusName = "status";
    private const string NetworkName = "network";
    private const string HeadName = "head";

    // In milliseconds; an answer takes less.
    private const int OwnPatience = 5_000;

    private readonly ControlClient? _control;
    private readonly LocalInterface? _link;
    private readonly IPAddress? _local;
    private readonly CancellationToken _cancel;

    private LocalNode(
        ControlClient? control,
        LocalInterface? link,
        IPAddress? local,
        NetworkDescription? network,
        CancellationToken cancel)
    {
        _cancel = cancel;
        _control = control;
        _link = link;
        _local = local == null ? null : new IPAddress(local.GetAddressBytes());
        Network = network;
        PeerDescription? own = _local == null
            ? null
            : network?.Peers.FirstOrDefault(p => new IPAddress(NodeKey.LinkLocal(p.PublicKey)).Equals(_local));
        OwnKey = own?.PublicKey;
        Name = own?.Label ?? control?.Name ?? link!.Name;
    }

    /// <summary>The network that the node has; null for none, or where the node holds a part of it only.</summary>
    public NetworkDescription? Network { get; }

    /// <summary>The node's public key; null where no member of the network has its address.</summary>
    public byte[]? OwnKey { get; }

    /// <summary>The node's name for people.</summary>
    public string Name { get; }

    /// <summary>Finds the node.</summary>
    /// <param name="interfaceName">The name of its interface, or of its control socket; null for the only one.</param>
    /// <param name="network">The network where the operator has named its file, else null.</param>
    /// <param name="folder">The folder of control sockets.</param>
    /// <param name="cancel">Ends each wait for the node itself.</param>
    /// <returns>The node.</returns>
    /// <exception cref="HostsimException">None or several fit.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static LocalNode Find(
        string? interfaceName, NetworkDescription? network, string folder, CancellationToken cancel)
    {
        IReadOnlyList<LocalInterface> links = LocalInterface.All();
        ControlClient? control = ControlClient.TryOpen(
            folder, interfaceName, [.. links.Select(l => l.Name)], cancel);
        network ??= control == null ? null : Described(control.Ask(ControlConnection.NetworkRequest));
        if (control != null && links.All(l => l.Name != control.Name))
        {
            return new LocalNode(control, null, null, network, cancel);
        }

        HashSet<IPAddress> members =
            [.. network?.Peers.Select(p => new IPAddress(NodeKey.LinkLocal(p.PublicKey))) ?? []];
        (LocalInterface link, IPAddress local) = InterfaceChoice.Find(links, control?.Name ?? interfaceName, members);
        LocalNode found = new(control, link, local, network, cancel);
        return network != null || control != null
            ? found
            : new LocalNode(null, link, local, Described(found.TryReadOwn(NetworkName)), cancel);
    }

    /// <summary>Whether the node can be asked at its control socket.</summary>
    public bool HasControl => _control != null;

    /// <summary>The name of a member for people.</summary>
    /// <param name="key">Its public key, in base64.</param>
    public string NameOf(string key) =>
        PeerName.Of(key, Network?.Peers.FirstOrDefault(p => KeyText.Format(p.PublicKey) == key)?.Label);

    /// <summary>Asks the node what it knows of a peer.</summary>
    /// <param name="whom">The peer: its key, its label, or an address of it in the tunnel.</param>
    /// <returns>The report; without the control socket, what follows from the status and the network.</returns>
    /// <exception cref="HostsimException">No peer is meant, or the node does not answer.</exception>
    public NodeReport Inspect(string whom)
    {
        if (_control == null)
        {
            return PublicReport.Of(whom, OwnStatus(), Network, OwnKey, Tunnel());
        }

        string request = $"{ControlConnection.PeerRequest} {whom}";
        if (whom.Contains('\n') || Encoding.UTF8.GetByteCount(request) >= ControlConnection.LongestLine)
        {
            throw new HostsimException($"no peer has the label {MessageText.Quote(whom)}");
        }

        try
        {
            return JsonSerializer.Deserialize<NodeReport>(_control.Ask(request))!;
        }
        catch (JsonException)
        {
            throw new HostsimException($"{Name}: its report can't be read; is the node of another version?");
        }
    }

    /// <summary>Asks a peer for the version of its network, which everyone may read.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="patience">How long to wait, for a session too.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The version; 0 where it tells none.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public ulong VersionOf(RemotePeer peer, TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            byte[] head = ReadOf(peer, HeadName, NetworkHeader.MaxHeadSize, patience, cancel);
            return head.Length < NetworkHeader.Size ? 0 : NetworkHeader.Version(head, 0);
        }
        catch (TransferException)
        {
            return 0;
        }
    }

    /// <summary>The address of a peer in the tunnel, with the number of the interface.</summary>
    /// <param name="peer">The peer.</param>
    /// <exception cref="HostsimException">The node has no interface.</exception>
    public IPAddress AddressOf(RemotePeer peer) => new(peer.Address.GetAddressBytes(), Tunnel().Index);

    /// <summary>Whether a member is the node itself.</summary>
    /// <param name="member">The member.</param>
    public bool IsOwn(RemotePeer member) => OwnKey != null && member.Key.AsSpan().SequenceEqual(OwnKey);

    /// <summary>Asks the node for its status.</summary>
    /// <returns>What it says.</returns>
    /// <exception cref="HostsimException">It does not answer.</exception>
    public StatusFile OwnStatus() => Parse(
        _control != null ? _control.Ask(ControlConnection.StatusRequest) : ReadOwn(StatusName), Name);

    /// <summary>Asks a member for its status.</summary>
    /// <param name="peer">The member.</param>
    /// <param name="patience">How long to wait, for a session too.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="TransferException">It does not answer, or refuses.</exception>
    /// <exception cref="HostsimException">Its answer can't be read.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public StatusFile StatusOf(RemotePeer peer, TimeSpan patience, CancellationToken cancel) =>
        Parse(ReadOf(peer, StatusName, StatusFile.Largest, patience, cancel), peer.Name);

    /// <summary>
    /// Gives a network to the node, or to a member. The control socket takes it in one piece, TFTP block by block.
    /// </summary>
    /// <param name="peer">The member; null for the node itself.</param>
    /// <param name="network">The file's bytes.</param>
    /// <param name="terminal">The terminal that shows the progress, or null.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="HostsimException">It is refused, or nobody answers.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public void Push(RemotePeer? peer, byte[] network, IAnsiConsole? terminal, CancellationToken cancel)
    {
        bool isOwn = peer == null || IsOwn(peer);
        if (isOwn && _control != null && (Environment.IsPrivilegedProcess || _link == null))
        {
            _control.Ask(FormattableString.Invariant($"{ControlConnection.PushRequest} {network.Length}"), network);
            return;
        }

        using MemoryStream content = new(network);
        using SocketClient client = Connect(isOwn ? OwnAddress() : peer!.Address);
        FileExchange exchange = new(NetworkName, content) { IsWrite = true, Size = network.Length };
        TransferProgress.Show(terminal, exchange, progress => client.Run(exchange, progress, cancel));
        if (TransferFault.Describe(exchange, isOwn ? Name : peer!.Name, NetworkName) is { } fault)
        {
            throw new HostsimException(fault);
        }
    }

    private static StatusFile Parse(byte[] bytes, string name)
    {
        try
        {
            return StatusFile.Read(bytes);
        }
        catch (InvalidDataException exception)
        {
            throw new HostsimException($"{name}: its status can't be read: {exception.Message}");
        }
    }

    private static NetworkDescription? Described(byte[]? network) =>
        network is null or [] ? null : NetworkReader.Read(network, NetworkName);

    private byte[] ReadOf(RemotePeer peer, string name, int limit, TimeSpan patience, CancellationToken cancel)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(patience);
        try
        {
            return Read(peer.Address, peer.Name, name, limit, end.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TransferException(TftpResult.Timeout, $"no answer within {patience.TotalSeconds} s");
        }
    }

    private byte[] ReadOwn(string name)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_cancel);
        end.CancelAfter(OwnPatience);
        try
        {
            return Read(OwnAddress(), Name, name, NetworkReader.SizeLimit, end.Token);
        }
        catch (OperationCanceledException) when (!_cancel.IsCancellationRequested)
        {
            throw new HostsimException($"{Name}: the node does not answer at its own address {_local}");
        }
    }

    private byte[]? TryReadOwn(string name)
    {
        try
        {
            return ReadOwn(name);
        }
        catch (HostsimException)
        {
            // A tunnel of stock WireGuard, for example, whose members can be asked all the same.
            return null;
        }
    }

    private SocketClient Connect(IPAddress remote)
    {
        int block = Tunnel().Mtu - MemberClient.HeaderSize;
        return new SocketClient(
            new IPAddress(OwnAddress().GetAddressBytes(), Tunnel().Index),
            new IPAddress(remote.GetAddressBytes(), Tunnel().Index),
            block,
            block,
            Window);
    }

    private LocalInterface Tunnel() => _link
        ?? throw new HostsimException($"{Name} has no interface, so that nobody can be asked by TFTP from here");

    private IPAddress OwnAddress() => _local
        ?? throw new HostsimException($"{Name} has no interface, so that it can't be asked by TFTP");

    private byte[] Read(IPAddress remote, string peer, string name, int limit, CancellationToken cancel)
    {
        using MemoryStream content = new();
        using SocketClient client = Connect(remote);
        FileExchange exchange = new(name, content) { Limit = limit };
        client.Run(exchange, () => { }, cancel);
        return TransferFault.Describe(exchange, peer, name) is { } fault
            ? throw new TransferException(exchange.Result, fault)
            : content.ToArray();
    }
}
