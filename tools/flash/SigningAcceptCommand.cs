using System.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary><c>flash signing accept</c>: puts a certificate into the file of its signing key.</summary>
internal static class SigningAcceptCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string> file = new("signing.cert") { Description = "The file that flash root certify --public made." };
        Option<string> keyFile = new("--key")
        {
            Description = "The signing key's file, which is changed in place.",
            DefaultValueFactory = _ => NetworkKeyOption.SigningFile,
            HelpName = NetworkKeyOption.SigningFile,
        };
        Command command = new("accept", "Put a certificate into the file of its signing key.") { file, keyFile };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(keyFile);
            string source = result.GetRequiredValue(file);
            KeyCertificate certificate = KeyCertificate.Load(source);
            using KeyFile key = KeyFile.Read(path, KeyFileKind.SigningKey);
            key.Accept(certificate, source);
            key.Write(path, true);
            SigningShowCommand.Print(terminal, key.PublicKey, certificate);
        });
        return command;
    }
}
