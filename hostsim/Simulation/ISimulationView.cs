using System;
using System.Collections.Generic;

namespace Spore.Hostsim.Simulation;

/// <summary>Shows a run to a person.</summary>
internal interface ISimulationView
{
    /// <summary>A run begins.</summary>
    /// <param name="options">What it is made from.</param>
    /// <param name="statuses">Tells how the nodes are at any time.</param>
    void Begin(SimulationOptions options, Func<IReadOnlyList<NodeStatus>> statuses);

    /// <summary>A part of the story begins.</summary>
    /// <param name="title">What it is called.</param>
    /// <param name="text">What is going to happen, in a sentence or two.</param>
    void Chapter(string title, string text);

    /// <summary>Something happened.</summary>
    /// <param name="entry">The line to show.</param>
    void Show(TimelineEntry entry);

    /// <summary>A part of the story has ended.</summary>
    /// <param name="text">What came of it.</param>
    void Outcome(string text);

    /// <summary>The run has ended.</summary>
    /// <param name="verdict">How.</param>
    void End(Verdict verdict);
}
