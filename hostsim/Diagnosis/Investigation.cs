using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using Spore.Hostsim.Control;
using Spore.Hostsim.Status;
using Spore.Hostsim.Transfers;
using Spore.Signing;
using Spore.Tftp;

namespace Spore.Hostsim.Diagnosis;

/// <summary>Finds out all it can about a node and one peer of it, within some 20 seconds.</summary>
/// <param name="local">This machine's node.</param>
/// <param name="tell">Called with what is done now.</param>
/// <param name="cancel">Ends it.</param>
internal sealed class Investigation(LocalNode local, Action<string> tell, CancellationToken cancel)
{
    // Those with a session are asked, since others would cost handshakes.
    private const int MostOthers = 8;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(6);

    /// <summary>Finds out what is known.</summary>
    /// <param name="whom">The peer: its key, its label, or an address.</param>
    /// <returns>The facts.</returns>
    /// <exception cref="HostsimException">No peer is meant, or this machine's node does not answer.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public Facts Of(string whom)
    {
        NodeReport report = local.Inspect(whom);
        Facts facts = new()
        {
            Node = report,
            IsWhole = local.HasControl,
            IsClockSynchronized = HostFacts.IsClockSynchronized(),
        };
        if (facts.IsSelf)
        {
            return facts;
        }

        // What others hear of it is compared between two questions, and meanwhile it is asked itself: the packets make
        // the node initiate.
        StatusFile own = local.OwnStatus();
        RemotePeer peer = RemotePeer.Of(KeyText.TryParse(report.Peer.Key)!, report.Peer.Label);
        tell("Other members are asked");
        Dictionary<string, StatusFile> before = AskOthers(own, report);
        tell($"{peer.Name} is asked");
        facts = AskPeer(facts, peer);
        if (facts.Answer == PeerAnswer.Status)
        {
            tell($"Packets of all sizes go to {peer.Name}");
            (double? time, int largest) = HostFacts.Echo(local.AddressOf(peer), report.Mtu, cancel);
            facts = facts with
            {
                RoundTrip = time,
                LargePacketsPass = time == null || report.Mtu == 0 ? null : largest == report.Mtu,
                LargestMtu = largest,
            };
        }

        cancel.ThrowIfCancellationRequested();
        tell("Other members are asked again");
        facts = facts with { Others = Views(report, before, AskOthers(own, report)), Node = local.Inspect(whom) };
        return facts.Answer == PeerAnswer.None ? AskHost(facts) : facts;
    }

    private Facts AskPeer(Facts facts, RemotePeer peer)
    {
        try
        {
            StatusFile status = local.StatusOf(peer, _patience, cancel);
            return facts with
            {
                Answer = PeerAnswer.Status,
                PeerState = status.State,
                PeerVersion = status.Version,
            };
        }
        catch (TransferException exception)
        {
            return exception.Result switch
            {
                TftpResult.PortUnreachable => facts with { Answer = PeerAnswer.NoFiles },
                TftpError.AccessViolation => facts with
                {
                    Answer = PeerAnswer.Refused,
                    PeerVersion = local.VersionOf(peer, _patience, cancel),
                },
                _ => facts,
            };
        }
    }

    private Facts AskHost(Facts facts)
    {
        tell("This machine is looked at");
        if (!IPEndPoint.TryParse(facts.Node.Peer.Endpoint ?? string.Empty, out IPEndPoint? endpoint))
        {
            return facts;
        }

        IReadOnlyList<string>? rules = HostFacts.DroppingRules(facts.Node.ListenPort, endpoint);
        return facts with
        {
            DroppingRules = rules ?? [],
            IsFirewallKnown = rules != null,
            Probe = HostFacts.Probe(endpoint),
        };
    }

    private Dictionary<string, StatusFile> AskOthers(StatusFile own, NodeReport report)
    {
        StatusPeer[] others =
        [
            .. own.Peers.Where(p => p.Session != null && p.Key != report.Peer.Key).Take(MostOthers),
        ];
        Dictionary<string, StatusFile> answers = [];
        AtOneTime.Ask(others, Ask, cancel);
        return answers;

        void Ask(StatusPeer other)
        {
            try
            {
                RemotePeer peer = RemotePeer.Of(KeyText.TryParse(other.Key)!, other.Label);
                StatusFile status = local.StatusOf(peer, _patience, cancel);
                lock (answers)
                {
                    answers[other.Key] = status;
                }
            }
            catch (HostsimException)
            {
                // Who does not answer tells nothing of the peer.
            }
        }
    }

    private List<MemberView> Views(
        NodeReport report, Dictionary<string, StatusFile> before, Dictionary<string, StatusFile> after)
    {
        List<MemberView> views = [];
        foreach ((string key, StatusFile status) in after)
        {
            StatusPeer? peer = status.Peers.FirstOrDefault(p => p.Key == report.Peer.Key);
            StatusPeer? earlier = before.GetValueOrDefault(key)?.Peers.FirstOrDefault(p => p.Key == report.Peer.Key);

            // A slot that was taken anew counts from 0.
            long received = peer == null || earlier == null ? 0 : Math.Max(0, peer.Received - earlier.Received);
            string name = local.NameOf(key);
            views.Add(new MemberView(
                name, status.State, status.Version, peer?.Endpoint?.ToString(), peer?.Session, received));
        }

        return [.. views.OrderBy(v => v.Name, StringComparer.Ordinal)];
    }
}
