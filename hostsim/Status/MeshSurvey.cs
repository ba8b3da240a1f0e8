using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Spore.Hostsim.Transfers;
using Spore.Signing;

namespace Spore.Hostsim.Status;

/// <summary>What the members of a mesh say of themselves, all asked at about one time.</summary>
internal sealed class MeshSurvey
{
    /// <summary>The most members that are asked.</summary>
    public const int MostMembers = 256;

    // For a session, where there is none yet, and the file.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(6);

    private readonly Dictionary<string, int> _places;

    /// <summary>Takes what members have said.</summary>
    /// <param name="members">The members.</param>
    /// <param name="own">The key of this machine's node, in base64; null where it is not known.</param>
    /// <param name="leftOut">How many members were not asked.</param>
    public MeshSurvey(IReadOnlyList<SurveyedMember> members, string? own, int leftOut)
    {
        Members = members;
        Own = own;
        LeftOut = leftOut;
        _places = members.Select((m, i) => (m.Key, i)).ToDictionary(p => p.Key, p => p.i);
    }

    /// <summary>The members in the order of their names.</summary>
    public IReadOnlyList<SurveyedMember> Members { get; }

    /// <summary>The key of this machine's node, in base64; null where it is not known.</summary>
    public string? Own { get; }

    /// <summary>How many members were not asked.</summary>
    public int LeftOut { get; }

    /// <summary>The highest version that a member has, 0 for none.</summary>
    public ulong Newest => Members.Select(m => m.Status?.Version ?? 0).DefaultIfEmpty().Max();

    /// <summary>Asks the members.</summary>
    /// <param name="local">This machine's node.</param>
    /// <param name="asked">Called when a member was asked, with how many of how many that makes.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The survey.</returns>
    /// <exception cref="HostsimException">This machine's node does not answer.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static MeshSurvey Ask(LocalNode local, Action<int, int> asked, CancellationToken cancel)
    {
        StatusFile own = local.OwnStatus();
        string? ownKey = local.OwnKey == null ? null : KeyText.Format(local.OwnKey);
        (string Key, string? Label, string Roles)[] all = local.Network != null
            ? [.. local.Network.Peers.Select(p => (
                KeyText.Format(p.PublicKey), p.Label, NetworkIni.FormatRoles(p.Roles)))]
            : [.. own.Peers.Select(p => (p.Key, p.Label, string.Empty))];

        // Those with a session come first: they cost no handshake.
        HashSet<string> near = [.. own.Peers.Where(p => p.Session != null).Select(p => p.Key)];
        (string Key, string? Label, string Roles)[] chosen =
            [.. all.OrderBy(m => m.Key == ownKey ? 0 : near.Contains(m.Key) ? 1 : 2).Take(MostMembers)];
        SurveyedMember[] members = new SurveyedMember[chosen.Length];
        int done = 0;
        AtOneTime.Ask(Enumerable.Range(0, chosen.Length), AskOne, cancel);
        return new MeshSurvey(
            [.. members.OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Key, StringComparer.Ordinal)],
            ownKey,
            all.Length - chosen.Length);

        void AskOne(int i)
        {
            (string key, string? label, string roles) = chosen[i];
            RemotePeer peer = RemotePeer.Of(KeyText.TryParse(key)!, label);
            (StatusFile? status, string? fault) = key == ownKey ? (own, null) : Ask(local, peer, cancel);
            members[i] = new SurveyedMember(key, peer.Name, roles, status, fault);
            asked(Interlocked.Increment(ref done), chosen.Length);
        }
    }

    /// <summary>Whether a member reports a session with another one.</summary>
    /// <param name="member">The place of the member.</param>
    /// <param name="other">The place of the other one.</param>
    /// <returns>Null where the member has not answered, or has left out peers.</returns>
    public bool? HasSession(int member, int other)
    {
        StatusFile? status = Members[member].Status;
        bool has = status?.Peers.Any(p => p.Session != null && Place(p.Key) == other) == true;
        return has ? true : status == null || status.Number("peers_omitted") > 0 ? null : false;
    }

    /// <summary>How a member stands: its state, and whether it lags behind.</summary>
    /// <param name="member">The member.</param>
    public string Standing(SurveyedMember member) => member.Status switch
    {
        null => "no answer",
        { Version: 0 } => "no network",
        { Version: { } version } when version < Newest => $"{member.Status.State}, older",
        _ => member.Status.State,
    };

    private int Place(string key) => _places.GetValueOrDefault(key, -1);

    private static (StatusFile? Status, string? Fault) Ask(LocalNode local, RemotePeer peer, CancellationToken cancel)
    {
        try
        {
            return (local.StatusOf(peer, _patience, cancel), null);
        }
        catch (HostsimException exception)
        {
            return (null, exception.Message);
        }
    }
}
