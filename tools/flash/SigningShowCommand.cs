using System.CommandLine;
using System.Globalization;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash signing show</c>: the public parts of a signing key.</summary>
internal static class SigningShowCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string> file = new(NetworkKeyOption.SigningFile)
        {
            Description = "The file that flash signing new or flash root certify made.",
        };
        Command command = new("show", "Print the public parts of a signing key.") { file };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(file);
            using KeyFile key = KeyFile.Read(path, KeyFileKind.SigningKey);
            terminal.WarnIfExposed(path);
            Print(terminal, key.PublicKey, key.Certificate);
        });
        return command;
    }

    /// <summary>Prints what is public.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="publicKey">The signing key's public key.</param>
    /// <param name="certificate">Its certificate, or null.</param>
    public static void Print(Terminal terminal, byte[] publicKey, KeyCertificate? certificate)
    {
        string epoch = certificate?.Epoch.ToString(CultureInfo.InvariantCulture) ?? "none, without a certificate";
        terminal.Output.WriteLine($"public key: {KeyText.Format(publicKey)}");
        terminal.Output.WriteLine($"epoch:      {epoch}");
        if (certificate is not null)
        {
            terminal.Output.WriteLine($"trust root: {KeyText.Format(certificate.TrustRoot)}");
        }
    }
}
