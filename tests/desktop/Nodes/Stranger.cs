using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Base;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// A station that keeps no rules: it has a key, and says inside and outside of its one session what it is told to. With
/// its key in a network it is a malicious member.
/// </summary>
internal sealed class Stranger : IStation
{
    private readonly Mesh _mesh;
    private readonly List<StrangerTransfer> _transfers = [];
    private int _port = 2000;

    public Stranger(Mesh mesh, byte seed)
    {
        _mesh = mesh;
        Seed = seed;
        Stock = new StockPeer(MeshNode.PrivateKey(seed));
        LinkLocalAddress.FromKey(new Blake2s(), Key, 0, LinkLocal, 0);
        Endpoint.SetIpv4([192, 0, 2, seed], 0, 51820);
    }

    public StockPeer Stock { get; }

    public byte Seed { get; }

    public byte[] Key => Stock.Public;

    public Endpoint Endpoint { get; } = new();

    public bool IsOn { get; set; } = true;

    public byte[] LinkLocal { get; } = new byte[16];

    /// <summary>The node it talks to.</summary>
    public MeshNode Node { get; private set; } = null!;

    /// <summary>The wall time of its initiations, in seconds; one later each time.</summary>
    public long Clock { get; set; } = Mesh.BuildTime;

    public List<byte[]> Datagrams { get; } = [];

    /// <summary>Inner packets that it could decrypt, padding included.</summary>
    public List<byte[]> Inner { get; } = [];

    /// <summary>What peers may read from it.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>The names that it refuses to give (error 2).</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>Whether requests to it get no answer.</summary>
    public bool HasNoServer { get; set; }

    /// <summary>What peers have asked it for: "read head", "write head".</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Whether it answers initiations, and confirms nothing by itself.</summary>
    public bool AnswersInitiations { get; set; }

    /// <summary>Whether it makes a session of each response at once, and confirms it.</summary>
    public bool TakesResponses { get; set; }

    /// <summary>Whether it has made a session, which may have ended.</summary>
    public bool HasSession { get; private set; }

    /// <summary>Sends an initiation.</summary>
    public byte[] Initiate(MeshNode node, Endpoint? from = null)
    {
        Node = node;
        byte[] initiation = Stock.Initiate(node.Key, StockPeer.Tai(Clock++));
        _mesh.Inject(node, initiation, from ?? Endpoint);
        return initiation;
    }

    /// <summary>Makes a session and confirms it.</summary>
    /// <returns>Whether the node answered.</returns>
    public bool Connect(MeshNode node)
    {
        int heard = Datagrams.Count;
        Initiate(node);
        _mesh.RunUntil(() => Datagrams.Skip(heard).Any(d => d[0] == 2), 1000);
        byte[]? response = Datagrams.Skip(heard).FirstOrDefault(d => d[0] == 2);
        if (response is null || !Stock.TakeResponse(response))
        {
            return false;
        }

        SendInner([]);
        _mesh.Run(2 * _mesh.Delay);
        return true;
    }

    /// <summary>Sends an inner packet in the session.</summary>
    public void SendInner(byte[] packet) => _mesh.Transmit(this, Stock.Seal(packet), Node.Endpoint);

    /// <summary>An echo request to the node, to be handed to it directly.</summary>
    public byte[] SealEcho() => Stock.Seal(InnerPacket.Echo(LinkLocal, Node.Node.LinkLocal));

    public void SendUdp(int sourcePort, int destinationPort, byte[] payload) =>
        SendInner(InnerPacket.Udp(LinkLocal, Node.Node.LinkLocal, sourcePort, destinationPort, payload));

    /// <summary>Whether an echo request to the node's link-local address is answered.</summary>
    public bool Ping()
    {
        int heard = Inner.Count;
        SendInner(InnerPacket.Echo(LinkLocal, Node.Node.LinkLocal));
        return _mesh.RunUntil(() => Inner.Skip(heard).Any(InnerPacket.IsEchoReply), 1000);
    }

    public StrangerTransfer StartRead(string name, int silentAfter = int.MaxValue, params string[] options) =>
        Start(1, name, [], silentAfter, options);

    /// <summary>Ends a transfer by an error.</summary>
    public void GiveUp(StrangerTransfer transfer)
    {
        transfer.GiveUp();
        _mesh.Run(2 * _mesh.Delay);
    }

    public StrangerTransfer StartWrite(string name, byte[] content, int silentAfter = int.MaxValue) =>
        Start(2, name, content, silentAfter);

    public StrangerTransfer Read(string name) => Finish(StartRead(name));

    public StrangerTransfer ReadInBlocksOf(int size, string name) =>
        Finish(Start(1, name, [], options: ["blksize", $"{size}"]));

    public StrangerTransfer Write(string name, byte[] content) => Finish(StartWrite(name, content));

    public StrangerTransfer Finish(StrangerTransfer transfer)
    {
        Assert.True(_mesh.RunUntil(() => transfer.IsDone, 60_000), $"{transfer.Name}: no end");
        return transfer;
    }

    public void Receive(byte[] datagram, Endpoint from)
    {
        Datagrams.Add(datagram);
        if (datagram[0] == 1 && AnswersInitiations && Stock.TakeInitiation(datagram) is not null)
        {
            Node = _mesh.Nodes.First(n => n.Endpoint.IsSame(from));
            _mesh.Transmit(this, Stock.Respond(), from);
            HasSession = true;
        }

        if (datagram[0] == 2 && TakesResponses && Stock.TakeResponse(datagram))
        {
            HasSession = true;
            SendInner([]);
        }

        byte[]? packet = Stock.Open(datagram);
        if (packet is { Length: > 0 })
        {
            Inner.Add(packet);
            if (InnerPacket.IsUdp(packet))
            {
                Take(
                    InnerPacket.Port(packet, destination: false),
                    InnerPacket.Port(packet, destination: true),
                    InnerPacket.Payload(packet));
            }
        }
    }

    private StrangerTransfer Start(
        int opcode, string name, byte[] content, int silentAfter = int.MaxValue, params string[] options)
    {
        StrangerTransfer transfer = new(_port++, 69, opcode == 2, Send, Later)
        {
            Name = name,
            Content = [.. content],
            SilentAfter = silentAfter,
        };
        _transfers.Add(transfer);
        Send(transfer, StrangerTransfer.Request(opcode, name, options));
        return transfer;
    }

    private void Later(Action action) => _mesh.After(100, action);

    private void Send(StrangerTransfer transfer, byte[] payload) =>
        SendUdp(transfer.LocalPort, transfer.RemotePort, payload);

    private void Take(int sourcePort, int destinationPort, byte[] payload)
    {
        if (destinationPort != 69)
        {
            _transfers.Find(t => t.LocalPort == destinationPort)?.Take(payload, sourcePort);
            return;
        }

        bool write = payload[1] == 2;
        string name = Encoding.Latin1.GetString(payload, 2, Array.IndexOf<byte>(payload, 0, 2) - 2);
        Requests.Add((write ? "write " : "read ") + name);
        if (HasNoServer)
        {
            return;
        }

        if (!write && !Files.ContainsKey(name))
        {
            SendUdp(69, sourcePort, [0, 5, 0, (byte)(Refused.Contains(name) ? 2 : 1), 0]);
            return;
        }

        StrangerTransfer transfer = new(_port++, sourcePort, !write, Send, Later)
        {
            Name = name,
            Content = write ? [] : [.. Files[name]],
        };
        _transfers.Add(transfer);
        transfer.Begin();
    }
}
