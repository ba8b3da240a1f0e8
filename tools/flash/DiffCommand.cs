using System;
using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash diff</c>: what differs between two networks.</summary>
internal static class DiffCommand
{
    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> before = new("OLD") { Description = "A network: an INI file or a signed one." };
        Argument<string> after = new("NEW") { Description = "Another one." };
        Command command = new(
            "diff", "Show what differs between two networks. Members are compared by their keys; signatures are not "
            + "checked.")
        {
            before, after,
        };
        command.SetAction(result =>
        {
            string newPath = result.GetRequiredValue(after);
            NetworkDescription oldNetwork = NetworkInput.Read(terminal, result.GetRequiredValue(before), now);
            NetworkDescription newNetwork = NetworkInput.Read(terminal, newPath, now);
            terminal.Warn(newPath, newNetwork);
            DifferenceTable.Write(terminal, oldNetwork, newNetwork);
        });
        return command;
    }
}
