using System;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Control;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Peers;
using Spore.Hostsim.Sockets;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Hostsim.Live.Control;

/// <summary>What other programs of this machine may ask of a running node, and change.</summary>
/// <param name="change">
/// Does something with the node and its clock under the node's lock; returns false where the node has stopped.
/// </param>
/// <param name="inspector">Tells what the node knows of a peer.</param>
/// <param name="files">Verifies networks and gives them to the node.</param>
/// <param name="timeline">Where changes are reported.</param>
internal sealed class LiveControl(
    Func<Action<Node, long>, bool> change,
    PeerInspector inspector,
    NodeFiles files,
    LiveTimeline timeline) : IControlTarget
{
    /// <summary>The group that may ask where no other is named.</summary>
    public const string UsualGroup = "spore";

    private const int LongestStatus = 65_536;

    // For a client to send a request, or to take its answer.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>Serves the control socket until disposed of.</summary>
    /// <param name="name">The node's name.</param>
    /// <param name="groupName">The group that may ask; null for <see cref="UsualGroup"/>, if there is one.</param>
    /// <returns>The server.</returns>
    /// <exception cref="HostsimException">There is no such group, or the socket can't be made.</exception>
    public SocketServer Serve(string name, string? groupName)
    {
        uint? group = UserGroup.Find(groupName ?? UsualGroup);
        if (group == null && groupName != null)
        {
            throw new HostsimException($"--control-group: there is no group {MessageText.Quote(groupName)}");
        }

        return new SocketServer(SocketFile.Listen(ControlConnection.Folder, name, group), Serve);
    }

    /// <inheritdoc/>
    public byte[] Status(bool isNetascii)
    {
        byte[] text = new byte[LongestStatus];
        int length = 0;
        Change((node, now) => length = node.WriteStatus(text, 0, text.Length, isNetascii, now));
        return text[..length];
    }

    /// <inheritdoc/>
    public byte[] Network()
    {
        byte[] network = [];
        Change((node, _) => network = files.Archive is { } archive && archive.Version == node.NetworkVersion
            ? archive.Bytes
            : node.NetworkVersion == 0 || node.Network.IsSparse
                ? []
                : node.Network.Bytes[..node.Network.Length]);
        return network;
    }

    /// <inheritdoc/>
    public NodeReport Inspect(string whom)
    {
        NodeReport? report = null;
        Change((node, now) => report = inspector.Inspect(whom, node, now));
        return report!;
    }

    /// <inheritdoc/>
    public string Push(byte[] network)
    {
        StoredNetwork verified = files.Verify(network, "the network");
        string text = string.Empty;
        Change((node, now) =>
        {
            ulong before = node.NetworkVersion;
            files.Load(node, verified, "the network", now);
            text = $"version {VersionText.Format(node.NetworkVersion)}";
            if (node.NetworkVersion != before)
            {
                timeline.Tell("network pushed", "green", text);
            }
        });
        return text;
    }

    private Task Serve(Socket client, System.IO.Stream stream, CancellationToken stop) =>
        new ControlConnection(stream, this, ClientUser.MayChange(client), _patience).Serve(stop);

    private void Change(Action<Node, long> action)
    {
        if (!change(action))
        {
            throw new HostsimException("the node has stopped");
        }
    }
}
