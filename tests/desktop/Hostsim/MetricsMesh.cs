using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Spore.Hostsim.Live.Configuration;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Tests.Hostsim;

/// <summary>The files of nodes that serve metrics, and the networks that name them.</summary>
internal sealed class MetricsMesh : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spore-metrics-").FullName;
    private readonly TrustRootKey _root = TrustRootKey.Generate();

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_folder, true);
    }

    public static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static PeerArgument PeerAt(NodeIdentity identity, int port) =>
        new(identity.PublicKey, new PeerEndpoint(IPAddress.Loopback, null, port));

    public byte[] Sign(ulong version, params (NodeIdentity Node, string Label, bool IsWitness)[] members)
    {
        NetworkDescription network =
            new() { Version = version, Issued = 1_800_000_000, Expires = NetworkHeader.LastTime };
        network.Peers.AddRange(members.Select(m => new PeerDescription
        {
            PublicKey = m.Node.PublicKey,
            Label = m.Label,
            Roles = m.IsWitness ? EntryRoles.Witness : 0,
        }));
        return NetworkSigner.Sign(network, _root);
    }

    public NodeIdentity MakeNode(string name)
    {
        NodeIdentity identity = NodeIdentity.Generate(_root.PublicKey, 0);
        identity.Save(PathOf(name), false);
        return identity;
    }

    public NodeOptions Options(string name, int? port = null) => new()
    {
        Identity = PathOf(name),
        Listen = new ListenAddress(IPAddress.Loopback, port ?? FreePort()),
        Metrics = new ListenAddress(IPAddress.Loopback, 0),
        Mtu = 1420,
    };

    public string PathOf(string name) => Path.Combine(_folder, name);
}
