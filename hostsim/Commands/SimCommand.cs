using System;
using System.CommandLine;
using System.IO;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Simulation;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim</c> and <c>hostsim sim</c>: the simulator.</summary>
internal sealed class SimCommand(TextWriter output, IAnsiConsole? terminal)
{
    private static readonly SimulationOptions _usual = new();

    private readonly Option<long> _nodes = Options.Whole(
        "--nodes",
        "N",
        1,
        SimulationOptions.MaxNodes,
        _usual.Nodes,
        "The nodes of the first network, besides the publisher.");

    private readonly Option<double> _loss = Options.Percent(
        "--loss", _usual.Loss, "How many of a hundred datagrams are lost.");

    private readonly Option<long> _delay = Options.Whole(
        "--delay", "MS", 0, 10_000, _usual.Delay, "The delay of the wire, in milliseconds.");

    private readonly Option<double> _reorder = Options.Percent(
        "--reorder",
        _usual.Reorder,
        "How many of a hundred datagrams are held back, so that later ones overtake them.");

    private readonly Option<long> _seed = Options.Whole(
        "--seed",
        "S",
        0,
        long.MaxValue,
        _usual.Seed,
        "What all chance follows from: the same seed gives the same run.");

    private readonly Option<bool> _ownCrypto = Options.OwnCrypto();

    private readonly Option<bool> _plain = new("--plain")
    {
        Description = "Lines of text only; always so when the output is no terminal.",
    };

    /// <summary>Makes a command run the simulator.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_nodes);
        command.Add(_loss);
        command.Add(_delay);
        command.Add(_reorder);
        command.Add(_seed);
        command.Add(_ownCrypto);
        command.Add(_plain);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        SimulationOptions options = new()
        {
            Nodes = (int)parsed.GetValue(_nodes),
            Loss = parsed.GetValue(_loss),
            Delay = (int)parsed.GetValue(_delay),
            Reorder = parsed.GetValue(_reorder),
            Seed = parsed.GetValue(_seed),
        };
        HostPrimitives primitives = parsed.GetValue(_ownCrypto) ? HostPrimitives.Own : HostPrimitives.Find();
        foreach (string fault in primitives.Faults)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"hostsim: warning: {fault}");
        }

        using StopSignal stop = new();
        try
        {
            Verdict verdict;
            if (terminal != null && !parsed.GetValue(_plain))
            {
                LiveView view = new(terminal, stop.Token);

                // The publisher and the node of the second version have rows too.
                verdict = view.Run(options.Nodes + 2, new Story(options, view, stop.Token, primitives).Run);
            }
            else
            {
                verdict = new Story(options, new PlainView(output), stop.Token, primitives).Run();
            }

            return verdict.IsGood ? 0 : CommandLineProgram.Failed;
        }
        catch (OperationCanceledException)
        {
            output.Write("Interrupted.\n");
            return Program.Interrupted;
        }
    }
}
