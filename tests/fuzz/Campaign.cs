using System;
using System.Collections.Generic;

namespace Spore.Fuzz;

/// <summary>What a run has come to.</summary>
/// <param name="Finding">What an input has done that none may do, or null.</param>
/// <param name="Input">That input, in hexadecimal.</param>
/// <param name="Executions">How many inputs were run.</param>
/// <param name="Edges">How many ways through the core they took.</param>
/// <param name="Inputs">How many of them were kept in memory.</param>
/// <param name="Growth">By how many bytes memory has grown, those inputs not counted.</param>
internal sealed record Campaign(string? Finding, string? Input, long Executions, long Edges, long Inputs, long Growth)
{
    /// <summary>Runs the loop beside an instrumented core.</summary>
    /// <param name="folder">Where inputs are kept.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="seed">What chance follows from.</param>
    /// <param name="isKept">Whether the inputs that are needed to reach everything are written back.</param>
    /// <param name="progress">
    /// Is told the seconds so far, the executions, the ways seen and the inputs, now and then.
    /// </param>
    /// <returns>The outcome.</returns>
    public static Campaign Run(
        string folder, double seconds, int seed, bool isKept, Action<double, long, long, long> progress)
    {
        (string? finding, string? input, long executions, long edges, long inputs, long growth) =
            new InstrumentedCore().Find<RunLoop>(typeof(Loop), nameof(Loop.Run))(
                folder, seconds, seed, isKept, progress);
        return new Campaign(finding, input, executions, edges, inputs, growth);
    }

    /// <summary>Runs inputs in a state, beside the core as it is.</summary>
    /// <param name="state">The number of the state.</param>
    /// <param name="inputs">The inputs.</param>
    /// <exception cref="Fuzz.Finding">One has done what none may do.</exception>
    public static void Replay(int state, IEnumerable<Input> inputs)
    {
        Scene scene = new(States.All[state].Name, States.All[state].Make);
        int number = 0;
        foreach (Input input in inputs)
        {
            // The question takes longer than most inputs.
            bool isAskedAfter = number++ % 8 == 0;
            try
            {
                scene.Run(input, isAskedAfter);
            }
            catch (Finding)
            {
                // A run depends on its input alone, so that what it has found is found again. But a garbage collection
                // for another test can count up to 8 KB as allocated here.
                scene.Run(input, isAskedAfter);
            }
        }
    }

    private delegate (string? Finding, string? Input, long Executions, long Edges, long Inputs, long Growth) RunLoop(
        string folder, double seconds, int seed, bool isKept, Action<double, long, long, long> progress);
}
