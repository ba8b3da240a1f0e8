using System;
using System.Threading.Tasks;
using Spectre.Console;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Shows how far a command has come, once its work has taken longer than a second.</summary>
/// <param name="console">Where to show it, or null for nowhere.</param>
/// <param name="delay">How long the work of a command stays without it.</param>
/// <param name="time">What measures the work.</param>
internal sealed class ProgressDisplay(IAnsiConsole? console, TimeSpan delay, TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private TimeSpan _worked;

    /// <summary>Makes the display of a program: on standard error, if that is a terminal.</summary>
    /// <returns>The display.</returns>
    public static ProgressDisplay OnTerminal()
    {
        IAnsiConsole? console = Console.IsErrorRedirected
            ? null
            : AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(Console.Error),
                Interactive = InteractionSupport.Yes,
            });
        return new ProgressDisplay(console, TimeSpan.FromSeconds(1), TimeProvider.System);
    }

    /// <summary>Does a part of a command's work, which writes nothing itself.</summary>
    /// <typeparam name="T">What it results in.</typeparam>
    /// <param name="work">The work. Its exceptions are those of this call.</param>
    /// <returns>The result.</returns>
    public T Run<T>(Func<WorkProgress, T> work)
    {
        WorkProgress progress = new();
        if (console is null)
        {
            return work(progress);
        }

        long start = time.GetTimestamp();
        Task<T> task = Task.Run(() => work(progress));
        TimeSpan rest = delay - _worked;
        if (!IsDone(task, rest > TimeSpan.Zero ? rest : TimeSpan.Zero))
        {
            Show(console, task, progress);
        }

        _worked += time.GetElapsedTime(start);
        return task.GetAwaiter().GetResult();
    }

    private static void Show(IAnsiConsole console, Task task, WorkProgress progress) => console
        .Progress()
        .AutoClear(true)
        .HideCompleted(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
        .Start(context =>
        {
            ProgressTask bar = context.AddTask(Markup.Escape(Name(progress)));
            do
            {
                bar.Description = Markup.Escape(Name(progress));
                bar.Value = bar.MaxValue * progress.Fraction;
            }
            while (!IsDone(task, _interval));
        });

    private static string Name(WorkProgress progress) => progress.Step.Length == 0 ? "working" : progress.Step;

    // Without the exception of the task, which its result throws.
    private static bool IsDone(Task task, TimeSpan patience) => Task.WhenAny(task, Task.Delay(patience)).Result == task;
}
