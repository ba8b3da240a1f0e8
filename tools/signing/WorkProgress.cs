using System.Threading;

namespace Spore.Signing;

/// <summary>How far work has come that may take seconds. One thread works, and another one may look.</summary>
public sealed class WorkProgress
{
    private State _state = new("", 0);

    /// <summary>What is being done.</summary>
    public string Step => Volatile.Read(ref _state).Step;

    /// <summary>How much of it is done, from 0 to 1.</summary>
    public double Fraction => Volatile.Read(ref _state).Fraction;

    /// <summary>Called while the work goes on.</summary>
    /// <param name="step">What is being done.</param>
    /// <param name="done">How much of it is done.</param>
    /// <param name="total">All of it, more than 0.</param>
    public void Report(string step, long done, long total) =>
        Volatile.Write(ref _state, new State(step, (double)done / total));

    private sealed record State(string Step, double Fraction);
}
