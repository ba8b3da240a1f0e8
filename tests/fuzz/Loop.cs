using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace Spore.Fuzz;

/// <summary>
/// Runs inputs, keeps those that reach something new, and makes others out of them. It runs beside an instrumented
/// core, and takes and gives nothing but what any assembly knows.
/// </summary>
internal sealed class Loop
{
    // So often the node is asked for service at the end of an input: it takes as long as many inputs.
    private const int AskedAfter = 64;

    private readonly Scene[] _scenes = [.. States.All.Select(s => new Scene(s.Name, s.Make))];
    private readonly Coverage _coverage = new();
    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly List<Input> _corpus = [];
    private long _executions;

    private Loop(int seed)
    {
        _random = new Random(seed);
        _mutator = new Mutator(_random);
    }

    /// <summary>Runs for some time, or until something is found.</summary>
    /// <param name="folder">Where inputs are kept.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="seed">What chance follows from.</param>
    /// <param name="isKept">Whether the inputs that are needed to reach everything are written back at the end.</param>
    /// <param name="progress">
    /// Is told the seconds so far, the executions, the ways seen and the inputs, now and then.
    /// </param>
    /// <returns>
    /// What was found and the input that led to it, in hexadecimal; null for both when there is nothing. Then the
    /// executions, the ways seen, the inputs, and the bytes by which memory has grown.
    /// </returns>
    public static (string? Finding, string? Input, long Executions, long Edges, long Inputs, long Growth) Run(
        string folder, double seconds, int seed, bool isKept, Action<double, long, long, long> progress)
    {
        Coverage.Watch();
        Loop loop = new(seed);
        Stopwatch watch = Stopwatch.StartNew();
        (string What, Input Input)? found = loop.Begin(Corpus.Read(folder));
        long memory = GC.GetTotalMemory(forceFullCollection: true) - loop.Bytes;
        TimeSpan next = TimeSpan.Zero;
        while (found is null && watch.Elapsed.TotalSeconds < seconds)
        {
            found = loop.Try(loop.Make());
            if (watch.Elapsed >= next)
            {
                next = watch.Elapsed + TimeSpan.FromMilliseconds(200);
                progress(watch.Elapsed.TotalSeconds, loop._executions, loop._coverage.Edges, loop._corpus.Count);
            }
        }

        long growth = GC.GetTotalMemory(forceFullCollection: true) - loop.Bytes - memory;
        if (found is null && isKept)
        {
            Corpus.Write(folder, loop.Needed());
        }

        string? input = found is null ? null : Convert.ToHexString(loop.Shorten(found.Value.Input).ToBytes());
        return (found?.What, input, loop._executions, loop._coverage.Edges, loop._corpus.Count, growth);
    }

    private long Bytes => _corpus.Sum(i => i.Operations.Sum(o => o.Length + 64L));

    // What is kept; and in each state, one operation of each kind.
    private (string What, Input Input)? Begin(List<Input> kept)
    {
        for (byte state = 0; state < _scenes.Length; state++)
        {
            for (byte kind = 0; kind < Operations.Count; kind++)
            {
                kept.Add(new Input(state, [[kind]]));
            }
        }

        foreach (Input input in kept)
        {
            if (Try(input) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private Input Make() => _mutator.Change(Pick(), Pick());

    // Those that were added last, and the rest, are as likely as each other; and of two the one that takes less time.
    private Input Pick()
    {
        int recent = Math.Min(_corpus.Count, 64);
        int from = _random.Next(2) == 0 ? _corpus.Count - recent : 0;
        Input one = _corpus[_random.Next(from, _corpus.Count)];
        Input other = _corpus[_random.Next(from, _corpus.Count)];
        return one.Took < other.Took ? one : other;
    }

    private (string What, Input Input)? Try(Input input)
    {
        _executions++;
        bool isAskedAfter = _executions % AskedAfter == 0;
        Coverage.Begin();
        long begun = Stopwatch.GetTimestamp();
        string? finding = Execute(input, isAskedAfter);
        input.Took = Stopwatch.GetElapsedTime(begun);
        if (finding is not null)
        {
            return (finding, input);
        }

        // What a member does at the end says nothing of the input.
        if (!isAskedAfter && _coverage.AddNew(isCounted: true))
        {
            _corpus.Add(input);
        }

        return null;
    }

    // What the runtime makes on first use is not the input's: what is found has to be found again.
    private string? Execute(Input input, bool isAskedAfter)
    {
        string? finding = null;
        for (int i = 0; i < 3; i++)
        {
            try
            {
                _scenes[input.State % _scenes.Length].Run(input, isAskedAfter);
                return null;
            }
            catch (Finding e)
            {
                finding = e.Message;
            }
        }

        return finding;
    }

    // Leaves away operations that the finding does not need.
    private Input Shorten(Input input)
    {
        Input shortest = input.Copy();
        for (int i = shortest.Operations.Count - 1; i >= 0; i--)
        {
            Input shorter = shortest.Copy();
            shorter.Operations.RemoveAt(i);
            if (Execute(shorter, true) is not null)
            {
                shortest = shorter;
            }
        }

        return shortest;
    }

    // The shortest inputs first, and of the others those that take another way; how often is for the run to find out.
    private List<Input> Needed()
    {
        Coverage coverage = new();
        List<Input> needed = [];
        foreach (Input input in _corpus.OrderBy(i => i.Operations.Sum(o => o.Length + 2)))
        {
            Coverage.Begin();
            Execute(input, false);
            if (coverage.AddNew(isCounted: false))
            {
                needed.Add(input);
            }
        }

        return needed;
    }
}
