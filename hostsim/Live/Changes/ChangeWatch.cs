using System;
using Spore.Hostsim.Live.Peers;
using Spore.Mesh;

namespace Spore.Hostsim.Live.Changes;

/// <summary>
/// Notices when the node has applied another network or is in another state. Called under the node's lock.
/// </summary>
/// <param name="node">The node.</param>
/// <param name="tun">The name of its TUN interface; null for none.</param>
/// <param name="members">The members of the applied network.</param>
/// <param name="command">What a change is for.</param>
internal sealed class ChangeWatch(Node node, string? tun, Func<NetworkMembers> members, ChangeCommand command)
    : IDisposable
{
    private ulong _version;
    private NetworkState _state = NetworkState.None;

    /// <summary>
    /// Should be called when something may have changed, and after the routes of a new network are set.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Look(long now)
    {
        NetworkState state = node.State(now);
        if (node.NetworkVersion == _version && state == _state)
        {
            return;
        }

        _version = node.NetworkVersion;
        _state = state;
        command.Change(new NodeChange(
            _version, state, node.PublicKey, tun, node.OwnEntry < 0 ? null : members().All[node.OwnEntry]));
    }

    /// <summary>Ends the command.</summary>
    public void Dispose()
    {
        command.Dispose();
    }
}
