using System;
using Spectre.Console;

namespace Spore.Hostsim.Transfers;

/// <summary>Shows on a terminal how an exchange goes on.</summary>
internal static class TransferProgress
{
    // In milliseconds. The terminal is drawn as often.
    private const int Interval = 100;

    /// <summary>Shows an exchange while it goes on.</summary>
    /// <param name="terminal">The terminal, or null for none.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="work">Lets the exchange go on, and calls what it is given from time to time.</param>
    public static void Show(IAnsiConsole? terminal, FileExchange exchange, Action<Action> work)
    {
        if (terminal == null)
        {
            work(() => { });
            return;
        }

        ProgressColumn[] columns =
        [
            new TaskDescriptionColumn(),
            new ProgressBarColumn(),
            new BytesColumn(),
            new TransferSpeedColumn { Base = FileSizeBase.Decimal },
            new RemainingTimeColumn(),
        ];
        terminal.Progress().Columns(columns).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(exchange.Name));
            Update(task, exchange);
            long next = 0;
            work(() =>
            {
                if (Environment.TickCount64 >= next)
                {
                    next = Environment.TickCount64 + Interval;
                    Update(task, exchange);
                }
            });
            Update(task, exchange);
        });
    }

    private static void Update(ProgressTask task, FileExchange exchange)
    {
        // Of a file whose size is not known, all is here when the exchange is done.
        bool isKnown = exchange.Size >= 0 || exchange.IsDone;
        task.IsIndeterminate = !isKnown;
        task.MaxValue = Math.Max(1, isKnown && exchange.Size >= 0 ? exchange.Size : exchange.Position + 1L);
        task.Value = exchange is { IsDone: true, Fault: null, Result: Tftp.TftpResult.Ok }
            ? task.MaxValue
            : exchange.Position;
    }
}
