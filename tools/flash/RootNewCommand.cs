using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash root new</c>: makes a trust root.</summary>
internal static class RootNewCommand
{
    public static Command Build(Terminal terminal)
    {
        Option<string> output = new("--output", "-o")
        {
            Description = "The file to make, with mode 0600.",
            DefaultValueFactory = _ => "root.key",
            HelpName = "FILE",
        };
        Option<bool> force = new("--force")
        {
            Description = "Replace an existing file. Networks can then no longer be signed with the key it held.",
        };
        Command command = new("new", "Make a new key, and print its public key.") { output, force };
        command.SetAction(result =>
        {
            using TrustRootKey key = TrustRootKey.Generate();
            key.Save(result.GetRequiredValue(output), result.GetValue(force));
            terminal.Output.WriteLine(KeyText.Format(key.PublicKey));
        });
        return command;
    }
}
