using System;
using System.Threading.Tasks;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Peers;
using Spore.Hostsim.Live.Programs;
using Spore.Hostsim.Live.Requests;
using Spore.Mesh;
using Spore.Signing;
using Spore.Tftp;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Serving;

/// <summary>What a node offers its members where the operator wants it: a folder, and a program for requests.</summary>
internal sealed class NodeServices : IServingHost, IRequestsHost, IDisposable
{
    private readonly object _gate;
    private readonly Node _node;
    private readonly LiveTimeline _timeline;
    private readonly Func<long> _clock;
    private readonly Func<NetworkMembers> _members;
    private readonly Action _changed;
    private readonly ServedFolder? _folder;
    private readonly RequestCommand? _requests;
    private bool _isStopped;

    /// <summary>Gives a node its services. It must not run yet.</summary>
    /// <param name="gate">The node's lock.</param>
    /// <param name="node">The node.</param>
    /// <param name="options">Which services.</param>
    /// <param name="timeline">Where they are reported.</param>
    /// <param name="clock">Milliseconds on the monotonic clock.</param>
    /// <param name="members">The members of the applied network.</param>
    /// <param name="changed">Called under the lock after the node was called.</param>
    /// <exception cref="HostsimException">A service can't work here.</exception>
    public NodeServices(
        object gate,
        Node node,
        NodeOptions options,
        LiveTimeline timeline,
        Func<long> clock,
        Func<NetworkMembers> members,
        Action changed)
    {
        _gate = gate;
        _node = node;
        _timeline = timeline;
        _clock = clock;
        _members = members;
        _changed = changed;
        if (options.RequestCommand != null)
        {
            _requests = new RequestCommand(
                options.RequestCommand, this, new LimitedLog(timeline, clock), new LimitedLog(timeline, clock));
            node.HandleRequests(_requests, RequestCommand.MostRunning, ShellProgram.LongestOutput);
        }

        if (options.Serve != null)
        {
            _folder = new ServedFolder(
                options.Serve, options.IsWritable, options.ServeLimit, this, new LimitedLog(timeline, clock));
            foreach (string secret in options.Secrets)
            {
                _folder.DemandOutside(secret);
            }

            node.Files = _folder;
            if (options.IsWritable)
            {
                Task.Run(_folder.RemoveLeftovers);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            _folder?.Dispose();
        }

        _requests?.Dispose();
    }

    /// <inheritdoc/>
    string IServingHost.NameOf(TftpTransfer transfer)
    {
        Peer peer = _node.Peers[transfer.Peer];
        return _timeline.NameOf(KeyText.Format(peer.PublicKey));
    }

    /// <inheritdoc/>
    LineSubject IServingHost.About(TftpTransfer transfer)
    {
        return _timeline.About(KeyText.Format(_node.Peers[transfer.Peer].PublicKey));
    }

    /// <inheritdoc/>
    void IServingHost.Abort(TftpTransfer transfer, int result)
    {
        _node.Abort(transfer, result);
    }

    /// <inheritdoc/>
    void IServingHost.Resume(TftpTransfer transfer, int result)
    {
        _node.Resume(transfer, result, _clock());
    }

    /// <inheritdoc/>
    void IServingHost.Invoke(Action action)
    {
        lock (_gate)
        {
            if (!_isStopped)
            {
                action();
                _changed();
            }
        }
    }

    /// <inheritdoc/>
    string IRequestsHost.LabelOf(string key)
    {
        NetworkMembers members = _members();
        int place = members.Find(key);
        return place < 0 ? string.Empty : members.All[place].Label ?? string.Empty;
    }

    /// <inheritdoc/>
    string IRequestsHost.NameOf(string key)
    {
        return _timeline.NameOf(key);
    }

    /// <inheritdoc/>
    bool IRequestsHost.Respond(long number, byte[]? response)
    {
        lock (_gate)
        {
            bool isTaken = !_isStopped && _node.Respond(number, response, 0, response?.Length ?? 0, _clock());
            _changed();
            return isTaken;
        }
    }
}
