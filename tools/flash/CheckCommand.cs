using System;
using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash check</c>: whether nodes would accept a signed network.</summary>
internal static class CheckCommand
{
    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> file = new("network.spore") { Description = "The signed network." };
        Option<string> root = new("--root")
        {
            Description = "The trust root: its public key, or its key file.",
            Required = true,
            HelpName = "KEY|root.key",
        };
        Command command = new("check", "Check a signed network as nodes do.") { file, root };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            byte[] trustRoot = KeyArgument.ParseRoot(result.GetRequiredValue(root), "--root", terminal);
            byte[] bytes = InputFile.Read(path, NetworkReader.SizeLimit);
            NetworkReader.Verify(bytes, path, trustRoot);
            NetworkDescription network = NetworkReader.Read(bytes, path);
            if (network.Expires != 0 && network.Expires <= now.ToUnixTimeSeconds())
            {
                throw new InputException(path, "expires", $"it expired at {NetworkIni.FormatTime(network.Expires)}");
            }

            terminal.Warn(path, network);
            terminal.Output.WriteLine(
                $"{path}: version {network.Version}, {NetworkTable.Count(network.Peers.Count, "member")}, signed by "
                + "the trust root");
        });
        return command;
    }
}
