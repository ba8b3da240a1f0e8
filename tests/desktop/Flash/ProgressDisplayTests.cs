using System;
using System.IO;
using System.Threading;
using Spectre.Console;
using Spore.Flash;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class ProgressDisplayTests : IDisposable
{
    private readonly StringWriter _text = new();

    // Locks itself in each call, since the work looks at what is shown meanwhile.
    private readonly TextWriter _writer;
    private readonly IAnsiConsole _console;

    public ProgressDisplayTests()
    {
        _writer = TextWriter.Synchronized(_text);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_writer),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
        });
        _console.Profile.Width = 80;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _text.Dispose();
    }

    private string Shown()
    {
        lock (_writer)
        {
            return _text.ToString();
        }
    }

    [Fact]
    public void Work_that_takes_longer_shows_its_step_and_how_far_it_is()
    {
        int result = new ProgressDisplay(_console, TimeSpan.Zero, TimeProvider.System).Run(progress =>
        {
            progress.Report("hashing [entries]", 1, 4);
            Assert.True(SpinWait.SpinUntil(() => Shown().Contains("25%"), TimeSpan.FromSeconds(30)));
            return 7;
        });
        Assert.Equal(7, result);
        Assert.Contains("hashing [entries]", Shown());
    }

    [Fact]
    public void Fast_work_shows_nothing()
    {
        ProgressDisplay display = new(_console, TimeSpan.FromMinutes(1), TimeProvider.System);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i, display.Run(progress =>
            {
                progress.Report("working", i, 100);
                return i;
            }));
        }

        Assert.Equal("", Shown());
    }

    [Fact]
    public void The_second_counts_all_work_of_a_command()
    {
        SteppedTime time = new();
        ProgressDisplay display = new(_console, TimeSpan.FromMinutes(5), time);
        display.Run(progress => time.Ticks += TimeSpan.FromMinutes(5).Ticks);
        display.Run(progress =>
        {
            progress.Report("second part", 1, 2);
            Assert.True(SpinWait.SpinUntil(() => Shown().Contains("50%"), TimeSpan.FromSeconds(30)));
            return 0;
        });
        Assert.Contains("second part", Shown());
    }

    [Fact]
    public void Without_a_terminal_the_work_is_done_and_its_exception_is_the_callers()
    {
        foreach (IAnsiConsole? where in new[] { null, _console })
        {
            ProgressDisplay display = new(where, TimeSpan.FromMinutes(1), TimeProvider.System);
            Assert.Equal("a: b", Assert.Throws<InputException>(
                () => display.Run<int>(_ => throw new InputException("a", null, "b"))).Message);
        }

        ProgressDisplay shown = new(_console, TimeSpan.Zero, TimeProvider.System);
        Assert.Equal("a: b", Assert.Throws<InputException>(() => shown.Run<int>(_ =>
        {
            Thread.Sleep(50);
            throw new InputException("a", null, "b");
        })).Message);
    }

    private sealed class SteppedTime : TimeProvider
    {
        public long Ticks { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Ticks;
    }
}
