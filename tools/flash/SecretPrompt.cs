using System;
using Spectre.Console;

namespace Spore.Flash;

/// <summary>Asks for secrets on the terminal, beside the results.</summary>
internal static class SecretPrompt
{
    /// <summary>Asks for a secret. What is typed is not shown.</summary>
    /// <param name="question">The question.</param>
    /// <returns>The answer, or null where there is no terminal.</returns>
    public static string? Ask(string question)
    {
        if (Console.IsInputRedirected || Console.IsErrorRedirected)
        {
            return null;
        }

        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        TextPrompt<string> prompt = new(Markup.Escape(question.TrimEnd()));
        return prompt.Secret(null).AllowEmpty().Show(console);
    }
}
