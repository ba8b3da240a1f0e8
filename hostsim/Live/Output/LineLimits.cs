using System.Collections.Generic;
using Spore.Mesh;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Limits the lines that others can cause: those of each event and peer, and all of them together. All unknown keys
/// share the lines of one peer, so that a flood of new keys hides no line of a known peer. The caller locks.
/// </summary>
internal sealed class LineLimits
{
    /// <summary>The number of lines of all peers together that may come at one time.</summary>
    public const int Burst = 1000;

    /// <summary>After that, the time for each line, in milliseconds.</summary>
    public const int Interval = 50;

    // To bound the memory. When it is reached, all peers begin anew; the limit of all together goes on.
    private const int MostBudgets = 65_536;

    private readonly Dictionary<(NodeEvent What, string Peer), LineBudget> _budgets = [];
    private readonly LineBudget _whole = new(Burst, Interval);

    /// <summary>Spends a line.</summary>
    /// <param name="what">The event.</param>
    /// <param name="peer">The key of a known peer; empty for an unknown key; null for an event without a peer.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>
    /// What the line tells of those that were left out before, behind the rest; null where it is to be left out.
    /// </returns>
    public string? Spend(NodeEvent what, string? peer, long now)
    {
        (NodeEvent, string) of = (what, peer ?? string.Empty);
        if (!_budgets.TryGetValue(of, out LineBudget? budget))
        {
            if (_budgets.Count >= MostBudgets)
            {
                _budgets.Clear();
            }

            budget = new LineBudget(LimitedLog.Burst, LimitedLog.Interval);
            _budgets.Add(of, budget);
        }

        // What the node reports of itself is not left out because of its peers.
        bool isOfPeer = peer != null;
        if (!budget.Has(now) || (isOfPeer && !_whole.Has(now)))
        {
            budget.LeaveOut();
            return null;
        }

        if (isOfPeer)
        {
            _whole.Spend(now);
        }

        return budget.Spend(now);
    }
}
