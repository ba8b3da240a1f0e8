using System;
using System.Collections.Generic;
using System.Threading;
using Spore.Hostsim.Crypto;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// Virtual time: a queue of actions, each run when the clock has reached it. Equal times run in the
/// order they were asked for.
/// </summary>
internal sealed class Simulator
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _queue = new();
    private readonly Lazy<HostPrimitives> _primitives;
    private long _order;

    /// <summary>Makes a clock at 0.</summary>
    /// <param name="primitives">The primitives of the nodes; null for the fastest of this machine.</param>
    public Simulator(HostPrimitives? primitives = null)
    {
        _primitives = new Lazy<HostPrimitives>(() => primitives ?? HostPrimitives.Find());
    }

    /// <summary>The primitives of the nodes, which share them: one thread runs all.</summary>
    public HostPrimitives Primitives => _primitives.Value;

    /// <summary>The virtual clock in milliseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Asks for an action to be run.</summary>
    /// <param name="time">When, on the virtual clock; the past means now.</param>
    /// <param name="action">What to run.</param>
    public void At(long time, Action action)
    {
        _queue.Enqueue(action, (Math.Max(time, Now), _order++));
    }

    /// <summary>Lets time pass until a condition holds.</summary>
    /// <param name="condition">Looked at before the clock moves.</param>
    /// <param name="deadline">When to give up, on the virtual clock.</param>
    /// <param name="cancel">Ends the run early.</param>
    /// <returns>Whether the condition held in time.</returns>
    /// <exception cref="OperationCanceledException">The run was ended early.</exception>
    public bool RunUntil(Func<bool> condition, long deadline, CancellationToken cancel)
    {
        while (true)
        {
            while (_queue.TryPeek(out _, out (long Time, long Order) due) && due.Time <= Now)
            {
                _queue.Dequeue()();
            }

            cancel.ThrowIfCancellationRequested();
            if (condition())
            {
                return true;
            }

            if (!_queue.TryPeek(out _, out (long Time, long Order) next) || next.Time > deadline)
            {
                Now = Math.Max(Now, deadline);
                return condition();
            }

            Now = next.Time;
        }
    }

    /// <summary>Lets a span of time pass.</summary>
    /// <param name="duration">The span in milliseconds.</param>
    /// <param name="cancel">Ends the run early.</param>
    /// <exception cref="OperationCanceledException">The run was ended early.</exception>
    public void Run(long duration, CancellationToken cancel)
    {
        RunUntil(() => false, Now + duration, cancel);
    }
}
