using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Peers;

/// <summary>
/// What has happened with each peer lately, for people who ask why it can't be reached. Used under the node's lock.
/// </summary>
internal sealed class PeerHistory
{
    // The latest of a kind that are kept.
    private const int Kept = 8;

    // Any key may be heard of. When there are more, the older half goes.
    private const int MostKeys = 4096;

    private const long LookEvery = 1000;

    private readonly Dictionary<string, Record> _records = [];
    private readonly Dictionary<string, (string? Label, ulong Version)> _former = [];
    private NetworkMembers _members = NetworkMembers.None;
    private long _lookAt;

    /// <summary>When a hello with the node's own key came that it had not sent; null for never.</summary>
    public long? TwinAt { get; private set; }

    /// <summary>Where that came from.</summary>
    public string? TwinPlace { get; private set; }

    /// <summary>When a peer's network was refused because it has expired; null for never.</summary>
    public long? ExpiredHeaderAt { get; private set; }

    /// <summary>Hears what the node reports, and does not call back into it.</summary>
    /// <param name="what">The event.</param>
    /// <param name="key">The peer's public key, or empty.</param>
    /// <param name="value">The event's value.</param>
    /// <param name="place">The endpoint that the event is about, or empty.</param>
    /// <param name="now">Milliseconds on the node's clock.</param>
    public void Hear(NodeEvent what, ReadOnlySpan<byte> key, long value, string place, long now)
    {
        if (what == NodeEvent.OwnKeyHeard)
        {
            (TwinAt, TwinPlace) = (now, place);
        }
        else if (what == NodeEvent.HeaderRefused && value == (long)NetworkFault.Expired)
        {
            ExpiredHeaderAt = now;
        }

        if (key.IsEmpty)
        {
            return;
        }

        switch (what)
        {
            case NodeEvent.InitiationSent:
                Add(Of(key, now).Initiations, now);
                break;
            case NodeEvent.ResponseSent:
                Add(Of(key, now).Responses, now);
                break;
            case NodeEvent.CookieReceived:
                Of(key, now).CookieAt = now;
                break;
            case NodeEvent.Agreed:
                Of(key, now).AgreedAt = now;
                break;
            case NodeEvent.Equivocation:
                Of(key, now).EquivocationAt = now;
                break;
        }
    }

    /// <summary>Looks from time to time where the peers are.</summary>
    /// <param name="peers">The slots.</param>
    /// <param name="now">Milliseconds on the node's clock.</param>
    public void Look(Peer[] peers, long now)
    {
        if (now < _lookAt)
        {
            return;
        }

        _lookAt = now + LookEvery;
        foreach (Peer peer in peers.Where(p => p.InUse && p.IsEndpointAuthentic))
        {
            Record record = Of(peer.PublicKey, now);
            if (record.Places.Count == 0 || !record.Places[^1].Endpoint.IsSame(peer.Endpoint))
            {
                Endpoint copy = new();
                copy.CopyFrom(peer.Endpoint);
                Add(record.Places, (copy, now));
            }
        }
    }

    /// <summary>Learns the members of the network that the node has now.</summary>
    /// <param name="members">The members.</param>
    public void Learn(NetworkMembers members)
    {
        foreach (PeerDescription old in _members.All)
        {
            string key = KeyText.Format(old.PublicKey);
            if (members.Find(key) < 0 && _former.Count < MostKeys)
            {
                _former[key] = (old.Label, _members.Version);
            }
        }

        _members = members;
    }

    /// <summary>Finds a key that a network has named before, and none since.</summary>
    /// <param name="text">The key in base64, or the label that it had.</param>
    /// <returns>The key, its label, and the last version that named it; null for none.</returns>
    public (string Key, string? Label, ulong Version)? FindFormer(string text)
    {
        foreach ((string key, (string? label, ulong version)) in _former)
        {
            if ((key == text || label == text) && _members.Find(key) < 0)
            {
                return (key, label, version);
            }
        }

        return null;
    }

    /// <summary>What has happened with a peer.</summary>
    /// <param name="key">Its key, in base64.</param>
    /// <returns>The record; an empty one for nothing.</returns>
    public Record Of(string key) => _records.GetValueOrDefault(key) ?? new Record();

    private static void Add<T>(List<T> list, T item)
    {
        if (list.Count == Kept)
        {
            list.RemoveAt(0);
        }

        list.Add(item);
    }

    private Record Of(ReadOnlySpan<byte> key, long now)
    {
        string text = KeyText.Format(key.ToArray());
        if (!_records.TryGetValue(text, out Record? record))
        {
            if (_records.Count >= MostKeys)
            {
                foreach (string old in _records.OrderBy(r => r.Value.UsedAt).Take(MostKeys / 2).Select(r => r.Key))
                {
                    _records.Remove(old);
                }
            }

            _records.Add(text, record = new Record());
        }

        record.UsedAt = now;
        return record;
    }

    /// <summary>What has happened with one peer. All times are milliseconds on the node's clock.</summary>
    internal sealed class Record
    {
        /// <summary>When the last initiations were sent, the latest last.</summary>
        public List<long> Initiations { get; } = [];

        /// <summary>When its last initiations were answered, the latest last.</summary>
        public List<long> Responses { get; } = [];

        /// <summary>Where it was heard, and since when, the latest last.</summary>
        public List<(Endpoint Endpoint, long Since)> Places { get; } = [];

        /// <summary>When it last asked for a cookie.</summary>
        public long? CookieAt { get; set; }

        /// <summary>When it last showed the same network header.</summary>
        public long? AgreedAt { get; set; }

        /// <summary>When it showed another network of the same version.</summary>
        public long? EquivocationAt { get; set; }

        /// <summary>When something last happened.</summary>
        public long UsedAt { get; set; }
    }
}
