using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Spore.Hostsim.Status;

/// <summary>Asks several members at one time.</summary>
internal static class AtOneTime
{
    private const int Most = 16;

    /// <summary>Does something for each of some members.</summary>
    /// <param name="members">The members.</param>
    /// <param name="ask">Asks one; called on any thread. It may throw that the wait was ended.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <typeparam name="T">What stands for a member.</typeparam>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static void Ask<T>(IEnumerable<T> members, Action<T> ask, CancellationToken cancel)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = Most, CancellationToken = cancel };
        Parallel.ForEach(members, options, member =>
        {
            try
            {
                ask(member);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // Thrown below, as what it is and not as one of several failures.
            }
        });
        cancel.ThrowIfCancellationRequested();
    }
}
