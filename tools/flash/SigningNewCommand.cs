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
        Option<bool> encrypt = PassphraseOptions.Encrypt();
        Option<string?> passphraseFile = PassphraseOptions.File(use: "encrypts the key");
        Command command = new(
            "new",
            "Make a new signing key without a certificate, and print its public key, which flash root certify "
            + "--public takes.")
        {
            output, encrypt, passphraseFile, force,
        };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(output);
            byte[]? passphrase = PassphraseOptions.ForNew(
                terminal, result.GetValue(encrypt), result.GetValue(passphraseFile), path);
            using SigningKey key = SigningKey.Generate();
            key.Save(path, result.GetValue(force), passphrase);
            terminal.Output.WriteLine(KeyText.Format(key.PublicKey));
        });
        return command;
    }
}
