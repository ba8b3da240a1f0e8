using System;
using System.Collections.Generic;
using System.Text;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>Reads what metrics need of a node, and counts its events. Called under the node's lock.</summary>
/// <param name="node">The node.</param>
/// <param name="lastHandshake">When the last handshake with a key was complete; null for never.</param>
internal sealed class NodeReader(Node node, Func<string, DateTimeOffset?> lastHandshake)
{
    private readonly EventCounts _events = new();
    private readonly EntryField _field = new();

    /// <summary>Hears what the node reports.</summary>
    /// <param name="what">The event.</param>
    /// <param name="value">What belongs to it.</param>
    public void Hear(NodeEvent what, long value) => _events.Add(what, value);

    /// <summary>Reads the node.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>What it is now.</returns>
    public NodeReading Read(long now)
    {
        List<PeerReading> peers = [];
        int members = 0;
        int guests = 0;
        foreach (Peer peer in node.Peers)
        {
            if (!peer.InUse)
            {
                continue;
            }

            if (peer.IsProvisional)
            {
                guests++;
                continue;
            }

            members += Node.IsMember(peer) ? 1 : 0;
            peers.Add(Read(peer, now));
        }

        NodeIdleWork due = new();
        node.CountIdleWork(due, now);
        bool hasNetwork = node.NetworkVersion != 0;
        return new NodeReading
        {
            PublicKey = KeyText.Format(node.PublicKey),
            Label = LabelOf(node.OwnEntry),
            State = node.State(now),
            Version = node.NetworkVersion,
            Entries = hasNetwork ? NetworkHeader.Count(node.Network.Bytes, 0) : 0,
            Expires = hasNetwork ? NetworkHeader.Expires(node.Network.Bytes, 0) : 0,
            ConfirmedBy = node.ConfirmedBy(now),
            AgreeingMembers = node.AgreeingMembers(now),
            FreshnessAge = node.FreshnessAge(now),
            Sessions = node.SessionCount(now),
            Members = members,
            Configured = peers.Count - members,
            Guests = guests,
            Counters = Copy(node.Counters),
            Due = due,
            Events = _events.Copy(),
            Peers = peers,
        };
    }

    private static NodeCounters Copy(NodeCounters counters) => new()
    {
        DatagramsReceived = counters.DatagramsReceived,
        BytesReceived = counters.BytesReceived,
        DatagramsSent = counters.DatagramsSent,
        BytesSent = counters.BytesSent,
        Invalid = counters.Invalid,
        Replayed = counters.Replayed,
        Limited = counters.Limited,
        InnerDropped = counters.InnerDropped,
        InnerDelivered = counters.InnerDelivered,
    };

    private PeerReading Read(Peer peer, long now)
    {
        string key = KeyText.Format(peer.PublicKey);
        return new PeerReading
        {
            PublicKey = key,
            Label = LabelOf(peer.Owner),
            Since = peer.Since,
            BytesReceived = peer.BytesReceived,
            BytesSent = peer.BytesSent,
            HasSession = peer.HasSession(now),
            LastHandshake = lastHandshake(key),
            ShownVersion = node.ShownVersion(peer),
        };
    }

    private string LabelOf(int entry)
    {
        if (entry >= 0)
        {
            byte[] network = node.Network.Bytes;
            _field.Begin(network, node.Network.EntryOffset(entry));
            while (_field.Next())
            {
                if (_field.Type == EntryField.Label)
                {
                    return Encoding.UTF8.GetString(network, _field.ValueOffset, _field.ValueLength);
                }
            }
        }

        return string.Empty;
    }
}
