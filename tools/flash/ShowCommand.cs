using System;
using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash show</c>: a signed network for people.</summary>
internal static class ShowCommand
{
    public static Command Build(Terminal terminal, DateTimeOffset now)
    {
        Argument<string> file = new("network.spore") { Description = "The signed network." };
        Option<string?> root = new("--root")
        {
            Description = "Check the signature, too: the trust root's public key, or its key file.",
            HelpName = "KEY|root.key",
        };
        Option<bool> ini = new("--ini") { Description = "Print the INI file that would give this network." };
        Command command = new("show", "Show a signed network.") { file, root, ini };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            byte[]? trustRoot = result.GetValue(root) is string text
                ? KeyArgument.ParseRoot(text, "--root", terminal)
                : null;
            byte[] bytes = InputFile.Read(path, NetworkReader.SizeLimit);
            NetworkDescription network = terminal.Progress.Run(p => NetworkReader.Read(bytes, path, p));
            if (trustRoot is not null)
            {
                NetworkReader.Verify(bytes, path, trustRoot);
            }

            terminal.Warn(path, network);
            if (result.GetValue(ini))
            {
                terminal.Output.Write(NetworkIni.Format(network));
            }
            else
            {
                NetworkTable.Write(terminal, now, network, bytes, path, trustRoot);
            }
        });
        return command;
    }
}
