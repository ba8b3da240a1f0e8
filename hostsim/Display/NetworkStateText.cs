using System;
using Spore.Mesh;

namespace Spore.Hostsim.Display;

/// <summary>The state of a node's network as people read it.</summary>
internal static class NetworkStateText
{
    /// <summary>Describes the state of a node's network.</summary>
    /// <param name="node">The node.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The state; for an unconfirmed network also how many members agree.</returns>
    public static string Describe(Node node, long now)
    {
        NetworkState state = node.State(now);
        return state == NetworkState.Unconfirmed
            ? $"{Word(state)} ({node.AgreeingMembers(now)} agree)"
            : Word(state);
    }

    /// <summary>The words for a state.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The word of the file <c>status</c>, but <c>no network</c> for none.</returns>
    public static string Word(NetworkState state)
    {
        return state switch
        {
            NetworkState.None => "no network",
            NetworkState.Unconfirmed => "unconfirmed",
            NetworkState.Witness => "witness",
            NetworkState.Fresh => "fresh",
            NetworkState.Behind => "behind",
            NetworkState.Expired => "expired",
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };
    }
}
