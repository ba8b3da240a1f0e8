using System;
using System.Collections.Generic;
using System.CommandLine;
using Spore.CommandLine;

namespace Spore.Flash;

/// <summary>The command line.</summary>
internal static class FlashCommand
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">The command and its arguments.</param>
    /// <param name="terminal">Where to write to.</param>
    /// <param name="now">The time of day.</param>
    /// <returns>0 when it was done; 1 when what it was given can't be used; 2 when the command line is wrong.</returns>
    public static int Run(IReadOnlyList<string> args, Terminal terminal, DateTimeOffset now) =>
        CommandLineProgram.Run("flash", Build(terminal, now), args, terminal.Output, terminal.Error, _ => null);

    private static RootCommand Build(Terminal terminal, DateTimeOffset now)
    {
        Command root = new("root", "The trust root: the key that signs networks.")
        {
            RootNewCommand.Build(terminal),
            RootShowCommand.Build(terminal),
            RootCertifyCommand.Build(terminal),
        };
        Command signing = new("signing", "Signing keys: they sign networks in an epoch that the trust root certifies.")
        {
            SigningNewCommand.Build(terminal),
            SigningAcceptCommand.Build(terminal),
            SigningShowCommand.Build(terminal),
        };
        Command node = new("node", "Nodes' identities: what a node holds before it first boots.")
        {
            NodeNewCommand.Build(terminal),
            NodeShowCommand.Build(terminal),
        };
        return new RootCommand(
            "Keys, identities, signed networks and images of a Spore mesh. A KEY is 44 characters of base64 or 64 "
            + "hexadecimal digits.")
        {
            root,
            signing,
            node,
            AddressCommand.Build(terminal),
            SignCommand.Build(terminal, now),
            NextCommand.Build(terminal, now),
            DiffCommand.Build(terminal, now),
            ShowCommand.Build(terminal, now),
            CheckCommand.Build(terminal, now),
            ProveCommand.Build(terminal),
            BoardsCommand.Build(terminal),
            ImageCommand.Build(terminal),
            ReadIdentityCommand.Build(terminal),
            BatchCommand.Build(terminal, now),
            WriteCommand.Build(terminal),
        };
    }
}
