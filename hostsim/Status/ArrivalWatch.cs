using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using Spore.Hostsim.Transfers;
using Spore.Signing;

namespace Spore.Hostsim.Status;

/// <summary>Asks members again and again until each has a network version.</summary>
internal static class ArrivalWatch
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    // For one answer. Then others have their turn.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(6);

    /// <summary>Waits for the members.</summary>
    /// <param name="local">This machine's node, which is asked at its own address or socket.</param>
    /// <param name="members">The members.</param>
    /// <param name="version">The version.</param>
    /// <param name="arrived">Called on any thread for each member that has it, with the time since the start.</param>
    /// <param name="longest">How long to wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The members that have not shown it, with the reason for each.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static IReadOnlyDictionary<RemotePeer, string> Wait(
        LocalNode local,
        IReadOnlyList<RemotePeer> members,
        ulong version,
        Action<RemotePeer, TimeSpan> arrived,
        TimeSpan longest,
        CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(longest);
        ConcurrentDictionary<RemotePeer, string> missing = new(
            members.Select(m => KeyValuePair.Create(m, "not asked in that time")));
        try
        {
            while (true)
            {
                AtOneTime.Ask(missing.Keys, AskOne, end.Token);
                if (missing.IsEmpty || end.Token.WaitHandle.WaitOne(_pause))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The time is over.
        }

        cancel.ThrowIfCancellationRequested();
        return missing;

        void AskOne(RemotePeer member)
        {
            (ulong has, string? fault) = Ask(local, member, end.Token);
            if (has >= version)
            {
                missing.TryRemove(member, out _);
                arrived(member, Stopwatch.GetElapsedTime(start));
            }
            else
            {
                missing[member] = fault ?? $"it has {Name(has)}";
            }
        }
    }

    private static string Name(ulong version) =>
        version == 0 ? "no network" : $"version {VersionText.Format(version)}";

    private static (ulong Version, string? Fault) Ask(LocalNode local, RemotePeer member, CancellationToken cancel)
    {
        try
        {
            StatusFile status = local.IsOwn(member) ? local.OwnStatus() : local.StatusOf(member, _patience, cancel);
            return (status.Version, null);
        }
        catch (HostsimException exception)
        {
            return (0, exception.Message);
        }
    }
}
