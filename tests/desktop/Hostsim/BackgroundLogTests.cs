using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using Spore.Hostsim.Live.Output;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>A timeline whose output fails, blocks, or both.</summary>
public partial class BackgroundLogTests
{
    private const int Patience = 60_000;
    private const string DiskFull = "No space left on device";

    [Fact]
    public void The_first_line_after_failures_tells_how_many_were_lost_and_why()
    {
        Output output = new();
        LiveTimeline timeline = new(output, null);
        timeline.Banner("public key", "K");
        Tell(timeline, 1);
        timeline.Flush(Patience);
        output.Fault = new IOException(DiskFull);
        Tell(timeline, 2, 3, 4);
        timeline.Flush(Patience);
        Assert.Equal(3, output.Failures);
        output.Fault = null;
        Tell(timeline, 5, 6);
        timeline.Flush(Patience);
        string[] lines = output.Lines();
        Assert.Equal("public key       K", WithoutTime(lines[0]));
        string[] expected = [Event(1), "", Lost($"3 lines were lost: {DiskFull}"), Event(5), Event(6)];
        Assert.Equal(expected, lines[1..].Select(WithoutTime));
    }

    [Theory]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(UnauthorizedAccessException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(NotSupportedException))]
    public void A_failure_of_any_type_is_no_end(Type type)
    {
        Output output = new() { Fault = (Exception)Activator.CreateInstance(type, "x")! };
        LiveTimeline timeline = new(output, null);
        Tell(timeline, 1);
        timeline.Flush(Patience);
        output.Fault = null;
        Tell(timeline, 2);
        timeline.Flush(Patience);
        Assert.StartsWith(Lost("1 line was lost: "), WithoutTime(output.Lines()[1]), StringComparison.Ordinal);
        Assert.Equal(Event(2), WithoutTime(output.Lines()[2]));
    }

    [Fact]
    public void A_failed_output_is_tried_again_only_when_there_is_something_to_write()
    {
        Output output = new() { Fault = new IOException(DiskFull) };
        LiveTimeline timeline = new(output, null);
        for (int i = 1; i <= 5; i++)
        {
            Tell(timeline, i);
            timeline.Flush(Patience);
            Thread.Sleep(20);
            Assert.Equal(i, output.Failures);
        }
    }

    [Fact]
    public void A_line_that_fails_after_the_lost_ones_were_told_is_counted_anew()
    {
        Output output = new() { Fault = new IOException(DiskFull) };
        LiveTimeline timeline = new(output, null);
        Tell(timeline, 1, 2);
        timeline.Flush(Patience);

        // The line break and the count are written, the line is not.
        output.Fault = null;
        output.FailAfter = 2;
        Tell(timeline, 3);
        timeline.Flush(Patience);
        output.FailAfter = int.MaxValue;
        Tell(timeline, 4);
        timeline.Flush(Patience);
        Assert.Equal(
            ["", Lost($"2 lines were lost: {DiskFull}"), "", Lost("1 line was lost: cut"), Event(4)],
            output.Lines().Select(WithoutTime));
    }

    [Fact]
    public void A_blocked_output_stops_nobody_and_keeps_the_order()
    {
        Output output = new();
        LiveTimeline timeline = new(output, null);
        output.Gate.Reset();
        Tell(timeline, 0);
        output.IsBlocked.Wait(Patience, TestContext.Current.CancellationToken);
        Tell(timeline, [.. Enumerable.Range(1, 1100)]);
        timeline.Flush(50);
        Assert.Empty(output.Lines());
        output.Gate.Set();
        timeline.Flush(Patience);
        Tell(timeline, 2000);
        timeline.Flush(Patience);
        Assert.Equal(
            [
                .. Enumerable.Range(0, 1025).Select(Event),
                Lost("76 lines were lost: the output was blocked"),
                Event(2000),
            ],
            output.Lines().Select(WithoutTime));
    }

    [Fact]
    public void Lines_have_the_time_of_their_event()
    {
        Output output = new();
        LiveTimeline timeline = new(output, null);
        output.Gate.Reset();
        Tell(timeline, 1, 2);
        Thread.Sleep(100);
        DateTimeOffset after = DateTimeOffset.Now;
        output.Gate.Set();
        timeline.Flush(Patience);

        const string Form = "yyyy-MM-ddTHH:mm:ss.fffzzz";
        Assert.All(
            output.Lines(),
            l => Assert.True(DateTimeOffset.ParseExact(l[..29], Form, CultureInfo.InvariantCulture) < after));
    }

    [Fact]
    public void A_thread_that_ended_without_work_is_started_again()
    {
        Output output = new();
        LiveTimeline timeline = new(output, null);
        Tell(timeline, 1);
        Thread.Sleep(1500);
        Tell(timeline, 2);
        timeline.Flush(Patience);
        Assert.Equal([Event(1), Event(2)], output.Lines().Select(WithoutTime));
    }

    private static void Tell(LiveTimeline timeline, params int[] numbers)
    {
        foreach (int number in numbers)
        {
            timeline.Tell("event", "grey", $"{number}");
        }
    }

    private static string Event(int number) => $"{"event",-15}  {number}";

    private static string Lost(string text) => $"{"log",-15}  {text}";

    private static string WithoutTime(string line) => Time().Replace(line, "");

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\d[+-]\d\d:\d\d  ")]
    private static partial Regex Time();

    /// <summary>An output that fails and blocks as it is told to.</summary>
    private sealed class Output : TextWriter
    {
        private readonly List<string> _written = [];

        public Exception? Fault { get; set; }

        public int FailAfter { get; set; } = int.MaxValue;

        public int Failures { get; private set; }

        public ManualResetEventSlim Gate { get; } = new(true);

        public ManualResetEventSlim IsBlocked { get; } = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(string? text)
        {
            IsBlocked.Set();
            Gate.Wait();
            if (Fault != null || FailAfter-- <= 0)
            {
                Failures++;
                throw Fault ?? new IOException("cut");
            }

            lock (_written)
            {
                _written.Add(text!);
            }
        }

        public string[] Lines()
        {
            lock (_written)
            {
                return [.. string.Concat(_written).Split('\n').SkipLast(1)];
            }
        }
    }
}
