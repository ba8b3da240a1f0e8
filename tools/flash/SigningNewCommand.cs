using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash signing new</c>: makes a signing key, to be certified elsewhere.</summary>
internal static class SigningNewCommand
{
    public static Command Build(Terminal terminal)
    {
        Option<string> output = new("--output", "-o")
        {
            Description = "The file to make, with mode 0600.",
            DefaultValueFactory = _ => NetworkKeyOption.SigningFile,
            HelpName = "FILE",
        };
        Option<bool> force = new("--force")
        {
            Description = "Replace an existing file. The key it held can then sign no more networks.",
        };
        Command command = new(
            "new",
            "Make a new signing key without a certificate, and print its public key, which flash root certify "
            + "--public takes.")
        {
            output, force,
        };
        command.SetAction(result =>
        {
            using SigningKey key = SigningKey.Generate();
            key.Save(result.GetRequiredValue(output), result.GetValue(force));
            terminal.Output.WriteLine(KeyText.Format(key.PublicKey));
        });
        return command;
    }
}
