using System;
using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>What <c>flash root new</c> and <c>flash signing new</c> share: a new key in a secret file.</summary>
internal static class NewKeyCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where the public key is printed.</param>
    /// <param name="description">What the command does.</param>
    /// <param name="file">The name of the file, if none is given.</param>
    /// <param name="lost">What a replaced key can no longer do.</param>
    /// <param name="generate">Makes the key.</param>
    /// <param name="written">Called with the path when the key was written, or null.</param>
    /// <returns>The command, to which options can be added.</returns>
    public static Command Build(
        Terminal terminal,
        string description,
        string file,
        string lost,
        Func<NetworkKey> generate,
        Action<ParseResult, string>? written = null)
    {
        Option<string> output = new("--output", "-o")
        {
            Description = "The file to make, with mode 0600.",
            DefaultValueFactory = _ => file,
            HelpName = "FILE",
        };
        Option<bool> force = new("--force") { Description = "Replace an existing file. " + lost };
        Option<bool> encrypt = PassphraseOptions.Encrypt();
        Option<string?> passphraseFile = PassphraseOptions.File(use: "encrypts the key");
        Command command = new("new", description) { output, encrypt, passphraseFile, force };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(output);
            byte[]? passphrase = PassphraseOptions.ForNew(
                terminal, result.GetValue(encrypt), result.GetValue(passphraseFile), path);
            using NetworkKey key = generate();
            key.Save(path, result.GetValue(force), passphrase);
            terminal.Output.WriteLine(KeyText.Format(key.PublicKey));
            written?.Invoke(result, path);
        });
        return command;
    }
}
