using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Spore.Hostsim.Display;
using Spore.Signing;

namespace Spore.Hostsim.Simulation;

/// <summary>Shows a run as lines of text, the same bytes for the same options.</summary>
internal sealed class PlainView(TextWriter output) : ISimulationView
{
    private Func<IReadOnlyList<NodeStatus>> _statuses = () => [];

    /// <summary>The options of a run in one line.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The line.</returns>
    public static string Describe(SimulationOptions options)
    {
        string nodes = options.Nodes == 1 ? "1 node" : $"{options.Nodes} nodes";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"A publisher and {nodes}; {options.Delay} ms delay, {options.Loss} % loss, {options.Reorder} % reordered; "
            + $"seed {options.Seed}");
    }

    /// <inheritdoc/>
    public void Begin(SimulationOptions options, Func<IReadOnlyList<NodeStatus>> statuses)
    {
        _statuses = statuses;
        WriteLine("Spore: a WireGuard mesh from keys alone, in virtual time");
        WriteLine(Describe(options));
    }

    /// <inheritdoc/>
    public void Chapter(string title, string text)
    {
        WriteLine(string.Empty);
        WriteLine($"== {title}");
        foreach (string line in Wrap(text, 76))
        {
            WriteLine($"   {line}");
        }

        WriteLine(string.Empty);
    }

    /// <inheritdoc/>
    public void Show(TimelineEntry entry)
    {
        WriteLine($"{TimelineEntry.Clock(entry.Time),10}  {entry.Node,-9}  {entry.Verb(),-15}  {entry.Text}");
    }

    /// <inheritdoc/>
    public void Outcome(string text)
    {
        WriteLine($"   {text}");
    }

    /// <inheritdoc/>
    public void End(Verdict verdict)
    {
        WriteLine(string.Empty);
        WriteLine($"{"Node",-9}  {"Version",7}  {"State",-23}  {"Peers",5}  {"In",8}  {"Out",8}  {"Joined",8}");
        foreach (NodeStatus s in _statuses())
        {
            string joined = s.JoinedAfter is { } after ? TimelineEntry.Span(after) : "-";
            string version = s.Version == 0 ? "-" : VersionText.Format(s.Version);
            string received = ByteSize.Describe(s.BytesReceived);
            string sent = ByteSize.Describe(s.BytesSent);
            WriteLine(
                $"{s.Name,-9}  {version,7}  {s.State,-23}  {s.Sessions,5}  {received,8}  {sent,8}  {joined,8}");
        }

        WriteLine(string.Empty);
        foreach (string line in Wrap(verdict.Text, 79))
        {
            WriteLine(line);
        }
    }

    /// <summary>Breaks a text into lines at its spaces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The most characters in a line.</param>
    /// <returns>The lines.</returns>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            int space = text.LastIndexOf(' ', width);
            if (space <= 0)
            {
                break;
            }

            yield return text[..space];
            text = text[(space + 1)..];
        }

        yield return text;
    }

    private void WriteLine(string line)
    {
        // Not WriteLine: the bytes are the same on every system.
        output.Write(line);
        output.Write('\n');
    }
}
