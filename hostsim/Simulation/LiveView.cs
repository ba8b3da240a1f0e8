using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using Spectre.Console;
using Spectre.Console.Rendering;
using Spore.Hostsim.Display;
using Spore.Signing;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// Shows a run in colours on a terminal, slowly enough to be followed, with the nodes' table kept beneath the timeline.
/// </summary>
internal sealed class LiveView : ISimulationView
{
    private const int RedrawEvery = 40;

    // Rows of a terminal that the timeline is to keep when the table is beneath it.
    private const int TimelineRows = 8;
    private const int TableFrame = 4;
    private const int WideTerminal = 100;
    private const int UsualTerminal = 80;

    private readonly IAnsiConsole _console;
    private readonly CancellationToken _cancel;
    private readonly Stopwatch _sinceRedraw = Stopwatch.StartNew();
    private Func<IReadOnlyList<NodeStatus>> _statuses = () => [];
    private LiveDisplayContext? _live;
    private TimeSpan _pause;

    /// <summary>Makes a view.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="cancel">Ends the run early: pauses end at once.</param>
    public LiveView(IAnsiConsole console, CancellationToken cancel)
    {
        _console = console;
        _cancel = cancel;
    }

    /// <summary>
    /// Runs something while the table is shown beneath what is written, where the terminal is high enough.
    /// </summary>
    /// <param name="nodes">The rows the table will have.</param>
    /// <param name="run">What to run.</param>
    /// <returns>Its result.</returns>
    public Verdict Run(int nodes, Func<Verdict> run)
    {
        if (nodes + TableFrame + TimelineRows > _console.Profile.Height)
        {
            return run();
        }

        return _console.Live(Text.Empty).AutoClear(true).Start(live =>
        {
            _live = live;
            try
            {
                return run();
            }
            finally
            {
                live.UpdateTarget(Text.Empty);
                _live = null;
            }
        });
    }

    /// <inheritdoc/>
    public void Begin(SimulationOptions options, Func<IReadOnlyList<NodeStatus>> statuses)
    {
        _statuses = statuses;

        // About six lines a node; a run takes some four seconds however many there are.
        _pause = TimeSpan.FromMilliseconds(Math.Min(60, 4000 / ((6 * options.Nodes) + 30)));
        Write($"[bold green]Spore[/]  [bold]a WireGuard mesh from keys alone[/], in virtual time");
        Write($"[grey]{PlainView.Describe(options)}[/]");
    }

    /// <inheritdoc/>
    public void Chapter(string title, string text)
    {
        Write($" ");
        Write(new Rule($"[bold]{Markup.Escape(title)}[/]").LeftJustified().RuleStyle("green"));
        foreach (string line in PlainView.Wrap(text, Math.Min(_console.Profile.Width, 100) - 4))
        {
            Write($"   [grey]{line}[/]");
        }

        Write($" ");
    }

    /// <inheritdoc/>
    public void Show(TimelineEntry entry)
    {
        string colour = ColourOf(entry.Kind);
        string time = TimelineEntry.Clock(entry.Time);
        Write($"[grey]{time,9}[/]  [bold]{entry.Node,-9}[/]  [{colour}]{entry.Verb(),-15}[/]  {entry.Text}");
        Redraw(false);
        _cancel.WaitHandle.WaitOne(_pause);
    }

    /// <inheritdoc/>
    public void Outcome(string text)
    {
        Write($"   [green]{text}[/]");
        Redraw(true);
    }

    /// <inheritdoc/>
    public void End(Verdict verdict)
    {
        _live?.UpdateTarget(Text.Empty);
        Table table = TableOf(_statuses());
        Write(table.Border == TableBorder.Simple ? table : new Rows(new Text(" "), table, new Text(" ")));
        string colour = verdict.IsGood ? "bold green" : "bold red";
        Write($"[{colour}]{verdict.Text}[/]");
    }

    private static string ColourOf(TimelineKind kind)
    {
        return kind switch
        {
            TimelineKind.Boot => "blue",
            TimelineKind.Hello => "grey",
            TimelineKind.Handshake or TimelineKind.Guest => "aqua",
            TimelineKind.HeadVerified => "yellow",
            TimelineKind.NetworkApplied => "green",
            TimelineKind.Fresh => "lime",
            TimelineKind.Unconfirmed => "yellow",
            TimelineKind.Ping => "green",
            TimelineKind.Published => "fuchsia",
            _ => "red",
        };
    }

    private Table TableOf(IReadOnlyList<NodeStatus> statuses)
    {
        bool wide = _console.Profile.Width >= WideTerminal;
        Table table = new Table().Border(wide ? TableBorder.Rounded : TableBorder.Simple).BorderColor(Color.Grey);
        table.AddColumn(new TableColumn("Node").NoWrap());
        if (wide)
        {
            table.AddColumn(new TableColumn("Address").NoWrap());
        }

        table.AddColumn(new TableColumn(wide ? "Version" : "Ver").RightAligned().NoWrap());
        table.AddColumn("State");

        // Rather no volumes than folded ones.
        bool hasVolumes = _console.Profile.Width >= UsualTerminal;
        string[] names = hasVolumes ? ["Peers", "In", "Out", "Joined"] : ["Peers", "Joined"];
        table.AddColumns([.. names.Select(name => new TableColumn(name).RightAligned().NoWrap())]);

        foreach (NodeStatus s in statuses)
        {
            List<Text> row =
            [
                new Text(s.Name, new Style(decoration: Decoration.Bold)),
                new Text(s.Version == 0 ? "-" : VersionText.Format(s.Version)),
                new Text(s.State, new Style(s.IsRemoved ? Color.Red : s.IsGood ? Color.Green : Color.Yellow)),
                new Text($"{s.Sessions}"),
                .. hasVolumes
                    ? [new Text(ByteSize.Describe(s.BytesReceived)), new Text(ByteSize.Describe(s.BytesSent))]
                    : Array.Empty<Text>(),
                new Text(s.JoinedAfter is { } after ? TimelineEntry.Span(after) : "-"),
            ];
            if (wide)
            {
                row.Insert(1, new Text(s.Address));
            }

            table.AddRow(row);
        }

        return table;
    }

    private void Write(FormattableString markup)
    {
        Write(new Rows(Markup.FromInterpolated(markup)));
    }

    private void Write(IRenderable renderable)
    {
        _console.Write(new ErasingLines(renderable));
    }

    private void Redraw(bool always)
    {
        if (_live != null && (always || _sinceRedraw.ElapsedMilliseconds >= RedrawEvery))
        {
            _live.UpdateTarget(TableOf(_statuses()));
            _sinceRedraw.Restart();
        }
    }
}
