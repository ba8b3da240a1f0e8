using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash root new</c>: makes a trust root.</summary>
internal static class RootNewCommand
{
    public static Command Build(Terminal terminal)
    {
        Option<bool> offline = new("--offline")
        {
            Description = "Tell how to go on with a key that stays on a machine without a network.",
        };
        Command command = NewKeyCommand.Build(
            terminal,
            "Make a new key, and print its public key.",
            NetworkKeyOption.RootFile,
            "Networks can then no longer be signed with the key it held.",
            TrustRootKey.Generate,
            (result, path) =>
            {
                if (result.GetValue(offline))
                {
                    Guide(terminal, path);
                }
            });
        command.Add(offline);
        return command;
    }

    // Beside the results, so that the public key alone is in a script's variable.
    private static void Guide(Terminal terminal, string path)
    {
        terminal.Error.WriteLine($"keep {path} on this machine, and take only the public key elsewhere. Then:");
        terminal.Error.WriteLine($"  flash signing new -o {NetworkKeyOption.SigningFile}");
        terminal.Error.WriteLine("      where networks are signed; it prints a KEY to take here");
        terminal.Error.WriteLine($"  flash root certify --key {path} --epoch 1 --public KEY -o signing.cert");
        terminal.Error.WriteLine("      on this machine; take signing.cert, which is no secret, back");
        terminal.Error.WriteLine($"  flash signing accept signing.cert --key {NetworkKeyOption.SigningFile}");
        terminal.Error.WriteLine("  flash next network.ini");
        terminal.Error.WriteLine("      where networks are signed; the version is then 1.1");
    }
}
